#include "base/clock.h"

#include <time.h>

#include <cstdint>
#include <ctime>

namespace lockstep {
namespace {

std::int64_t ReadNs(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

std::int64_t SystemClock::WallNs() const { return ReadNs(CLOCK_REALTIME); }
std::int64_t SystemClock::MonotonicNs() const { return ReadNs(CLOCK_MONOTONIC); }

}  // namespace lockstep
