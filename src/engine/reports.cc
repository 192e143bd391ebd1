// Reports of what happened to orders, the counters that they carry, and the digest's share of
// orders and counters.
#include <algorithm>

#include "engine/engine_core.h"
#include "engine/hash.h"

namespace lockstep {

void MatchingEngine::Impl::ReportOrder(std::uint32_t slot, const OrderReport& report) {
  const Order& order = book_.orders[slot];
  const AccountSymbol& pair = account_symbols_[order.account_symbol];
  Symbol& symbol = symbols_[pair.symbol];
  Account& account = accounts_[pair.account];
  ++account.private_sequence;
  ++symbol.record.last_execution_id;
  digest_ += PrivateSequenceKey(pair.account) + symbol.CounterKey(SymbolCounter::kExecutionId);
  events_.WriteExecution(symbol, order,
                         {.account = account.id,
                          .private_sequence = account.private_sequence,
                          .execution_id = symbol.record.last_execution_id,
                          .base = &ledger_.Of(pair.account, symbol.record.base_asset),
                          .quote = &ledger_.Of(pair.account, symbol.record.quote_asset)},
                         report);
}

void MatchingEngine::Impl::ReportBook(Symbol& symbol, std::uint8_t action, const Order& order,
                                      std::int64_t old_price_ticks, std::int64_t old_lots) {
  constexpr std::uint8_t kRemoved = 3;
  const std::int64_t lots = action == kRemoved ? 0 : order.leaves_lots;
  AddPublicEvent(
      symbol, Mix(order.id, action),
      Mix(static_cast<std::uint64_t>(order.price_ticks), static_cast<std::uint64_t>(lots)));
  events_.WriteBookUpdate(symbol, action, order.id, order.side, order.price_ticks, lots,
                          old_price_ticks, old_lots);
}

void MatchingEngine::Impl::ReportRemoval(Symbol& symbol, const Order& order,
                                         std::int64_t old_price_ticks, std::int64_t old_lots) {
  constexpr std::uint8_t kRemove = 3;
  AddPublicEvent(symbol, Mix(order.id, kRemove),
                 Mix(static_cast<std::uint64_t>(old_price_ticks), 0));
  events_.WriteBookUpdate(symbol, kRemove, order.id, order.side, old_price_ticks, 0,
                          old_price_ticks, old_lots);
}

// The history hash folds in every change of the book in order, so that two replicas whose queues
// differ in order alone differ in digest as well.
void MatchingEngine::Impl::AddPublicEvent(Symbol& symbol, std::uint64_t what,
                                          std::uint64_t detail) {
  SymbolRecord& record = symbol.record;
  ++record.sequence;
  const std::uint64_t before = record.history_hash;
  record.history_hash = Mix(before ^ what, detail);
  digest_ += symbol.CounterKey(SymbolCounter::kSequence) + record.history_hash - before;
}

std::uint64_t MatchingEngine::Impl::OrderDigest(const Order& order) const {
  const std::uint64_t shape = std::uint64_t{order.side} | std::uint64_t{order.type} << 8 |
                              std::uint64_t{order.time_in_force} << 16 |
                              std::uint64_t{order.self_trade_prevention} << 24 |
                              std::uint64_t{order.account_symbol} << 32;
  const std::uint64_t amounts = static_cast<std::uint64_t>(order.leaves_lots) ^
                                static_cast<std::uint64_t>(order.quantity_lots) << 21 ^
                                static_cast<std::uint64_t>(order.prevented_lots) << 42 ^
                                static_cast<std::uint64_t>(order.cumulative_quote) << 11;
  return Mix(Mix(order.id ^ shape, static_cast<std::uint64_t>(order.price_ticks)), amounts);
}

void MatchingEngine::Impl::RememberOrder(const Order& order, OrderStatus status) {
  outcome_.order_id = order.id;
  outcome_.order_status = status;
  outcome_.cumulative_lots = order.CumulativeLots();
  outcome_.cumulative_quote = order.cumulative_quote;
}

void MatchingEngine::Impl::UnlockResting(const Order& order, std::int64_t lots) {
  const AccountSymbol& pair = account_symbols_[order.account_symbol];
  const Symbol& symbol = symbols_[pair.symbol];
  ledger_.Lock(pair.account, symbol.LockedAsset(order.side),
               -symbol.Lock(order.side, order.price_ticks, lots));
}

void MatchingEngine::Impl::AttachOrder(std::uint32_t slot) {
  Order& order = book_.orders[slot];
  AccountSymbol& pair = account_symbols_[order.account_symbol];
  orders_by_id_.Insert(OrderHash(pair.symbol, order.id), slot);
  if (order.client_id_length != 0) {
    orders_by_client_id_.Insert(ClientIdHash(order.account_symbol, order.ClientId()), slot);
  }
  // A new order has the highest id of its symbol, so the list stays in order of id.
  order.older = pair.newest;
  order.newer = 0;
  (pair.newest != 0 ? book_.orders[pair.newest].newer : pair.oldest) = slot;
  pair.newest = slot;
  ++pair.open_count;
}

void MatchingEngine::Impl::ForgetOrder(std::uint32_t slot) {
  Order& order = book_.orders[slot];
  AccountSymbol& pair = account_symbols_[order.account_symbol];
  orders_by_id_.Erase(OrderHash(pair.symbol, order.id), slot);
  if (order.client_id_length != 0) {
    orders_by_client_id_.Erase(ClientIdHash(order.account_symbol, order.ClientId()), slot);
  }
  (order.older != 0 ? book_.orders[order.older].newer : pair.oldest) = order.newer;
  (order.newer != 0 ? book_.orders[order.newer].older : pair.newest) = order.older;
  --pair.open_count;
  book_.orders.Free(slot);
}

void MatchingEngine::Impl::SetClientId(std::uint32_t slot, std::string_view client_id) {
  Order& order = book_.orders[slot];
  if (order.client_id_length != 0) {
    orders_by_client_id_.Erase(ClientIdHash(order.account_symbol, order.ClientId()), slot);
  }
  order.client_id_length = static_cast<std::uint8_t>(client_id.size());
  std::copy(client_id.begin(), client_id.end(), order.client_id);
  orders_by_client_id_.Insert(ClientIdHash(order.account_symbol, order.ClientId()), slot);
}

void MatchingEngine::Impl::CancelResting(std::uint32_t slot, EndReason reason,
                                         std::string_view request_client_id) {
  Order& order = book_.orders[slot];
  Symbol& symbol = symbols_[account_symbols_[order.account_symbol].symbol];
  constexpr std::uint8_t kRemove = 3;
  digest_ -= OrderDigest(order);
  book_.Remove(symbol, slot);
  UnlockResting(order, order.leaves_lots);
  ReportOrder(slot, {.type = ExecType::CANCELED,
                     .status = OrderStatus::CANCELED,
                     .end_reason = reason,
                     .ended = true,
                     .request_client_id = request_client_id});
  ReportBook(symbol, kRemove, order, order.price_ticks, order.leaves_lots);
  RememberOrder(order, OrderStatus::CANCELED);
  ForgetOrder(slot);
}

}  // namespace lockstep
