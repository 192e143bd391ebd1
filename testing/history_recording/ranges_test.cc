// Pages of rows by id and time, and candles of all intervals within ranges, against a plain walk
// over everything.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

#include "testing/history_recording/history_comparison.h"
#include "testing/history_recording/history_market.h"
#include "testing/history_recording/recording_fixture.h"

namespace lockstep {
namespace {

constexpr std::int64_t kHourNs = 3'600'000'000'000;

template <class Row, class IdOf, class TimeOf>
std::vector<Row> Select(const std::vector<Row>& rows, const HistoryRange& range, IdOf id_of,
                        TimeOf time_of) {
  std::vector<Row> selected;
  std::ranges::copy_if(rows, std::back_inserter(selected), [&](const Row& row) {
    return id_of(row) >= range.from_id.value_or(0) &&
           time_of(row) >= range.start_ns.value_or(INT64_MIN) &&
           time_of(row) <= range.end_ns.value_or(INT64_MAX);
  });
  if (selected.size() > range.limit) {
    if (range.from_id || range.start_ns) {
      selected.resize(range.limit);
    } else {
      selected.erase(selected.begin(), selected.end() - static_cast<std::ptrdiff_t>(range.limit));
    }
  }
  return selected;
}

class RangesTest : public RecordingFixture {
 protected:
  RangesTest() : market_(21) {
    recorder_ = Open(market_);
    market_.SetUp();
    market_.Lead();
    first_ns_ = market_.now_ns();
  }

  void ExpectSameInRanges(CandleInterval interval) {
    SCOPED_TRACE(CandleIntervalText(interval));
    const SymbolId symbol(1);
    const std::int64_t now_ns =
        market_.now_ns() + static_cast<std::int64_t>(Roll(static_cast<std::uint64_t>(kHourNs)));
    const auto all = market_.naive().Candles(symbol, interval, now_ns);
    AskAndWait(*recorder_, market_.position(), [&](const HistoryView& view) {
      for (int round = 0; round < 100; ++round) {
        HistoryRange range = RandomRange(1);
        range.from_id.reset();
        ExpectSameCandles(view.Candles(symbol, interval, range, now_ns),
                          Select(
                              all, range, [](const auto&) { return std::uint64_t{0}; },
                              [](const Candle& candle) { return candle.open_ns; }));
      }
      EXPECT_TRUE(view.status().ok());
    });
  }

  HistoryRange RandomRange(std::uint64_t highest_id) {
    HistoryRange range;
    if (Roll(2) == 0) {
      range.from_id = Roll(highest_id + 3);
    }
    if (Roll(2) == 0) {
      range.start_ns = RandomTime();
    }
    if (Roll(2) == 0) {
      range.end_ns = RandomTime();
    }
    range.limit = Roll(4) == 0 ? Roll(3) : 1 + Roll(60);
    return range;
  }
  // At times the exact time of an entry.
  std::int64_t RandomTime() {
    if (Roll(2) == 0) {
      return market_.entries()[Roll(market_.entries().size())].timestamp_ns;
    }
    const std::int64_t span_ns = market_.now_ns() - first_ns_ + 2 * kHourNs;
    return first_ns_ - kHourNs +
           static_cast<std::int64_t>(Roll(static_cast<std::uint64_t>(span_ns)));
  }
  std::uint64_t Roll(std::uint64_t below) { return random_() % below; }

