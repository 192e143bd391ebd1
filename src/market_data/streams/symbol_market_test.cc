// Candles and 24-hour statistics against a plain recount of all trades.

#include "market_data/streams/symbol_market.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "base/int128.h"
#include "market_data/streams/market_seed.h"
#include "market_data/symbol_book.h"
#include "protocol/candle.h"

namespace lockstep {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kDay = 1'440 * kMinute;
constexpr std::int64_t kStartNs = 1'767'225'600 * kSecond;  // 2026-01-01
constexpr int kPriceScale = 2;

// Trades in clusters: mostly within seconds, at times hours or days apart.
class RandomTrades {
 public:
  explicit RandomTrades(std::uint64_t seed) : random_(seed) {}

  TradeTick Next() {
    const std::uint64_t dice = Roll(1'000);
    const std::int64_t longest_ns = dice < 600   ? kSecond
                                    : dice < 950 ? 3 * kMinute
                                    : dice < 998 ? 200 * kMinute
                                                 : 5 * kDay;
    time_ns_ += static_cast<std::int64_t>(Roll(static_cast<std::uint64_t>(longest_ns)));
    ++trade_id_;
    return {.trade_id = trade_id_,
            .aggregate_trade_id = trade_id_,
            .price_ticks = 10'000 + static_cast<std::int64_t>(Roll(2'000)),
            .quantity_lots = 1 + static_cast<std::int64_t>(Roll(1'000)),
            .time_ns = time_ns_,
            .taker_is_buyer = Roll(2) == 0};
  }
  std::uint64_t Roll(std::uint64_t below) { return random_() % below; }

 private:
  std::mt19937_64 random_;
  std::int64_t time_ns_ = kStartNs;
  std::uint64_t trade_id_ = 0;
};

void Feed(SymbolMarket& market, const TradeTick& trade) {
  if (market.NeedsRoll(trade.time_ns)) {
    market.RollTo(trade.time_ns);
  }
  market.Add(trade);
}

// The candle of the trades from `start_ns` on.
Candle Recount(const std::vector<TradeTick>& trades, std::int64_t start_ns) {
  Candle candle{.open_ns = start_ns};
  for (const TradeTick& trade : trades) {
    if (trade.time_ns >= start_ns) {
      candle.Add(trade.price_ticks, trade.quantity_lots, trade.taker_is_buyer, trade.trade_id);
    }
  }
  return candle;
}

void ExpectSame(const Candle& actual, const Candle& expected) {
  EXPECT_EQ(actual.open_ns, expected.open_ns);
  EXPECT_EQ(actual.open, expected.open);
  EXPECT_EQ(actual.high, expected.high);
  EXPECT_EQ(actual.low, expected.low);
  EXPECT_EQ(actual.close, expected.close);
  EXPECT_EQ(actual.volume, expected.volume);
  EXPECT_TRUE(actual.quote_volume == expected.quote_volume);
  EXPECT_EQ(actual.taker_buy_volume, expected.taker_buy_volume);
  EXPECT_TRUE(actual.taker_buy_quote_volume == expected.taker_buy_quote_volume);
  EXPECT_EQ(actual.trade_count, expected.trade_count);
  EXPECT_EQ(actual.first_trade_id, expected.first_trade_id);
  EXPECT_EQ(actual.last_trade_id, expected.last_trade_id);
}

void ExpectCandles(const SymbolMarket& market, const std::vector<TradeTick>& trades) {
  for (int i = 0; i < kCandleIntervals; ++i) {
    const auto interval = static_cast<CandleInterval>(i);
    SCOPED_TRACE(CandleIntervalText(interval));
    ExpectSame(market.PresentCandle(interval),
               Recount(trades, CandleOpenNs(interval, trades.back().time_ns)));
  }
}

Int128 AverageOf(const Candle& candle) {
  return candle.quote_volume * 1'000'000 / candle.volume;  // 8 decimals from 2
}

void ExpectStatistics(SymbolMarket& market, const std::vector<TradeTick>& trades,
                      std::int64_t now_ns) {
  const std::int64_t minute_ns = now_ns - now_ns % kMinute;
  const Candle day = Recount(trades, minute_ns - kDay);
  const std::int64_t last = trades.back().price_ticks;
  const TickerStatistics statistics = market.Statistics(now_ns);
  EXPECT_EQ(statistics.last, last);
  EXPECT_EQ(statistics.open_time_ns, minute_ns - kDay);
  EXPECT_EQ(statistics.close_time_ns, now_ns);
  EXPECT_EQ(statistics.trade_count, day.trade_count);
  EXPECT_EQ(statistics.volume, day.volume);
  EXPECT_TRUE(statistics.quote_volume == day.quote_volume);
  const std::size_t before = trades.size() - day.trade_count;
  EXPECT_EQ(statistics.previous_close, before == 0 ? 0 : trades[before - 1].price_ticks);
  if (day.trade_count == 0) {
    EXPECT_EQ(statistics.open, last);
    EXPECT_EQ(statistics.first_trade_id, -1);
    EXPECT_EQ(statistics.next_change_ns, INT64_MAX);
  } else {
    EXPECT_EQ(statistics.open, day.open);
    EXPECT_EQ(statistics.high, day.high);
    EXPECT_EQ(statistics.low, day.low);
    EXPECT_EQ(statistics.first_trade_id, static_cast<std::int64_t>(day.first_trade_id));
    EXPECT_EQ(statistics.last_trade_id, static_cast<std::int64_t>(day.last_trade_id));
    EXPECT_TRUE(statistics.average == AverageOf(day));
    EXPECT_GT(statistics.next_change_ns, now_ns);
  }
  const Candle recent = Recount(trades, minute_ns - 4 * kMinute);
  EXPECT_TRUE(market.Average(now_ns).price ==
              (recent.trade_count == 0 ? Int128{last} * 1'000'000 : AverageOf(recent)));
}

TEST(SymbolMarket, CandlesAndStatisticsAreThoseOfTheTrades) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    RandomTrades source(seed);
    SymbolBook book;
    SymbolMarket market(book);
    market.SetText(SymbolText("X", kPriceScale, 5));
    std::vector<TradeTick> trades;
    for (int i = 0; i < 4'000; ++i) {
      trades.push_back(source.Next());
      Feed(market, trades.back());
      if (source.Roll(10) == 0) {
        ExpectCandles(market, trades);
        ExpectStatistics(market, trades, trades.back().time_ns);
      }
      if (testing::Test::HasFailure()) {
        return;
      }
    }
    // Until nothing is left.
    for (std::int64_t now_ns = trades.back().time_ns; now_ns < trades.back().time_ns + 2 * kDay;
         now_ns += 37 * kMinute) {
      ExpectStatistics(market, trades, now_ns);
    }
  }
}

