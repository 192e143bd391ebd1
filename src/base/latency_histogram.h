// Counts durations in fixed buckets that any thread may fill and any other may read while it is
// filled: what a scrape of metrics wants. (base/histogram.h is finer and for one thread.)
//
// Shape: kBounds upper bounds in nanoseconds (1 µs to 10 s, 1-2-5 steps) and one bucket above. The
// counts are each true by themselves, not at one moment. Cost: Record is a short search and two
// relaxed additions; it never waits.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lockstep {

class LatencyHistogram {
 public:
  static constexpr std::array<std::int64_t, 22> kBoundsNs = {
      1'000,         2'000,         5'000,         10'000,        20'000,      50'000,
      100'000,       200'000,       500'000,       1'000'000,     2'000'000,   5'000'000,
      10'000'000,    20'000'000,    50'000'000,    100'000'000,   200'000'000, 500'000'000,
      1'000'000'000, 2'000'000'000, 5'000'000'000, 10'000'000'000};
  static constexpr std::size_t kBuckets = kBoundsNs.size() + 1;

  // Below 0 (a clock that stepped) counts as 0.
  void Record(std::int64_t duration_ns) {
    const std::int64_t counted_ns = std::max<std::int64_t>(duration_ns, 0);
    const auto place = std::lower_bound(kBoundsNs.begin(), kBoundsNs.end(), counted_ns);
    counts_[static_cast<std::size_t>(place - kBoundsNs.begin())].fetch_add(
        1, std::memory_order_relaxed);
    sum_ns_.fetch_add(static_cast<std::uint64_t>(counted_ns), std::memory_order_relaxed);
  }

  // Durations above the bound before `bucket` and not above its own.
  [[nodiscard]] std::uint64_t CountIn(std::size_t bucket) const {
    return counts_[bucket].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t SumNs() const { return sum_ns_.load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<std::uint64_t>, kBuckets> counts_{};
  std::atomic<std::uint64_t> sum_ns_{0};
};

}  // namespace lockstep
