#include "market_data/streams/stream_name.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/candle.h"

namespace lockstep {
namespace {

constexpr std::int64_t kMs = 1'000'000;

struct Case {
  std::string_view name;
  StreamKey key;
};

TEST(StreamName, SaysWhatTheStreamIs) {
  const std::vector<Case> cases = {
      {"btcusdt@trade", {.kind = StreamKind::kTrade, .symbol = "btcusdt"}},
      {"btcusdt@aggTrade", {.kind = StreamKind::kAggregateTrade, .symbol = "btcusdt"}},
      {"btcusdt@bookTicker", {.kind = StreamKind::kBookTicker, .symbol = "btcusdt"}},
      {"x-1@depth", {.kind = StreamKind::kDiffDepth, .symbol = "x-1", .period_ns = 1'000 * kMs}},
      {"x@depth@1000ms", {.kind = StreamKind::kDiffDepth, .symbol = "x", .period_ns = 1'000 * kMs}},
      {"x@depth@100ms", {.kind = StreamKind::kDiffDepth, .symbol = "x", .period_ns = 100 * kMs}},
      {"x@depth5",
       {.kind = StreamKind::kPartialDepth, .symbol = "x", .period_ns = 1'000 * kMs, .levels = 5}},
      {"x@depth10@100ms",
       {.kind = StreamKind::kPartialDepth, .symbol = "x", .period_ns = 100 * kMs, .levels = 10}},
      {"x@depth20@1000ms",
       {.kind = StreamKind::kPartialDepth, .symbol = "x", .period_ns = 1'000 * kMs, .levels = 20}},
      {"x@ticker", {.kind = StreamKind::kTicker, .symbol = "x", .period_ns = 1'000 * kMs}},
      {"x@miniTicker", {.kind = StreamKind::kMiniTicker, .symbol = "x", .period_ns = 1'000 * kMs}},
      {"x@avgPrice", {.kind = StreamKind::kAveragePrice, .symbol = "x", .period_ns = 1'000 * kMs}},
      {"x@kline_1s",
       {.kind = StreamKind::kKline,
        .symbol = "x",
        .period_ns = 1'000 * kMs,
        .interval = CandleInterval::k1s}},
      {"x@kline_1M",
       {.kind = StreamKind::kKline,
        .symbol = "x",
        .period_ns = 2'000 * kMs,
        .interval = CandleInterval::k1M}},
      {"!miniTicker@arr",
       {.kind = StreamKind::kAllMiniTickers, .symbol = {}, .period_ns = 1'000 * kMs}},
      {"!miniTicker@arr@1000ms",
       {.kind = StreamKind::kAllMiniTickers, .symbol = {}, .period_ns = 1'000 * kMs}},
      {"/topic/market/trade/BTCUSDT", {.kind = StreamKind::kTrade, .symbol = "btcusdt"}},
      {"/topic/market/depth/BTCUSDT", {.kind = StreamKind::kDiffDepth, .symbol = "btcusdt"}},
  };
  for (const Case& expected : cases) {
    EXPECT_EQ(ParseStreamName(expected.name), expected.key) << expected.name;
  }
}

TEST(StreamName, EveryIntervalHasItsCandles) {
  for (int i = 0; i < kCandleIntervals; ++i) {
    const auto interval = static_cast<CandleInterval>(i);
    const std::string name = "btcusdt@kline_" + std::string(CandleIntervalText(interval));
    const std::optional<StreamKey> key = ParseStreamName(name);
    ASSERT_TRUE(key.has_value()) << name;
    EXPECT_EQ(key->interval, interval) << name;
  }
}

TEST(StreamName, AnythingElseIsNone) {
  for (const std::string_view name : {"",
                                      "@",
                                      "@trade",
                                      "btcusdt",
                                      "btcusdt@",
                                      "BTCUSDT@trade",
                                      "btcUsdt@trade",
                                      "btcusdt@trades",
                                      "btcusdt@depth7",
                                      "btcusdt@depth5@50ms",
                                      "btcusdt@depth@100ms@100ms",
                                      "btcusdt@kline_",
                                      "btcusdt@kline_2m",
                                      "btcusdt@kline_1m@+08:00",
                                      "!miniTicker",
                                      "!ticker@arr",
                                      "/topic",
                                      "/topic/market/trade/",
                                      "/topic/market/kline/BTCUSDT",
                                      "btcusdt@trade "}) {
    EXPECT_EQ(ParseStreamName(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace lockstep
