#include "base/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace lockstep {
namespace {

TEST(HistogramTest, EmptyIsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.Min(), 0);
  EXPECT_EQ(histogram.Max(), 0);
  EXPECT_EQ(histogram.Percentile(99), 0);
}

TEST(HistogramTest, SmallValuesAreExact) {
  Histogram histogram;
  for (std::int64_t value = 1; value <= 1'000; ++value) {
    histogram.Record(value);
  }
  EXPECT_EQ(histogram.Percentile(50), 500);
  EXPECT_EQ(histogram.Percentile(99), 990);
  EXPECT_EQ(histogram.Percentile(99.9), 999);
  EXPECT_EQ(histogram.Percentile(100), 1'000);
  EXPECT_EQ(histogram.Percentile(0), 1);
  EXPECT_DOUBLE_EQ(histogram.Mean(), 500.5);
}

TEST(HistogramTest, ExtremesAreKept) {
  Histogram histogram;
  histogram.Record(-5);
  histogram.Record(INT64_MAX);
  EXPECT_EQ(histogram.Min(), 0);
  EXPECT_EQ(histogram.Max(), INT64_MAX);
  EXPECT_EQ(histogram.Percentile(100), INT64_MAX);
  for (int bit = 0; bit < 63; ++bit) {
    histogram.Record(std::int64_t{1} << bit);
    histogram.Record((std::int64_t{1} << bit) - 1);
  }
  EXPECT_EQ(histogram.count(), 128U);
}

TEST(HistogramTest, ThreeDigitsAgainstSortedValuesAndMerge) {
  std::mt19937_64 random(7);
  std::vector<std::int64_t> values;
  Histogram left;
  Histogram right;
  for (int i = 0; i < 100'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> (20 + random() % 40));
    values.push_back(value);
    (i % 2 == 0 ? left : right).Record(value);
  }
  left.Merge(right);
  std::sort(values.begin(), values.end());
  for (const double percent : {1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    const auto rank = static_cast<std::size_t>(percent / 100.0 * 100'000.0) - 1;
    const auto exact = static_cast<double>(values[rank]);
    EXPECT_NEAR(static_cast<double>(left.Percentile(percent)), exact, exact * 0.001 + 1);
  }
}

}  // namespace
}  // namespace lockstep
