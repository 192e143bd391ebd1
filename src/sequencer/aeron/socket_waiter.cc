#include "sequencer/aeron/socket_waiter.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/assert.h"

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr int kEvents = 16;

bool IsUdpSocket(int fd) {
  int type = 0;
  socklen_t length = sizeof(type);
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_DGRAM) {
    return false;
  }
  int domain = 0;
  length = sizeof(domain);
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 &&
         (domain == AF_INET || domain == AF_INET6);
}

}  // namespace

SocketWaiter::SocketWaiter() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  LOCKSTEP_ASSERT(epoll_.get() >= 0);
}

void SocketWaiter::Add(int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  // One that is there already stays there.
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

void SocketWaiter::FindSockets() {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    const std::string name = entry.path().filename().string();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    if (fd >= 0 && IsUdpSocket(fd)) {
      Add(fd);
    }
  }
}

void SocketWaiter::Wait(std::int64_t timeout_ns) {
  const timespec timeout = {.tv_sec = timeout_ns / kNsPerSecond,
                            .tv_nsec = timeout_ns % kNsPerSecond};
  std::array<epoll_event, kEvents> events{};
  epoll_pwait2(epoll_.get(), events.data(), kEvents, &timeout, nullptr);
}

}  // namespace lockstep
