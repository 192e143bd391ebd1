// docs/matching.md §4.
#include <algorithm>

#include "base/limits.h"
#include "testing/model/model_engine.h"

namespace lockstep::model {

using enum sbe::RejectReason::Value;

namespace {

constexpr Reason kPass = sbe::RejectReason::NONE;

bool TypeTakes(OrderType type, TimeInForce time_in_force) {
  switch (type) {
    case sbe::OrderType::LIMIT:
      return time_in_force == sbe::TimeInForce::GTC || time_in_force == sbe::TimeInForce::IOC ||
             time_in_force == sbe::TimeInForce::FOK;
    case sbe::OrderType::MARKET:
      return time_in_force == sbe::TimeInForce::IOC;
    default:
      return time_in_force == sbe::TimeInForce::GTC;
  }
}

// Steps 5 to 9.
Reason CheckEnums(const Symbol& symbol, const OrderRequest& request) {
  if (request.side != sbe::Side::BUY && request.side != sbe::Side::SELL) {
    return INVALID_SIDE;
  }
  if (request.type != sbe::OrderType::LIMIT && request.type != sbe::OrderType::MARKET &&
      request.type != sbe::OrderType::LIMIT_MAKER) {
    return INVALID_ORDER_TYPE;
  }
  if (!TypeTakes(request.type, request.time_in_force)) {
    return INVALID_TIME_IN_FORCE;
  }
  if (request.stp > sbe::SelfTradePrevention::DECREMENT) {
    return INVALID_SELF_TRADE_PREVENTION;
  }
  if (symbol.status == sbe::TradingStatus::POST_ONLY &&
      request.type != sbe::OrderType::LIMIT_MAKER) {
    return POST_ONLY_MARKET;
  }
  return kPass;
}

// Steps 10 to 12.
Reason CheckForm(const OrderRequest& request) {
  const bool market = request.type == sbe::OrderType::MARKET;
  if (!IsClientOrderId(request.client_order_id)) {
    return INVALID_CLIENT_ORDER_ID;
  }
  if (market ? request.price != 0 : request.price <= 0) {
    return INVALID_PRICE;
  }
  const bool one_is_given = market ? (request.quantity > 0 && request.quote_quantity == 0) ||
                                         (request.quantity == 0 && request.quote_quantity > 0)
                                   : request.quantity > 0 && request.quote_quantity == 0;
  if (!one_is_given || request.quantity > limits::kMaxAmount ||
      request.quote_quantity > limits::kMaxAmount) {
    return INVALID_QUANTITY;
  }
  return kPass;
}

Order AsOrder(const OrderRequest& request, std::uint64_t account) {
  Order order;
  static_cast<OrderRequest&>(order) = request;
  order.account = account;
  order.leaves = request.quantity;
  order.budget = request.quote_quantity;
  return order;
}

}  // namespace

bool IsClientOrderId(const std::string& text) {
  return text.size() <= limits::kMaxClientOrderIdBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.' || c == ':' || c == '/';
         });
}

Reason ModelEngine::CheckSteps1To21(const OrderRequest& request) {
  const auto account = accounts_.find(context_.account);
  if (account == accounts_.end()) {
    return UNKNOWN_ACCOUNT;
  }
  if (account->second.status != sbe::AccountStatus::ACTIVE) {
    return ACCOUNT_DISABLED;
  }
  const Symbol* symbol = FindSymbol(request.symbol);
  if (symbol == nullptr) {
    return UNKNOWN_SYMBOL;
  }
  if (symbol->status != sbe::TradingStatus::TRADING &&
      symbol->status != sbe::TradingStatus::POST_ONLY) {
    return MARKET_CLOSED;
  }
  if (const Reason reason = CheckEnums(*symbol, request); reason != kPass) {
    return reason;
  }
  if (const Reason reason = CheckForm(request); reason != kPass) {
    return reason;
  }
  const bool market = request.type == sbe::OrderType::MARKET;
  if (!market) {
    if (const Reason reason = CheckPriceFilters(*symbol, request.price); reason != kPass) {
      return reason;
    }
  }
  if (request.quote_quantity == 0) {
    if (const Reason reason = CheckQuantityFilters(*symbol, request.quantity); reason != kPass) {
      return reason;
    }
  }
  if (const Reason reason = CheckNotional(*symbol, request); reason != kPass) {
    return reason;
  }
  return market ? kPass : CheckBand(*symbol, request.side == sbe::Side::BUY, request.price);
}

// Steps 13 to 15.
Reason ModelEngine::CheckPriceFilters(const Symbol& symbol, std::int64_t price) const {
  const Filters& filters = symbol.filters;
  if (filters.min_price != 0 && price < filters.min_price) {
    return PRICE_TOO_LOW;
  }
  if (filters.max_price != 0 && price > filters.max_price) {
    return PRICE_TOO_HIGH;
  }
  if (filters.tick_multiple != 0 && price % filters.tick_multiple != 0) {
    return PRICE_NOT_ON_TICK;
  }
  return kPass;
}

// Steps 16 to 18.
Reason ModelEngine::CheckQuantityFilters(const Symbol& symbol, std::int64_t quantity) const {
  const Filters& filters = symbol.filters;
  if (filters.min_quantity != 0 && quantity < filters.min_quantity) {
    return QUANTITY_TOO_SMALL;
  }
  if (filters.max_quantity != 0 && quantity > filters.max_quantity) {
    return QUANTITY_TOO_LARGE;
  }
  if (filters.lot_multiple != 0 && quantity % filters.lot_multiple != 0) {
    return QUANTITY_NOT_ON_LOT;
  }
  return kPass;
}

