#include "gateway/http/tcp_connection.h"

#include <sys/socket.h>

#include <boost/system/error_code.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "gateway/gateway_counters.h"
#include "gateway/http/connection_places.h"
#include "gateway/http/web_counters.h"
#include "gateway/http/web_loop.h"

namespace lockstep {

using boost::asio::ip::tcp;
using boost::system::error_code;

TcpConnection::TcpConnection(tcp::socket socket, std::string peer_address, ConnectionPlace place,
                             WebLoop& loop)
    : loop_(loop),
      socket_(std::move(socket)),
      peer_address_(std::move(peer_address)),
      place_(std::move(place)) {
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  Count(loop_.counters().connections_open);
}

TcpConnection::~TcpConnection() = default;

void TcpConnection::Close() {
  if (!std::exchange(open_, false)) {
    return;
  }
  const auto self = shared_from_this();
  error_code ignored;
  socket_.close(ignored);
  place_.GiveBack();
  Uncount(loop_.counters().connections_open);
  OnClose();
}

TcpConnection::Released TcpConnection::Release() {
  const auto self = shared_from_this();
  open_ = false;
  error_code ignored;
  Released released{.descriptor = socket_.release(ignored), .place = std::move(place_)};
  Uncount(loop_.counters().connections_open);
  OnClose();
  return released;
}

TcpConnection::ReadResult TcpConnection::Read(std::span<char> into) {
  for (;;) {
    const ssize_t got = recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
    if (got > 0) {
      Count(loop_.counters().bytes_received, static_cast<std::uint64_t>(got));
      return {.state = ReadState::kBytes, .bytes = static_cast<std::size_t>(got)};
    }
    if (got < 0 && errno == EINTR) {
      continue;
    }
    const bool nothing = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    return {.state = nothing ? ReadState::kNothing : ReadState::kEnded, .bytes = 0};
  }
}

TcpConnection::WriteResult TcpConnection::Write(std::span<iovec> parts) {
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  for (;;) {
    const ssize_t sent = sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      Count(loop_.counters().bytes_sent, static_cast<std::uint64_t>(sent));
      return {.failed = false, .bytes = static_cast<std::size_t>(sent)};
    }
    if (errno == EINTR) {
      continue;
    }
    return {.failed = errno != EAGAIN && errno != EWOULDBLOCK, .bytes = 0};
  }
}

void TcpConnection::AwaitReadable() {
  if (!open_ || std::exchange(awaiting_readable_, true)) {
    return;
  }
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    self->awaiting_readable_ = false;
    if (!error && self->open_) {
      self->OnReadable();
    }
  });
}

void TcpConnection::AwaitWritable() {
  if (!open_ || std::exchange(awaiting_writable_, true)) {
    return;
  }
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& error) {
    self->awaiting_writable_ = false;
    if (!error && self->open_) {
      self->OnWritable();
    }
  });
}

void TcpConnection::ShutDownSending() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace lockstep
