// A token bucket: `rate` takes a second on average, at most `rate` at once.
//
// Shape: the bucket is kept as the time at which it was, or will be, empty, so there is nothing to
// refill. Threads: none of its own.
#pragma once

#include <algorithm>
#include <cstdint>

namespace lockstep {

class Throttle {
 public:
  // 0: everything passes.
  explicit Throttle(std::uint32_t rate_per_second)
      : cost_ns_(rate_per_second == 0 ? 0 : kSecondNs / rate_per_second) {}

  // Takes one token. False: there is none; ask again after RetryAfterMs.
  [[nodiscard]] bool Take(std::int64_t monotonic_ns) {
    const std::int64_t start_ns = std::max(empty_at_ns_, monotonic_ns - kSecondNs);
    if (start_ns + cost_ns_ > monotonic_ns) {
      return false;
    }
    empty_at_ns_ = start_ns + cost_ns_;
    return true;
  }

  // Until one token is there, rounded up.
  [[nodiscard]] std::uint32_t RetryAfterMs(std::int64_t monotonic_ns) const {
    const std::int64_t wait_ns = std::max<std::int64_t>(empty_at_ns_ + cost_ns_ - monotonic_ns, 0);
    return static_cast<std::uint32_t>((wait_ns + 999'999) / 1'000'000);
  }

 private:
  static constexpr std::int64_t kSecondNs = 1'000'000'000;

  std::int64_t cost_ns_;
  std::int64_t empty_at_ns_ = INT64_MIN / 2;
};

}  // namespace lockstep
