// Counts values (latencies in nanoseconds, sizes in bytes) so that percentiles can be read with
// three significant digits.
//
// Shape: log-linear buckets, exact below 2,048 and at most 0.1 % wide above; fixed 432 KiB, any
// value from 0 to INT64_MAX (below 0 counts as 0). Record is a few instructions and never
// allocates. Threads: one at a time; give each thread its own and Merge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lockstep {

class Histogram {
 public:
  Histogram();

  void Record(std::int64_t value) { RecordMany(value, 1); }
  void RecordMany(std::int64_t value, std::uint64_t times);
  void Merge(const Histogram& other);
  void Clear();

  [[nodiscard]] std::uint64_t count() const { return count_; }
  // 0 while nothing was recorded, as all that follow.
  [[nodiscard]] std::int64_t Min() const { return count_ == 0 ? 0 : min_; }
  [[nodiscard]] std::int64_t Max() const { return max_; }
  [[nodiscard]] double Mean() const;
  // The value that `percent` (0 to 100) of the recorded values do not exceed; never above Max.
  [[nodiscard]] std::int64_t Percentile(double percent) const;

 private:
  static std::size_t BucketOf(std::int64_t value);
  static std::int64_t HighestOf(std::size_t bucket);

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  std::int64_t min_ = INT64_MAX;
  std::int64_t max_ = 0;
};

}  // namespace lockstep
