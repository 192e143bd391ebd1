// A connected TCP socket that can be read and written in parts, with time-outs.
//
// Shape: owns one non-blocking descriptor, TCP_NODELAY on. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/status.h"

namespace lockstep {

class TcpStream {
 public:
  // `address` is host:port; the host must resolve to IPv4. kInvalidArgument, kIoError, kUnavailable
  // (time-out).
  [[nodiscard]] static Result<TcpStream> Connect(const std::string& address,
                                                 std::int64_t timeout_ms);
  explicit TcpStream(int fd) : fd_(fd) {}
  TcpStream(TcpStream&& other) noexcept;
  TcpStream& operator=(TcpStream&&) = delete;
  ~TcpStream();

  // Bytes taken by the kernel, 0 when it takes none now.
  [[nodiscard]] Result<std::size_t> Write(std::span<const std::byte> bytes);
  // Bytes read, 0 when there are none now. kIoError also when the peer has closed.
  [[nodiscard]] Result<std::size_t> Read(std::span<std::byte> bytes);
  // Waits until something can be read (or also written). False: the time passed.
  [[nodiscard]] bool Wait(bool for_write, std::int64_t timeout_ms) const;

  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace lockstep
