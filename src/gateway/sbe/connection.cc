#include "gateway/sbe/connection.h"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <span>
#include <utility>

namespace lockstep {

using boost::system::error_code;

Connection::Connection(boost::asio::ip::tcp::socket socket, const boost::asio::ip::address& peer,
                       SessionId id, SessionServices& services, ConnectionOwner& owner)
    : socket_(std::move(socket)),
      peer_(peer),
      services_(services),
      owner_(owner),
      session_(id, services, *this) {}

void Connection::Start() {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  Flush();
  Read();
}

void Connection::Read() {
  if (closed_) {
    return;
  }
  socket_.async_read_some(boost::asio::buffer(read_buffer_),
                          [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                            if (error) {
                              self->Abort();
                              return;
                            }
                            self->OnRead(bytes);
                            self->Read();
                          });
}

void Connection::OnRead(std::size_t bytes) {
  if (session_.state() == Session::State::kClosing) {
    return;  // lingering: what the peer still sends is dropped
  }
  session_.OnBytes(std::span(read_buffer_).first(bytes));
  Flush();
}

void Connection::Flush() {
  if (closed_) {
    return;
  }
  if (!awaiting_writable_ && !WriteQueued()) {
    Abort();
    return;
  }
  if (session_.state() == Session::State::kClosing) {
    BeginClosing();
  }
}

bool Connection::WriteQueued() {
  OutboundQueue& queue = session_.outbound();
  while (!queue.empty()) {
    std::array<iovec, 64> vectors;
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = queue.Gather(vectors);
    const ssize_t written = sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      if (errno != EAGAIN && errno != EWOULDBLOCK) {
        return false;
      }
      AwaitWritable();
      return true;
    }
    Count(services_.counters.bytes_sent, static_cast<std::uint64_t>(written));
    queue.Consume(static_cast<std::size_t>(written));
    if (queue.empty()) {
      session_.OnDrained();
    }
  }
  return true;
}

void Connection::AwaitWritable() {
  awaiting_writable_ = true;
  socket_.async_wait(boost::asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this()](const error_code& error) {
                       self->awaiting_writable_ = false;
                       if (error) {
                         self->Abort();
                         return;
                       }
                       self->Flush();
                     });
}

void Connection::BeginClosing() {
  if (!session_ended_) {
    session_ended_ = true;
    linger_until_ns_ = services_.clock.MonotonicNs() + services_.limits.linger_ns;
    owner_.OnSessionEnded(*this);
  }
  if (session_.outbound().empty() && !sending_shut_) {
    sending_shut_ = true;
    error_code ignored;
    socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  }
}

void Connection::OnTick() {
  if (closed_) {
    return;
  }
  if (session_ended_) {
    if (services_.clock.MonotonicNs() >= linger_until_ns_) {
      Abort();
    }
    return;
  }
  if (session_.OnTick()) {
    Flush();
  }
}

void Connection::Abort() {
  if (closed_) {
    return;
  }
  closed_ = true;
  if (!session_ended_) {
    session_ended_ = true;
    owner_.OnSessionEnded(*this);
  }
  error_code ignored;
  socket_.close(ignored);
  owner_.OnClosed(*this);
}

}  // namespace lockstep
