// One TCP connection: moves bytes between its socket and its Session.
//
// Reads as they come, writes with one gather call for all that is queued; what the socket does not
// take waits for it to be writable. Closing: what is queued is written, the sending side is shut,
// and what the peer still sends is read and dropped until it closes or linger_ns has passed, so
// that the last message is not lost to a reset. Threads: the gateway's I/O thread alone. Lives by
// shared_ptr: held by the server's table and by the operations under way.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "gateway/sbe/session.h"

namespace lockstep {

class Connection;

// The server, as its connections see it.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  // The session takes no more: cancel on disconnect is due. Once for each connection.
  virtual void OnSessionEnded(Connection& connection) = 0;
  // The socket is closed: forget the connection, not before this call has returned.
  virtual void OnClosed(Connection& connection) = 0;
};

class Connection final : public SessionTransport, public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, const boost::asio::ip::address& peer,
             SessionId id, SessionServices& services, ConnectionOwner& owner);

  // Begins to read and sends the Challenge.
  void Start();
  void Flush() override;
  [[nodiscard]] std::string PeerAddress() const override { return peer_.to_string(); }
  void OnTick();
  // Closes the socket at once.
  void Abort();

  [[nodiscard]] Session& session() { return session_; }
  [[nodiscard]] const boost::asio::ip::address& peer() const { return peer_; }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  static constexpr std::size_t kReadBytes = std::size_t{16} << 10U;

  void Read();
  void OnRead(std::size_t bytes);
  // Writes until the queue is empty or the socket full. False: the connection broke.
  bool WriteQueued();
  void AwaitWritable();
  void BeginClosing();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::ip::address peer_;
  SessionServices& services_;
  ConnectionOwner& owner_;
  Session session_;
  bool awaiting_writable_ = false;
  bool session_ended_ = false;
  bool sending_shut_ = false;
  bool closed_ = false;
  std::int64_t linger_until_ns_ = 0;
  std::array<std::byte, kReadBytes> read_buffer_;
};

}  // namespace lockstep
