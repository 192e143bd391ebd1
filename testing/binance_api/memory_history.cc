#include "testing/binance_api/memory_history.h"

#include <algorithm>

#include "gateway/binance/command_outcome.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

// The newest `limit` rows, or with a lower bound the oldest from there on.
template <class Row, class IdOf, class TimeOf>
std::vector<Row> Cut(std::vector<Row> rows, const HistoryRange& range, IdOf id_of, TimeOf time_of) {
  std::erase_if(rows, [&](const Row& row) {
    return (range.from_id && id_of(row) < *range.from_id) ||
           (range.start_ns && time_of(row) < *range.start_ns) ||
           (range.end_ns && time_of(row) > *range.end_ns);
  });
  if (rows.size() > range.limit) {
    const auto excess = static_cast<std::ptrdiff_t>(rows.size() - range.limit);
    if (range.from_id || range.start_ns) {
      rows.erase(rows.end() - excess, rows.end());
    } else {
      rows.erase(rows.begin(), rows.begin() + excess);
    }
  }
  return rows;
}

}  // namespace

bool MemoryHistory::Poll() {
  return reader_.Poll([this](std::span<const std::byte> message) { OnEvent(message); }, SIZE_MAX) !=
         0;
}

void MemoryHistory::Ask(std::int64_t, std::function<void(const HistoryView&)> question) {
  Poll();
  question(*this);
}

void MemoryHistory::OnEvent(std::span<const std::byte> message) {
  const std::uint16_t template_id = ReadMessageHeader(message).template_id;
  if (template_id == sbe::ExecutionReport::sbeTemplateId()) {
    auto report = Decode<sbe::ExecutionReport>(message);
    if (report.execType() == sbe::ExecType::STATUS) {
      return;
    }
    StoredOrder order = OrderOf(report);
    if (report.execType() == sbe::ExecType::TRADE) {
      fills_.push_back(FillOf(report));
    }
    if (IsKeptChange(report.execType(), report.endReason())) {
      changes_[{report.header().position(), report.header().commandIndex()}].push_back(
          {.order = order, .execution_id = report.executionId()});
    }
    orders_[{order.account.value(), order.symbol.value(), order.order_id.value()}] =
        std::move(order);
  } else if (template_id == sbe::Trade::sbeTemplateId()) {
    auto trade = Decode<sbe::Trade>(message);
    trades_.push_back({SymbolId(trade.header().symbol()),
                       {.trade_id = TradeId(trade.tradeId()),
                        .aggregate_trade_id = trade.aggregateTradeId(),
                        .price = trade.price(),
                        .quantity = trade.quantity(),
                        .time_ns = trade.header().timestampNs(),
                        .taker_is_buyer = trade.takerSide() == sbe::Side::BUY}});
  }
}

std::optional<StoredOrder> MemoryHistory::Order(AccountId account, SymbolId symbol,
                                                OrderId order_id) const {
  const auto found = orders_.find({account.value(), symbol.value(), order_id.value()});
  return found == orders_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<StoredOrder> MemoryHistory::OrderByClientId(AccountId account, SymbolId symbol,
                                                          std::string_view client_order_id) const {
  std::optional<StoredOrder> newest;
  for (const auto& [key, order] : orders_) {
    if (order.account == account && order.symbol == symbol &&
        order.client_order_id == client_order_id) {
      newest = order;
    }
  }
  return newest;
}

std::vector<StoredOrder> MemoryHistory::Orders(AccountId account, SymbolId symbol,
                                               const HistoryRange& range) const {
  std::vector<StoredOrder> rows;
  for (const auto& [key, order] : orders_) {
    if (order.account == account && order.symbol == symbol) {
      rows.push_back(order);
    }
  }
  return Cut(
      std::move(rows), range, [](const StoredOrder& order) { return order.order_id.value(); },
      [](const StoredOrder& order) { return order.created_ns; });
}

std::vector<StoredOrder> MemoryHistory::OpenOrders(AccountId account,
                                                   std::optional<SymbolId> symbol) const {
  std::vector<StoredOrder> rows;
  for (const auto& [key, order] : orders_) {
    if (order.account == account && order.is_open && (!symbol || order.symbol == *symbol)) {
      rows.push_back(order);
    }
  }
  return rows;
}

std::vector<StoredFill> MemoryHistory::Fills(AccountId account, SymbolId symbol,
                                             std::optional<OrderId> order_id,
                                             const HistoryRange& range) const {
  std::vector<StoredFill> rows;
  for (const StoredFill& fill : fills_) {
    if (fill.account == account && fill.symbol == symbol &&
        (!order_id || fill.order_id == *order_id)) {
      rows.push_back(fill);
    }
  }
  return Cut(
      std::move(rows), range, [](const StoredFill& fill) { return fill.trade_id.value(); },
      [](const StoredFill& fill) { return fill.time_ns; });
}

std::vector<StoredChange> MemoryHistory::Changes(AccountId account, SymbolId symbol,
                                                 std::int64_t position,
                                                 std::uint16_t command_index) const {
  std::vector<StoredChange> rows;
  if (const auto found = changes_.find({position, command_index}); found != changes_.end()) {
    std::ranges::copy_if(found->second, std::back_inserter(rows), [&](const StoredChange& change) {
      return change.order.account == account && change.order.symbol == symbol;
    });
  }
  return rows;
}

std::vector<StoredTrade> MemoryHistory::Trades(SymbolId symbol, const HistoryRange& range) const {
  std::vector<StoredTrade> rows;
  for (const auto& [of_symbol, trade] : trades_) {
    if (of_symbol == symbol) {
      rows.push_back(trade);
    }
  }
  return Cut(
      std::move(rows), range, [](const StoredTrade& trade) { return trade.trade_id.value(); },
      [](const StoredTrade& trade) { return trade.time_ns; });
}

std::vector<StoredAggregateTrade> MemoryHistory::AggregateTrades(SymbolId symbol,
                                                                 const HistoryRange& range) const {
  std::vector<StoredAggregateTrade> rows;
  for (const auto& [of_symbol, trade] : trades_) {
    if (of_symbol != symbol) {
      continue;
    }
    if (rows.empty() || rows.back().aggregate_trade_id != trade.aggregate_trade_id) {
      rows.push_back({.aggregate_trade_id = trade.aggregate_trade_id,
                      .price = trade.price,
                      .quantity = 0,
                      .first_trade_id = trade.trade_id,
                      .last_trade_id = trade.trade_id,
                      .time_ns = trade.time_ns,
                      .taker_is_buyer = trade.taker_is_buyer});
    }
    rows.back().quantity += trade.quantity;
    rows.back().last_trade_id = trade.trade_id;
  }
  return Cut(
      std::move(rows), range,
      [](const StoredAggregateTrade& trade) { return trade.aggregate_trade_id; },
      [](const StoredAggregateTrade& trade) { return trade.time_ns; });
}

std::vector<Candle> MemoryHistory::Candles(SymbolId symbol, CandleInterval interval,
                                           const HistoryRange&, std::int64_t) const {
  std::vector<Candle> candles;
  for (const auto& [of_symbol, trade] : trades_) {
    if (of_symbol != symbol) {
      continue;
    }
    const std::int64_t open_ns = CandleOpenNs(interval, trade.time_ns);
    if (candles.empty() || candles.back().open_ns != open_ns) {
      candles.push_back({});
      candles.back().open_ns = open_ns;
    }
    candles.back().Add(trade.price, trade.quantity, trade.taker_is_buyer, trade.trade_id.value());
  }
  return candles;
}

}  // namespace lockstep
