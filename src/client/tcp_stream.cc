#include "client/tcp_stream.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace lockstep {
namespace {

Result<sockaddr_in> Resolve(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0) {
    return Error(StatusCode::kInvalidArgument, "'" + address + "' is not host:port");
  }
  const std::string host = address.substr(0, colon);
  const std::string port = address.substr(colon + 1);
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (code != 0 || found == nullptr) {
    return Error(StatusCode::kInvalidArgument, address + ": " + gai_strerror(code));
  }
  sockaddr_in result{};
  std::memcpy(&result, found->ai_addr, sizeof(result));
  freeaddrinfo(found);
  return result;
}

Status IoError(const std::string& what, int error) {
  return {StatusCode::kIoError, what + ": " + std::strerror(error)};
}

}  // namespace

TcpStream::TcpStream(TcpStream&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

TcpStream::~TcpStream() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

Result<TcpStream> TcpStream::Connect(const std::string& address, std::int64_t timeout_ms) {
  const auto target = Resolve(address);
  if (!target) {
    return std::unexpected(target.error());
  }
  TcpStream stream(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (stream.fd_ < 0) {
    return std::unexpected(IoError("socket", errno));
  }
  const int on = 1;
  setsockopt(stream.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(stream.fd_, reinterpret_cast<const sockaddr*>(&*target), sizeof(*target)) != 0 &&
      errno != EINPROGRESS) {
    return std::unexpected(IoError("connect to " + address, errno));
  }
  if (!stream.Wait(true, timeout_ms)) {
    return Error(StatusCode::kUnavailable, "connect to " + address + ": timed out");
  }
  int error = 0;
  socklen_t length = sizeof(error);
  getsockopt(stream.fd_, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) {
    return std::unexpected(IoError("connect to " + address, error));
  }
  return stream;
}

Result<std::size_t> TcpStream::Write(std::span<const std::byte> bytes) {
  const ssize_t written = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (written >= 0) {
    return static_cast<std::size_t>(written);
  }
  if (errno == EAGAIN || errno == EINTR) {
    return std::size_t{0};
  }
  return std::unexpected(IoError("send", errno));
}

Result<std::size_t> TcpStream::Read(std::span<std::byte> bytes) {
  const ssize_t count = recv(fd_, bytes.data(), bytes.size(), 0);
  if (count > 0) {
    return static_cast<std::size_t>(count);
  }
  if (count == 0) {
    return Error(StatusCode::kIoError, "the server closed the connection");
  }
  if (errno == EAGAIN || errno == EINTR) {
    return std::size_t{0};
  }
  return std::unexpected(IoError("recv", errno));
}

bool TcpStream::Wait(bool for_write, std::int64_t timeout_ms) const {
  pollfd entry{};
  entry.fd = fd_;
  entry.events = static_cast<short>(for_write ? (POLLIN | POLLOUT) : POLLIN);
  return poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(timeout_ms, 3'600'000))) > 0;
}

}  // namespace lockstep
