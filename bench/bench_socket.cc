#include "bench/bench_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/status.h"

namespace lockstep {

Result<BenchSocket> BenchSocket::Connect(std::uint16_t port) {
  BenchSocket bench(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bench.fd_ < 0 ||
      connect(bench.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return Error(StatusCode::kIoError, std::string("cannot connect: ") + std::strerror(errno));
  }
  const int on = 1;
  setsockopt(bench.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return bench;
}

BenchSocket::~BenchSocket() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

void BenchSocket::Send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return;  // the next Receive says so
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string_view BenchSocket::Receive() const {
  thread_local std::array<char, 65'536> buffer;
  const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

}  // namespace lockstep