  HistoryMarket market_;
  std::unique_ptr<HistoryRecorder> recorder_;
  std::int64_t first_ns_ = 0;
  std::mt19937_64 random_{22};
};

TEST_F(RangesTest, RowsByIdAndTime) {
  for (int i = 0; i < 150; ++i) {
    market_.ApplyRandomEntry(8);
  }
  const NaiveHistory& naive = market_.naive();
  AskAndWait(*recorder_, market_.position(), [&](const HistoryView& view) {
    for (int i = 0; i < 1'500; ++i) {
      const AccountId account(1 + Roll(HistoryMarket::kAccounts));
      const SymbolId symbol(static_cast<std::uint32_t>(1 + Roll(HistoryMarket::kSymbols)));
      const HistoryRange range = RandomRange(700);
      std::vector<StoredOrder> orders;
      std::vector<StoredFill> fills;
      for (const auto& [key, order] : naive.orders()) {
        if (order.account == account && order.symbol == symbol) {
          orders.push_back(order);
        }
      }
      for (const StoredFill& fill : naive.fills()) {
        if (fill.account == account && fill.symbol == symbol) {
          fills.push_back(fill);
        }
      }
      std::ranges::sort(fills, {}, [](const StoredFill& fill) {
        return std::pair(fill.trade_id, fill.order_id);
      });
      ASSERT_EQ(view.Orders(account, symbol, range),
                Select(
                    orders, range, [](const auto& row) { return row.order_id.value(); },
                    [](const auto& row) { return row.created_ns; }));
      const auto by_trade = [](const StoredFill& row) { return row.trade_id.value(); };
      const auto fill_time = [](const StoredFill& row) { return row.time_ns; };
      ASSERT_EQ(view.Fills(account, symbol, std::nullopt, range),
                Select(fills, range, by_trade, fill_time));
      const OrderId order_id(1 + Roll(700));
      std::erase_if(fills, [&](const StoredFill& fill) { return fill.order_id != order_id; });
      ASSERT_EQ(view.Fills(account, symbol, order_id, range),
                Select(fills, range, by_trade, fill_time));
      ASSERT_EQ(view.Trades(symbol, range),
                Select(
                    naive.trades().at(symbol), range,
                    [](const auto& row) { return row.trade_id.value(); },
                    [](const auto& row) { return row.time_ns; }));
      ASSERT_EQ(view.AggregateTrades(symbol, range),
                Select(
                    naive.AggregateTrades(symbol), range,
                    [](const auto& row) { return row.aggregate_trade_id; },
                    [](const auto& row) { return row.time_ns; }));
    }
    EXPECT_TRUE(view.status().ok());
  });
}

TEST_F(RangesTest, CandlesOfHours) {
  for (int i = 0; i < 200; ++i) {
    market_.ApplyRandomEntry(4, 60'000'000'000);
  }
  for (int i = 0; i < kCandleIntervals; ++i) {
    ExpectSameInRanges(static_cast<CandleInterval>(i));
  }
}

TEST_F(RangesTest, CandlesOfMonths) {
  for (int i = 0; i < 400; ++i) {
    market_.ApplyRandomEntry(4, Roll(4) == 0 ? 20 * kHourNs : 60'000'000'000);
  }
  for (int i = 1; i < kCandleIntervals; ++i) {
    ExpectSameInRanges(static_cast<CandleInterval>(i));
  }
}

TEST_F(RangesTest, WhatNeverTradedHasNothing) {
  AskAndWait(*recorder_, market_.position(), [&](const HistoryView& view) {
    EXPECT_TRUE(view.Candles(SymbolId(1), CandleInterval::k1m, {}, market_.now_ns()).empty());
    EXPECT_TRUE(view.Trades(SymbolId(1), {}).empty());
    EXPECT_TRUE(view.Orders(AccountId(1), SymbolId(1),
                            HistoryRange{.from_id = {}, .start_ns = 5, .end_ns = {}})
                    .empty());
    EXPECT_TRUE(view.OpenOrders(AccountId(1), std::nullopt).empty());
    EXPECT_FALSE(view.Order(AccountId(1), SymbolId(1), OrderId(1)).has_value());
    EXPECT_FALSE(view.OrderByClientId(AccountId(1), SymbolId(1), "").has_value());
    EXPECT_FALSE(
        view.OrderByClientId(AccountId(1), SymbolId(1), std::string(200, 'x')).has_value());
    EXPECT_TRUE(view.status().ok());
  });
}

}  // namespace
}  // namespace lockstep
