#include "testing/history_recording/history_comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

namespace lockstep {
namespace {

constexpr std::size_t kAll = 1'000'000;
constexpr HistoryRange kWhole{.from_id = {}, .start_ns = {}, .end_ns = {}, .limit = kAll};

using Pair = std::pair<AccountId, SymbolId>;

// Those that history finds by a client id: named last, and still so named.
void ExpectClientIds(const HistoryView& view, const NaiveHistory& naive) {
  std::map<std::tuple<AccountId, SymbolId, std::string>, int> open;
  for (const auto& [key, order] : naive.orders()) {
    if (order.client_order_id.empty()) {
      continue;
    }
    const auto found = view.OrderByClientId(order.account, order.symbol, order.client_order_id);
    if (order.is_open) {
      ASSERT_TRUE(found.has_value()) << order.client_order_id;
      EXPECT_EQ(*found, order);
    } else if (found) {
      EXPECT_EQ(found->client_order_id, order.client_order_id);
      EXPECT_EQ(*found, naive.orders().at({order.account, order.symbol, found->order_id}));
    }
  }
}

void ExpectSamePrivateRows(const HistoryView& view, const NaiveHistory& naive) {
  std::map<Pair, std::vector<StoredOrder>> orders;
  std::map<AccountId, std::vector<StoredOrder>> open;
  for (const auto& [key, order] : naive.orders()) {
    orders[{order.account, order.symbol}].push_back(order);
    if (order.is_open) {
      open[order.account].push_back(order);
    }
  }
  std::map<Pair, std::vector<StoredFill>> fills;
  std::map<NaiveHistory::OrderKey, std::vector<StoredFill>> fills_of_orders;
  for (const StoredFill& fill : naive.fills()) {
    fills[{fill.account, fill.symbol}].push_back(fill);
    fills_of_orders[{fill.account, fill.symbol, fill.order_id}].push_back(fill);
  }
  for (const auto& [pair, expected] : orders) {
    const auto& [account, symbol] = pair;
    EXPECT_EQ(view.Orders(account, symbol, kWhole), expected);
    std::vector<StoredOrder> open_here;
    std::ranges::copy_if(expected, std::back_inserter(open_here), &StoredOrder::is_open);
    EXPECT_EQ(view.OpenOrders(account, symbol), open_here);
    std::vector<StoredFill> expected_fills = fills[pair];
    std::ranges::sort(expected_fills, {}, [](const StoredFill& fill) {
      return std::pair(fill.trade_id, fill.order_id);
    });
    EXPECT_EQ(view.Fills(account, symbol, std::nullopt, kWhole), expected_fills);
    for (const StoredOrder& order : expected) {
      EXPECT_EQ(view.Order(account, symbol, order.order_id), order);
      EXPECT_EQ(view.Fills(account, symbol, order.order_id, kWhole),
                (fills_of_orders[{account, symbol, order.order_id}]));
    }
  }
  for (const auto& [key, expected] : naive.changes()) {
    const auto& [account, symbol, position, command_index] = key;
    EXPECT_EQ(view.Changes(account, symbol, position, command_index), expected);
  }
  for (const auto& [account, expected] : open) {
    EXPECT_EQ(view.OpenOrders(account, std::nullopt), expected);
  }
}

}  // namespace

void ExpectSameRows(const HistoryView& view, const NaiveHistory& naive) {
  ExpectSamePrivateRows(view, naive);
  ExpectClientIds(view, naive);
  for (const auto& [symbol, trades] : naive.trades()) {
    EXPECT_EQ(view.Trades(symbol, kWhole), trades);
    EXPECT_EQ(view.AggregateTrades(symbol, kWhole), naive.AggregateTrades(symbol));
  }
  const Status status = view.status();
  EXPECT_TRUE(status.ok()) << status.message();
}

void ExpectSameCandles(const std::vector<Candle>& candles, const std::vector<Candle>& expected) {
  ASSERT_EQ(candles.size(), expected.size());
  for (std::size_t i = 0; i < candles.size(); ++i) {
    const auto tie = [](const Candle& c) {
      return std::tie(c.open_ns, c.open, c.high, c.low, c.close, c.volume, c.quote_volume,
                      c.taker_buy_volume, c.taker_buy_quote_volume, c.trade_count, c.first_trade_id,
                      c.last_trade_id);
    };
    ASSERT_TRUE(tie(candles[i]) == tie(expected[i]))
        << "candle " << i << " of " << candles.size() << ", opening at " << candles[i].open_ns;
  }
}

void ExpectSameCandles(const HistoryView& view, const NaiveHistory& naive, std::int64_t now_ns) {
  for (const auto& [symbol, trades] : naive.trades()) {
    for (int i = 0; i < kCandleIntervals; ++i) {
      const auto interval = static_cast<CandleInterval>(i);
      SCOPED_TRACE(CandleIntervalText(interval));
      ExpectSameCandles(view.Candles(symbol, interval, kWhole, now_ns),
                        naive.Candles(symbol, interval, now_ns));
    }
  }
}

void AskAndWait(History& history, std::int64_t position,
                const std::function<void(const HistoryView&)>& question) {
  auto done = std::make_shared<std::promise<void>>();
  auto answered = done->get_future();
  history.Ask(position, [&question, done](const HistoryView& view) {
    question(view);
    done->set_value();
  });
  ASSERT_EQ(answered.wait_for(std::chrono::seconds(120)), std::future_status::ready);
}

}  // namespace lockstep