TEST(SymbolMarket, PercentIsRoundedHalfAwayFromZero) {
  SymbolBook book;
  for (const auto& [open, last, expected] : {std::array<std::int64_t, 3>{100'000, 100'001, 1},
                                             {200'000, 200'001, 1},
                                             {200'000, 199'999, -1},
                                             {300'000, 300'001, 0},
                                             {4, 10, 150'000}}) {
    SymbolMarket market(book);
    market.SetText(SymbolText("X", kPriceScale, 5));
    Feed(market, {.trade_id = 1, .price_ticks = open, .quantity_lots = 1, .time_ns = kStartNs});
    Feed(market, {.trade_id = 2, .price_ticks = last, .quantity_lots = 1, .time_ns = kStartNs});
    EXPECT_EQ(market.Statistics(kStartNs).change_thousandths_percent, expected);
  }
}

// What history would hand over after `trades`.
SymbolSeed SeedOf(const std::vector<TradeTick>& trades) {
  SymbolSeed seed;
  const TradeTick& last = trades.back();
  for (const TradeTick& trade : trades) {
    const std::int64_t minute_ns = CandleOpenNs(CandleInterval::k1m, trade.time_ns);
    if (seed.minutes.empty() || seed.minutes.back().open_ns != minute_ns) {
      seed.minutes.push_back(Candle{.open_ns = minute_ns});
    }
    seed.minutes.back().Add(trade.price_ticks, trade.quantity_lots, trade.taker_is_buyer,
                            trade.trade_id);
  }
  for (int i = 0; i < kCandleIntervals; ++i) {
    const auto interval = static_cast<CandleInterval>(i);
    seed.present[static_cast<std::size_t>(i)] =
        Recount(trades, CandleOpenNs(interval, last.time_ns));
  }
  seed.last = {.trade_id = last.trade_id,
               .price_ticks = last.price_ticks,
               .quantity_lots = last.quantity_lots,
               .time_ns = last.time_ns};
  return seed;
}

TEST(SymbolMarket, ASeedGoesOnAsIfNothingHadEnded) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomTrades source(seed);
    const std::uint64_t known = 1 + source.Roll(500);
    std::vector<TradeTick> trades;
    trades.reserve(known + 300);
    trades.reserve(known);
    for (std::uint64_t i = 0; i < known; ++i) {
      trades.push_back(source.Next());
    }
    SymbolBook book;
    SymbolMarket market(book);
    market.SetText(SymbolText("X", kPriceScale, 5));
    market.Seed(SeedOf(trades));
    ExpectCandles(market, trades);
    ExpectStatistics(market, trades, trades.back().time_ns);
    for (int i = 0; i < 300; ++i) {
      trades.push_back(source.Next());
      Feed(market, trades.back());
      ExpectCandles(market, trades);
      ExpectStatistics(market, trades, trades.back().time_ns);
      if (testing::Test::HasFailure()) {
        return;
      }
    }
  }
}

}  // namespace
}  // namespace lockstep
