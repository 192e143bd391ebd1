#include "base/waker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <ctime>

#include "base/assert.h"

namespace lockstep {

Waker::Waker() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { LOCKSTEP_ASSERT(fd_ >= 0); }

Waker::~Waker() { close(fd_); }

void Waker::Signal() {
  const std::uint64_t one = 1;
  // A full counter means that the sleeper has been signalled already.
  [[maybe_unused]] const ssize_t ignored = write(fd_, &one, sizeof(one));
}

void Waker::Disarm() {
  armed_.store(false, std::memory_order_relaxed);
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t ignored = read(fd_, &count, sizeof(count));
}

void Waker::Wait(std::int64_t timeout_ns) {
  if (timeout_ns <= 0) {
    return;
  }
  pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
  const timespec timeout{.tv_sec = timeout_ns / 1'000'000'000,
                         .tv_nsec = timeout_ns % 1'000'000'000};
  ppoll(&wait, 1, &timeout, nullptr);
}

}  // namespace lockstep
