// A blocking client's socket to this machine, for measurements.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace lockstep {

class BenchSocket {
 public:
  static Result<BenchSocket> Connect(std::uint16_t port);
  ~BenchSocket();
  BenchSocket(BenchSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  BenchSocket& operator=(BenchSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  BenchSocket(const BenchSocket&) = delete;
  BenchSocket& operator=(const BenchSocket&) = delete;

  void Send(std::string_view bytes) const;
  // What has come, at least a byte; empty: the peer has closed. Valid until the next call on any
  // socket of this thread.
  [[nodiscard]] std::string_view Receive() const;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  explicit BenchSocket(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace lockstep
