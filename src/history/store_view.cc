#include "history/store_view.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "history/candle_rows.h"
#include "history/keys.h"
#include "history/records.h"
#include "history/row_range.h"

namespace lockstep {
namespace {

// Where ids stand in a key: behind the letter and account and symbol, or symbol alone.
constexpr std::size_t kPrivateIds = 1 + 8 + 4;
constexpr std::size_t kPublicIds = 1 + 4;

template <class Row, class Decode, class TimeOf>
Result<std::vector<Row>> ReadRange(const HistoryStore& store, const HistoryKey& prefix,
                                   const HistoryRange& range, Decode decode, TimeOf time_of) {
  return RowRange<Row, Decode, TimeOf>(store, prefix, decode, time_of).Read(range);
}

}  // namespace

void StoreView::Note(const Status& status) const {
  if (status_.ok()) {
    status_ = status;
  }
}

template <class Value>
Value StoreView::ValueOr(Result<Value> result) const {
  if (!result) {
    Note(result.error());
    return {};
  }
  return std::move(*result);
}

std::optional<StoredOrder> StoreView::Order(AccountId account, SymbolId symbol,
                                            OrderId order_id) const {
  std::string value;
  const HistoryKey key = HistoryKey::OfOrder(HistoryTable::kOrders, account, symbol, order_id);
  if (!ValueOr(store_.Get(key, value))) {
    return std::nullopt;
  }
  StoredOrder order;
  order.account = account;
  order.symbol = symbol;
  order.order_id = order_id;
  if (Status status = DecodeOrder(value, order); !status.ok()) {
    Note(status);
    return std::nullopt;
  }
  return order;
}

std::optional<StoredOrder> StoreView::OrderByClientId(AccountId account, SymbolId symbol,
                                                      std::string_view client_order_id) const {
  std::string value;
  if (client_order_id.empty() || client_order_id.size() > limits::kMaxClientOrderIdBytes ||
      !ValueOr(store_.Get(HistoryKey::OfClientId(account, symbol, client_order_id), value))) {
    return std::nullopt;
  }
  std::uint64_t order_id = 0;
  if (Status status = DecodeNumber(value, order_id); !status.ok()) {
    Note(status);
    return std::nullopt;
  }
  auto order = Order(account, symbol, OrderId(order_id));
  // An order that an amend has renamed is no longer found under its old name.
  return order && order->client_order_id == client_order_id ? order : std::nullopt;
}

std::vector<StoredOrder> StoreView::Orders(AccountId account, SymbolId symbol,
                                           const HistoryRange& range) const {
  const auto decode = [&](std::string_view key, std::string_view value, StoredOrder& order) {
    order.account = account;
    order.symbol = symbol;
    order.order_id = OrderId(KeyNumber64(key, kPrivateIds));
    return DecodeOrder(value, order);
  };
  return ValueOr(ReadRange<StoredOrder>(
      store_, HistoryKey::Prefix(HistoryTable::kOrders, account, symbol), range, decode,
      [](const StoredOrder& order) { return order.created_ns; }));
}

std::vector<StoredOrder> StoreView::OpenOrders(AccountId account,
                                               std::optional<SymbolId> symbol) const {
  std::vector<StoredOrder> orders;
  for (const auto& [of_symbol, order_id] : open_.Of(account, symbol)) {
    if (auto order = Order(account, of_symbol, order_id)) {
      orders.push_back(std::move(*order));
    }
  }
  return orders;
}

std::vector<StoredFill> StoreView::Fills(AccountId account, SymbolId symbol,
                                         std::optional<OrderId> order_id,
                                         const HistoryRange& range) const {
  HistoryKey prefix = HistoryKey::Prefix(
      order_id ? HistoryTable::kFillsOfOrders : HistoryTable::kFills, account, symbol);
  if (order_id) {
    prefix.Put64(order_id->value());
  }
  const auto decode = [&](std::string_view key, std::string_view value, StoredFill& fill) {
    fill.account = account;
    fill.symbol = symbol;
    const std::uint64_t first = KeyNumber64(key, kPrivateIds);
    const std::uint64_t second = KeyNumber64(key, kPrivateIds + 8);
    fill.order_id = OrderId(order_id ? first : second);
    fill.trade_id = TradeId(order_id ? second : first);
    return DecodeFill(value, fill);
  };
  return ValueOr(ReadRange<StoredFill>(store_, prefix, range, decode,
                                       [](const StoredFill& fill) { return fill.time_ns; }));
}

std::vector<StoredChange> StoreView::Changes(AccountId account, SymbolId symbol,
                                             std::int64_t position,
                                             std::uint16_t command_index) const {
  std::vector<StoredChange> changes;
  const HistoryKey prefix = HistoryKey::OfCommand(account, symbol, position, command_index);
  HistoryCursor cursor(store_, prefix);
  for (bool more = cursor.SeekToFirst(); more; more = cursor.Next()) {
    StoredChange& change = changes.emplace_back();
    change.order.account = account;
    change.order.symbol = symbol;
    change.order.order_id = OrderId(KeyNumber64(cursor.key(), prefix.view().size()));
    Note(DecodeChange(cursor.value(), change));
  }
  Note(cursor.status());
  return changes;
}

std::vector<StoredTrade> StoreView::Trades(SymbolId symbol, const HistoryRange& range) const {
  const auto decode = [](std::string_view key, std::string_view value, StoredTrade& trade) {
    trade.trade_id = TradeId(KeyNumber64(key, kPublicIds));
    return DecodeTrade(value, trade);
  };
  return ValueOr(ReadRange<StoredTrade>(store_, HistoryKey::Prefix(HistoryTable::kTrades, symbol),
                                        range, decode,
                                        [](const StoredTrade& trade) { return trade.time_ns; }));
}

std::vector<StoredAggregateTrade> StoreView::AggregateTrades(SymbolId symbol,
                                                             const HistoryRange& range) const {
  const auto decode = [](std::string_view key, std::string_view value,
                         StoredAggregateTrade& trade) {
    trade.aggregate_trade_id = KeyNumber64(key, kPublicIds);
    return DecodeAggregateTrade(value, trade);
  };
  return ValueOr(ReadRange<StoredAggregateTrade>(
      store_, HistoryKey::Prefix(HistoryTable::kAggregateTrades, symbol), range, decode,
      [](const StoredAggregateTrade& trade) { return trade.time_ns; }));
}

std::vector<Candle> StoreView::Candles(SymbolId symbol, CandleInterval interval,
                                       const HistoryRange& range, std::int64_t now_ns) const {
  return ValueOr(ReadCandles(store_, symbol, interval, range, now_ns));
}

}  // namespace lockstep
