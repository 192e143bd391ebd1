// docs/matching.md §6, and NewOrder.

#include "base/limits.h"
#include "protocol/commands.h"
#include "testing/model/model_engine.h"

namespace lockstep::model {

using enum sbe::RejectReason::Value;

namespace {

constexpr Reason kPass = sbe::RejectReason::NONE;

template <class Codec>
OrderRequest ReadRequest(const Codec& codec) {
  OrderRequest request;
  request.symbol = codec.symbol();
  request.side = static_cast<Side>(codec.sideRaw());
  request.type = static_cast<OrderType>(codec.orderTypeRaw());
  request.time_in_force = static_cast<TimeInForce>(codec.timeInForceRaw());
  request.stp = static_cast<StpMode>(codec.selfTradePreventionRaw());
  request.price = codec.price();
  request.quantity = codec.quantity();
  request.quote_quantity = codec.quoteQuantity();
  return request;
}

}  // namespace

void ModelEngine::NewOrder(std::span<const std::byte> command) {
  auto codec = Decode<sbe::NewOrder>(command);
  OrderRequest request = ReadRequest(codec);
  request.client_order_id = codec.getClientOrderIdAsString();
  if (const Reason reason = CheckSteps1To21(request); reason != kPass) {
    return Reject(reason);
  }
  Symbol& symbol = *FindSymbol(request.symbol);
  if (const Reason reason = CheckStep22(symbol, request, OpenOrders(symbol, context_.account));
      reason != kPass) {
    return Reject(reason);
  }
  if (const Reason reason = CheckSteps23To26(symbol, request); reason != kPass) {
    return Reject(reason);
  }
  PlaceOrder(symbol, request);
}

ModelEngine::Named ModelEngine::LookUp(Symbol& symbol, std::uint64_t order_id,
                                       const std::string& client_order_id) {
  const auto by_id = symbol.orders.find(order_id);
  const Order* first = by_id != symbol.orders.end() && by_id->second.account == context_.account
                           ? &by_id->second
                           : nullptr;
  const Order* second = FindByClientId(symbol, context_.account, client_order_id);
  if (first == nullptr && second == nullptr) {
    return {nullptr, UNKNOWN_ORDER};
  }
  if (order_id != 0 && !client_order_id.empty() && first != second) {
    return {nullptr, ORDER_ID_MISMATCH};
  }
  return {&symbol.orders.at((first != nullptr ? first : second)->id), kPass};
}

Reason ModelEngine::CheckAccountAndSymbol(bool disabled_may) {
  const auto account = accounts_.find(context_.account);
  if (account == accounts_.end()) {
    return UNKNOWN_ACCOUNT;
  }
  if (!disabled_may && account->second.status != sbe::AccountStatus::ACTIVE) {
    return ACCOUNT_DISABLED;
  }
  const Symbol* symbol = FindSymbol(context_.symbol);
  if (symbol == nullptr) {
    return UNKNOWN_SYMBOL;
  }
  return symbol->status == sbe::TradingStatus::CLOSED ? MARKET_CLOSED : kPass;
}

void ModelEngine::CancelResting(Symbol& symbol, std::uint64_t order_id, EndReason reason,
                                const std::string& request_client_order_id) {
  Order order = symbol.orders.at(order_id);
  const std::int64_t leaves_before = order.leaves;
  RemoveFromBook(symbol, order);
  ReportEnd(symbol, order, sbe::ExecType::CANCELED, sbe::OrderStatus::CANCELED, reason,
            request_client_order_id);
  Book(symbol,
       {sbe::BookAction::REMOVE, order.id, order.side, order.price, 0, order.price, leaves_before});
  Remember(order);
}

void ModelEngine::CancelOrder(std::span<const std::byte> command) {
  auto codec = Decode<sbe::CancelOrder>(command);
  const std::string named_client_id = codec.getOrigClientOrderIdAsString();
  const std::string cancel_client_id = codec.getClientOrderIdAsString();
  if (const Reason reason = CheckAccountAndSymbol(true); reason != kPass) {
    return Reject(reason);
  }
  if (!IsClientOrderId(cancel_client_id)) {
    return Reject(INVALID_CLIENT_ORDER_ID);
  }
  Symbol& symbol = *FindSymbol(codec.symbol());
  const Named named = LookUp(symbol, codec.orderId(), named_client_id);
  if (named.order == nullptr) {
    return Reject(named.reason);
  }
  CancelResting(symbol, named.order->id, sbe::EndReason::CANCEL, cancel_client_id);
}

void ModelEngine::CancelAll(std::span<const std::byte> command) {
  const auto codec = Decode<sbe::CancelAll>(command);
  std::vector<Symbol*> chosen;
  if (codec.symbol() != 0) {
    if (const Reason reason = CheckAccountAndSymbol(true); reason != kPass) {
      return Reject(reason);
    }
    chosen.push_back(FindSymbol(codec.symbol()));
  } else {
    if (!accounts_.contains(context_.account)) {
      return Reject(UNKNOWN_ACCOUNT);
    }
    for (auto& [id, symbol] : symbols_) {
      if (symbol.status != sbe::TradingStatus::CLOSED) {
        chosen.push_back(&symbol);
      }
    }
  }
  const EndReason reason = static_cast<EndReason>(codec.reasonRaw()) == sbe::EndReason::DISCONNECT
                               ? sbe::EndReason::DISCONNECT
                               : sbe::EndReason::CANCEL_ALL;
  std::int64_t count = 0;
  for (Symbol* symbol : chosen) {
    std::vector<std::uint64_t> mine;
    for (const auto& [id, order] : symbol->orders) {
      if (order.account == context_.account) {
        mine.push_back(id);
      }
    }
    for (const std::uint64_t id : mine) {
      CancelResting(*symbol, id, reason, {});
      ++count;
    }
  }
  events_.CancelAllReport(AnswerPlace(), static_cast<std::uint64_t>(count));
  outcome_ = {};
  outcome_.cumulative_quantity = count;
}

void ModelEngine::AmendOrder(std::span<const std::byte> command) {
  auto codec = Decode<sbe::AmendOrder>(command);
  const std::string named_client_id = codec.getOrigClientOrderIdAsString();
  const std::string new_client_id = codec.getClientOrderIdAsString();
  const std::int64_t new_quantity = codec.newQuantity();
  if (const Reason reason = CheckAccountAndSymbol(false); reason != kPass) {
    return Reject(reason);
  }
  Symbol& symbol = *FindSymbol(codec.symbol());
  if (symbol.status != sbe::TradingStatus::TRADING &&
      symbol.status != sbe::TradingStatus::POST_ONLY) {
    return Reject(MARKET_CLOSED);
  }
  if (!IsClientOrderId(new_client_id)) {
    return Reject(INVALID_CLIENT_ORDER_ID);
  }
  const Named named = LookUp(symbol, codec.orderId(), named_client_id);
  if (named.order == nullptr) {
    return Reject(named.reason);
  }
  Order& order = *named.order;
  if (new_quantity <= 0) {
    return Reject(INVALID_QUANTITY, order.id);
  }
  if (new_quantity >= order.quantity || new_quantity <= order.quantity - order.leaves) {
    return Reject(AMEND_NOT_A_REDUCTION, order.id);
  }
  const Filters& filters = symbol.filters;
  if (filters.min_quantity != 0 && new_quantity < filters.min_quantity) {
    return Reject(QUANTITY_TOO_SMALL, order.id);
  }
  if (filters.lot_multiple != 0 && new_quantity % filters.lot_multiple != 0) {
    return Reject(QUANTITY_NOT_ON_LOT, order.id);
  }
  if (filters.min_notional != 0 &&
      symbol.notional.Floor(order.price, new_quantity) < filters.min_notional) {
    return Reject(NOTIONAL_TOO_SMALL, order.id);
  }
  const Order* holder = FindByClientId(symbol, context_.account, new_client_id);
  if (holder != nullptr && holder != &order) {
    return Reject(DUPLICATE_CLIENT_ORDER_ID, order.id);
  }

  const std::int64_t leaves_before = order.leaves;
  const std::int64_t difference = order.quantity - new_quantity;
  Release(symbol, order, difference);
  order.quantity -= difference;
  order.leaves -= difference;
  ReportDetails details;
  details.exec_type = sbe::ExecType::REPLACED;
  details.status = order.OpenStatus();
  details.end_reason = sbe::EndReason::AMEND;
  details.leaves = order.leaves;
  if (!new_client_id.empty() && new_client_id != order.client_order_id) {
    details.request_client_order_id = order.client_order_id;
    order.client_order_id = new_client_id;
  }
  Report(symbol, order, details);
  Book(symbol, {sbe::BookAction::REDUCE, order.id, order.side, order.price, order.leaves,
                order.price, leaves_before});
  Remember(order);
}

void ModelEngine::ReplaceOrder(std::span<const std::byte> command) {
  auto codec = Decode<sbe::ReplaceOrder>(command);
  const std::string named_client_id = codec.getOrigClientOrderIdAsString();
  if (const Reason reason = CheckAccountAndSymbol(false); reason != kPass) {
    return Reject(reason);
  }
  Symbol& symbol = *FindSymbol(codec.symbol());
  if (symbol.status != sbe::TradingStatus::TRADING &&
      symbol.status != sbe::TradingStatus::POST_ONLY) {
    return Reject(MARKET_CLOSED);
  }
  const Named named = LookUp(symbol, codec.orderId(), named_client_id);
  if (named.order == nullptr) {
    return Reject(named.reason);
  }
  const Order before = *named.order;
  if (codec.newPrice() < 0) {
    return Reject(INVALID_PRICE, before.id);
  }
  if (codec.newQuantity() < 0 || codec.newQuantity() > limits::kMaxAmount) {
    return Reject(INVALID_QUANTITY, before.id);
  }
  Order after = before;
  after.price = codec.newPrice() != 0 ? codec.newPrice() : before.price;
  after.quantity = codec.newQuantity() != 0 ? codec.newQuantity() : before.quantity;
  const bool new_price = after.price != before.price;
  const bool new_quantity = after.quantity != before.quantity;
  if (!new_price && !new_quantity) {
    return Reject(NOTHING_TO_CHANGE, before.id);
  }
  const std::int64_t used = before.quantity - before.leaves;
  if (after.quantity <= used) {
    return Reject(INVALID_QUANTITY, before.id);
  }
  after.leaves = after.quantity - used;
  Reason reason = new_price ? CheckPriceFilters(symbol, after.price) : kPass;
  if (reason == kPass && new_quantity) {
    reason = CheckQuantityFilters(symbol, after.quantity);
  }
  if (reason == kPass) {
    reason = CheckNotional(symbol, after);
  }
  if (reason == kPass && new_price) {
    reason = CheckBand(symbol, after.IsBuy(), after.price);
  }
  if (reason != kPass) {
    return Reject(reason, before.id);
  }
  const bool crosses = symbol.Crosses(after.IsBuy(), after.price);
  if (crosses && after.type == sbe::OrderType::LIMIT_MAKER) {
    return Reject(WOULD_TAKE_LIQUIDITY, before.id);
  }
  if (crosses && symbol.status == sbe::TradingStatus::POST_ONLY) {
    return Reject(POST_ONLY_MARKET, before.id);
  }
  const Wide old_lock = LockPerLot(symbol, before) * before.leaves;
  const Wide new_lock = Multiply(LockPerLot(symbol, after), after.leaves);
  if (new_lock > LockedIn(symbol, before).free + old_lock) {
    return Reject(INSUFFICIENT_BALANCE, before.id);
  }

  RemoveFromBook(symbol, before);
  Release(symbol, before, before.leaves);
  Lock(symbol, after, after.leaves);
  after.status = after.OpenStatus();
  ReportDetails details;
  details.exec_type = sbe::ExecType::REPLACED;
  details.status = after.status;
  details.leaves = after.leaves;
  Report(symbol, after, details);
  if (crosses) {
    Book(symbol, {sbe::BookAction::REMOVE, before.id, before.side, before.price, 0, before.price,
                  before.leaves});
    MatchAndRest(symbol, after);
  } else {
    symbol.orders[after.id] = after;
    JoinQueue(symbol.Book(after.IsBuy())[after.price], after.id);
    Book(symbol, {sbe::BookAction::MOVE, after.id, after.side, after.price, after.leaves,
                  before.price, before.leaves});
  }
  Remember(after);
}

void ModelEngine::CancelReplace(std::span<const std::byte> command) {
  auto codec = Decode<sbe::CancelReplace>(command);
  OrderRequest request = ReadRequest(codec);
  const std::string named_client_id = codec.getCancelClientOrderIdAsString();
  request.client_order_id = codec.getClientOrderIdAsString();
  const bool go_on = static_cast<sbe::CancelReplaceMode::Value>(codec.modeRaw()) ==
                     sbe::CancelReplaceMode::ALLOW_FAILURE;
  // (a)
  if (const Reason reason = CheckSteps1To21(request); reason != kPass) {
    return Reject(reason);
  }
  Symbol& symbol = *FindSymbol(request.symbol);
  const Named named = LookUp(symbol, codec.cancelOrderId(), named_client_id);
  if (named.order != nullptr) {
    const Reason reason = CheckStep22(symbol, request, OpenOrders(symbol, context_.account) - 1);
    if (reason != kPass) {
      return Reject(reason);
    }
  }
  // (b)
  if (named.order != nullptr) {
    CancelResting(symbol, named.order->id, sbe::EndReason::CANCEL_REPLACE, {});
  } else {
    Reject(named.reason);
    if (!go_on) {
      outcome_.cancel_reason = named.reason;
      return;
    }
  }
  // (c)
  Reason reason = CheckStep22(symbol, request, OpenOrders(symbol, context_.account));
  if (reason == kPass) {
    reason = CheckSteps23To26(symbol, request);
  }
  if (reason == kPass) {
    PlaceOrder(symbol, request);
  } else {
    const Outcome of_cancel = outcome_;
    Reject(reason);
    if (named.order != nullptr) {
      outcome_ = of_cancel;
      outcome_.reason = reason;
    }
  }
  outcome_.cancel_reason = named.reason;
}

}  // namespace lockstep::model
