// Which streams have something to say later, and when.
//
// A stream has one time at most, by the monotonic clock; nothing waits while no stream has asked,
// so an idle router sleeps. Cost: O(log streams). Threads: one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

namespace lockstep {

class Stream;

// One moment by both clocks.
struct Moment {
  std::int64_t wall_ns = 0;
  std::int64_t monotonic_ns = 0;

  // The end of the period under way, all periods being counted from one origin: so streams of the
  // same speed wake together.
  [[nodiscard]] std::int64_t NextPeriodNs(std::int64_t period_ns) const {
    return (monotonic_ns / period_ns + 1) * period_ns;
  }
  // When the wall clock will show `time_ns`, on the monotonic one, in the future at any rate;
  // INT64_MAX: never.
  [[nodiscard]] std::int64_t WhenWallIs(std::int64_t time_ns) const {
    if (time_ns == INT64_MAX) {
      return INT64_MAX;
    }
    return monotonic_ns + std::max(kShortestNs, time_ns - wall_ns);
  }

 private:
  static constexpr std::int64_t kShortestNs = 1'000'000;
};

class StreamTimers {
 public:
  // Wakes `stream` at `due_ns`, or earlier if it had asked for that. INT64_MAX: asks for nothing.
  void WakeAt(Stream& stream, std::int64_t due_ns);
  void Forget(Stream& stream);

  // The next stream that is due, which then has no time any more; null: none.
  Stream* TakeDue(std::int64_t now_ns);

  // INT64_MAX: nothing waits.
  [[nodiscard]] std::int64_t NextDueNs() const {
    return due_.empty() ? INT64_MAX : due_.begin()->first;
  }

 private:
  std::set<std::pair<std::int64_t, Stream*>> due_;
};

}  // namespace lockstep
