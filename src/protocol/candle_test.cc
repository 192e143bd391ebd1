#include "protocol/candle.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace lockstep {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

// 2026-11-25 13:47:05 UTC, a Wednesday.
constexpr std::int64_t kNow = 1'795'614'425 * kSecondNs + 7;

std::int64_t OpenSeconds(const char* text, std::int64_t time_ns = kNow) {
  return CandleOpenNs(ParseCandleInterval(text).value(), time_ns) / kSecondNs;
}

TEST(CandleTest, BeginsWhereBinanceBegins) {
  EXPECT_EQ(OpenSeconds("1s"), 1'795'614'425);
  EXPECT_EQ(OpenSeconds("1m"), 1'795'614'420);
  EXPECT_EQ(OpenSeconds("15m"), 1'795'614'300);
  EXPECT_EQ(OpenSeconds("4h"), 1'795'608'000);
  EXPECT_EQ(OpenSeconds("1d"), 1'795'564'800);
  EXPECT_EQ(OpenSeconds("1w"), 1'795'392'000);  // Monday 2026-11-23
  EXPECT_EQ(OpenSeconds("1M"), 1'793'491'200);  // 2026-11-01
  EXPECT_EQ(OpenSeconds("1w", 0), -259'200);    // Monday 1969-12-29
}

TEST(CandleTest, IsFollowedByTheNext) {
  for (int i = 0; i < kCandleIntervals; ++i) {
    const auto interval = static_cast<CandleInterval>(i);
    const std::int64_t open = CandleOpenNs(interval, kNow);
    const std::int64_t next = NextCandleOpenNs(interval, open);
    EXPECT_LE(open, kNow);
    EXPECT_GT(next, kNow);
    EXPECT_EQ(CandleOpenNs(interval, next), next);
    EXPECT_EQ(CandleOpenNs(interval, next - 1), open);
    EXPECT_EQ(ParseCandleInterval(CandleIntervalText(interval)), interval);
  }
  EXPECT_FALSE(ParseCandleInterval("2m"));
  EXPECT_FALSE(ParseCandleInterval(""));
}

TEST(CandleTest, AddsTradesAndMerges) {
  Candle one;
  one.open_ns = 60;
  one.Add(100, 5, true, 7);
  one.Add(90, 2, false, 8);
  Candle two;
  two.Add(120, 1, true, 9);
  one.Merge(two);
  one.Merge(Candle{});
  EXPECT_EQ(one.open, 100);
  EXPECT_EQ(one.high, 120);
  EXPECT_EQ(one.low, 90);
  EXPECT_EQ(one.close, 120);
  EXPECT_EQ(one.volume, 8);
  EXPECT_EQ(static_cast<std::int64_t>(one.quote_volume), 800);
  EXPECT_EQ(one.taker_buy_volume, 6);
  EXPECT_EQ(static_cast<std::int64_t>(one.taker_buy_quote_volume), 620);
  EXPECT_EQ(one.trade_count, 3U);
  EXPECT_EQ(one.first_trade_id, 7U);
  EXPECT_EQ(one.last_trade_id, 9U);
  Candle empty;
  empty.open_ns = 30;
  empty.Merge(one);
  EXPECT_EQ(empty.open_ns, 30);
  EXPECT_EQ(empty.close, 120);
}

}  // namespace
}  // namespace lockstep
