// One accepted socket on its loop: non-blocking reads and writes that are tried at once, and the
// reactor only when there is nothing to do. What its bytes mean is the derived class's.
//
// Lifetime: the loop's table holds it until it is closed, an operation under way until it is over.
// Threads: the loop's.
#pragma once

#include <sys/uio.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "gateway/http/connection_places.h"
#include "gateway/http/web_loop.h"

namespace lockstep {

class TcpConnection : public std::enable_shared_from_this<TcpConnection> {
 public:
  TcpConnection(boost::asio::ip::tcp::socket socket, std::string peer_address,
                ConnectionPlace place, WebLoop& loop);
  virtual ~TcpConnection();
  TcpConnection(const TcpConnection&) = delete;
  TcpConnection& operator=(const TcpConnection&) = delete;

  [[nodiscard]] std::int64_t deadline_ns() const { return deadline_ns_; }
  // Called by the loop's tick when the deadline has passed.
  virtual void OnDeadline(std::int64_t now_ns) = 0;
  // The loop has ended: closes, and does at once what a close leaves for later.
  virtual void EndWithLoop() { Close(); }
  // Ends the socket at once. Idempotent.
  void Close();
  [[nodiscard]] bool is_open() const { return open_; }
  // False: taken beyond the bounds of connections.
  [[nodiscard]] bool has_place() const { return place_.granted(); }

 protected:
  enum class ReadState : std::uint8_t { kBytes, kNothing, kEnded };
  struct ReadResult {
    ReadState state;
    std::size_t bytes;
  };
  struct WriteResult {
    bool failed;
    std::size_t bytes;  // fewer than given: the peer's window is full
  };

  virtual void OnReadable() = 0;
  virtual void OnWritable() = 0;
  // The socket has just been closed.
  virtual void OnClose() = 0;

  [[nodiscard]] ReadResult Read(std::span<char> into);
  [[nodiscard]] WriteResult Write(std::span<iovec> parts);
  void AwaitReadable();
  void AwaitWritable();
  // No more will be written.
  void ShutDownSending();
  // Gives up the descriptor; the connection is as closed from here on.
  struct Released {
    int descriptor;
    ConnectionPlace place;
  };
  [[nodiscard]] Released Release();

  void SetDeadline(std::int64_t monotonic_ns) { deadline_ns_ = monotonic_ns; }
  [[nodiscard]] WebLoop& loop() const { return loop_; }
  [[nodiscard]] const std::string& peer() const { return peer_address_; }

 private:
  friend class WebLoop;  // index_

  WebLoop& loop_;
  boost::asio::ip::tcp::socket socket_;
  std::string peer_address_;
  ConnectionPlace place_;
  std::int64_t deadline_ns_ = INT64_MAX;
  std::size_t index_ = 0;
  bool open_ = true;
  bool awaiting_readable_ = false;
  bool awaiting_writable_ = false;
};

}  // namespace lockstep
