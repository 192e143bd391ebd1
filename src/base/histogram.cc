#include "base/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace lockstep {
namespace {

// Below kExact each value has its bucket; above, each power of two is divided into kPerOctave.
constexpr std::size_t kExactBits = 11;
constexpr std::size_t kExact = std::size_t{1} << kExactBits;
constexpr std::size_t kPerOctave = kExact / 2;
constexpr std::size_t kOctaves = 63 - kExactBits;
constexpr std::size_t kBuckets = kExact + kOctaves * kPerOctave;

}  // namespace

Histogram::Histogram() : counts_(kBuckets) {}

std::size_t Histogram::BucketOf(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (bits < kExact) {
    return static_cast<std::size_t>(bits);
  }
  const auto shift = static_cast<std::size_t>(std::bit_width(bits)) - kExactBits;
  return kExact + (shift - 1) * kPerOctave + static_cast<std::size_t>(bits >> shift) - kPerOctave;
}

std::int64_t Histogram::HighestOf(std::size_t bucket) {
  if (bucket < kExact) {
    return static_cast<std::int64_t>(bucket);
  }
  const std::size_t shift = (bucket - kExact) / kPerOctave + 1;
  const std::uint64_t top = (bucket - kExact) % kPerOctave + kPerOctave;
  return static_cast<std::int64_t>(((top + 1) << shift) - 1);
}

void Histogram::RecordMany(std::int64_t value, std::uint64_t times) {
  if (times == 0) {
    return;
  }
  value = std::max<std::int64_t>(value, 0);
  counts_[BucketOf(value)] += times;
  count_ += times;
  sum_ += static_cast<double>(value) * static_cast<double>(times);
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

void Histogram::Merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) {
    counts_[i] += other.counts_[i];
  }
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void Histogram::Clear() { *this = Histogram(); }

double Histogram::Mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

std::int64_t Histogram::Percentile(double percent) const {
  if (count_ == 0) {
    return 0;
  }
  const double share = std::clamp(percent, 0.0, 100.0) / 100.0;
  // 99.9 % of 1,000 is 999, though its double is a little more.
  const double exact_rank = std::ceil(share * static_cast<double>(count_) - 1e-6);
  const auto rank = std::max<std::uint64_t>(static_cast<std::uint64_t>(exact_rank), 1);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= rank) {
      return std::clamp(HighestOf(i), min_, max_);
    }
  }
  return max_;
}

}  // namespace lockstep