// Steps 19 and 20.
Reason ModelEngine::CheckNotional(const Symbol& symbol, const OrderRequest& request) const {
  const Filters& filters = symbol.filters;
  const bool market = request.type == sbe::OrderType::MARKET;
  Wide notional = request.quote_quantity;
  if (request.quote_quantity == 0) {
    const std::int64_t price = market ? symbol.last_trade_price : request.price;
    if (price == 0) {
      return kPass;
    }
    notional = symbol.notional.Floor(price, request.quantity);
  }
  if (filters.min_notional != 0 && notional < filters.min_notional) {
    return NOTIONAL_TOO_SMALL;
  }
  if (filters.max_notional != 0 && notional > filters.max_notional) {
    return NOTIONAL_TOO_LARGE;
  }
  if (!market) {
    const Wide lock = request.side == sbe::Side::BUY
                          ? Multiply(request.quantity, symbol.notional.Ceil(request.price, 1))
                          : Multiply(request.quantity, symbol.base_units_per_lot);
    if (lock > limits::kMaxAmount ||
        symbol.notional.Ceil(request.price, request.quantity) > limits::kMaxAmount) {
      return NOTIONAL_TOO_LARGE;
    }
  }
  return kPass;
}

// Step 21.
Reason ModelEngine::CheckBand(const Symbol& symbol, bool buy, std::int64_t price) const {
  const Filters& filters = symbol.filters;
  const Wide last = symbol.last_trade_price;
  if (last == 0) {
    return kPass;
  }
  const Wide down_ppm = buy ? filters.bid_down_ppm : filters.ask_down_ppm;
  const Wide up_ppm = buy ? filters.bid_up_ppm : filters.ask_up_ppm;
  const Wide price_ppm = Wide{price} * limits::kPpm;
  if ((down_ppm != 0 && price_ppm < last * down_ppm) ||
      (up_ppm != 0 && price_ppm > last * up_ppm)) {
    return PRICE_OUTSIDE_BAND;
  }
  return kPass;
}

Reason ModelEngine::CheckStep22(const Symbol& symbol, const OrderRequest& request,
                                std::size_t open_orders) const {
  const std::uint32_t most = symbol.filters.max_open_orders;
  return most != 0 && AsOrder(request, 0).MayRest() && open_orders >= most ? TOO_MANY_OPEN_ORDERS
                                                                           : kPass;
}

Reason ModelEngine::CheckSteps23To26(Symbol& symbol, const OrderRequest& request) {
  if (FindByClientId(symbol, context_.account, request.client_order_id) != nullptr) {
    return DUPLICATE_CLIENT_ORDER_ID;
  }
  const Order order = AsOrder(request, context_.account);
  if (order.type == sbe::OrderType::LIMIT_MAKER && symbol.Crosses(order.IsBuy(), order.price)) {
    return WOULD_TAKE_LIQUIDITY;
  }
  if (const Reason reason = CheckFunds(symbol, order); reason != kPass) {
    return reason;
  }
  std::size_t open_orders = 0;
  for (const auto& [id, any_symbol] : symbols_) {
    open_orders += any_symbol.orders.size();
  }
  const bool new_pair = !account_symbols_.contains({context_.account, symbol.id});
  const bool counters_end =
      std::max({symbol.last_order_id, symbol.last_trade_id, symbol.last_aggregate_trade_id,
                symbol.last_execution_id, symbol.sequence}) >= limits::kMaxClientVisibleId;
  if (open_orders >= limits_.max_orders || counters_end ||
      (new_pair && account_symbols_.size() >= limits_.max_account_symbols)) {
    return EXCHANGE_FULL;
  }
  return kPass;
}

// Step 25.
Reason ModelEngine::CheckFunds(const Symbol& symbol, const Order& order) {
  const Wide free_base = BalanceOf(order.account, symbol.base_asset).free;
  const Wide free_quote = BalanceOf(order.account, symbol.quote_asset).free;
  bool enough = false;
  if (!order.IsBuy()) {
    const Wide lots = order.HasBudget() ? WouldExecute(symbol, order).quantity : order.quantity;
    enough = free_base >= Multiply(lots, symbol.base_units_per_lot);
  } else if (order.HasBudget()) {
    enough = free_quote >= order.quote_quantity;
  } else if (order.IsMarket()) {
    enough = free_quote >= WouldExecute(symbol, order).cost;
  } else {
    enough = free_quote >= Multiply(order.quantity, LockPerLot(symbol, order));
  }
  return enough ? kPass : INSUFFICIENT_BALANCE;
}

std::size_t ModelEngine::OpenOrders(const Symbol& symbol, std::uint64_t account) const {
  return static_cast<std::size_t>(
      std::count_if(symbol.orders.begin(), symbol.orders.end(),
                    [&](const auto& entry) { return entry.second.account == account; }));
}

const Order* ModelEngine::FindByClientId(const Symbol& symbol, std::uint64_t account,
                                         const std::string& client_order_id) const {
  for (const auto& [id, order] : symbol.orders) {
    if (!client_order_id.empty() && order.account == account &&
        order.client_order_id == client_order_id) {
      return &order;
    }
  }
  return nullptr;
}

}  // namespace lockstep::model
