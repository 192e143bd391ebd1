#include "bench/stall_probe.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"

namespace lockstep {
namespace {

constexpr std::int64_t kSleepNs = 1'000'000;

}  // namespace

StallProbe::StallProbe(std::int64_t threshold_ns) : threshold_ns_(threshold_ns) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof(allowed), &allowed);
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed)) {
      threads_.emplace_back([this, core] { Watch(core); });
    }
  }
}

StallProbe::~StallProbe() {
  stopping_.store(true);
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void StallProbe::Watch(std::size_t core) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(core, &only);
  pthread_setaffinity_np(pthread_self(), sizeof(only), &only);
  const SystemClock clock;
  while (!stopping_.load()) {
    const std::int64_t from_ns = clock.MonotonicNs();
    const timespec sleep = {0, kSleepNs};
    nanosleep(&sleep, nullptr);
    const std::int64_t to_ns = clock.MonotonicNs();
    if (to_ns - from_ns > threshold_ns_) {
      const std::scoped_lock lock(mutex_);
      stalls_.push_back({core, from_ns, to_ns});
    }
  }
}

std::vector<StallProbe::Stall> StallProbe::Between(std::int64_t from_ns, std::int64_t to_ns) const {
  const std::scoped_lock lock(mutex_);
  std::vector<Stall> found;
  std::ranges::copy_if(stalls_, std::back_inserter(found), [&](const Stall& stall) {
    return stall.from_ns < to_ns && stall.to_ns > from_ns;
  });
  return found;
}

}  // namespace lockstep
