// The checks of a new order, in the order of docs/matching.md §4.
#include <algorithm>

#include "engine/engine_core.h"

namespace lockstep {
namespace {

bool IsClientIdCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == ':' || c == '/';
}

bool IsTimeInForceOf(std::uint8_t type, std::uint8_t time_in_force) {
  switch (type) {
    case kLimit:
      return time_in_force >= kGoodTillCancel && time_in_force <= kFillOrKill;
    case kMarket:
      return time_in_force == kImmediateOrCancel;
    default:
      return time_in_force == kGoodTillCancel;
  }
}

// Whether exactly the amounts that the type takes are given.
bool HasAmountsOf(const OrderRequest& request) {
  if (std::max(request.quantity_lots, request.quote_quantity) > limits::kMaxAmount) {
    return false;
  }
  if (request.type == kMarket) {
    return (request.quantity_lots > 0 && request.quote_quantity == 0) ||
           (request.quantity_lots == 0 && request.quote_quantity > 0);
  }
  return request.quantity_lots > 0 && request.quote_quantity == 0;
}

constexpr auto kTrading = static_cast<std::uint8_t>(1);
constexpr auto kPostOnly = static_cast<std::uint8_t>(2);
constexpr auto kHighestSelfTradeMode = static_cast<std::uint8_t>(4);

}  // namespace

bool MatchingEngine::Impl::IsValidClientId(std::string_view client_id) {
  return client_id.size() <= limits::kMaxClientOrderIdBytes &&
         std::all_of(client_id.begin(), client_id.end(), IsClientIdCharacter);
}

bool MatchingEngine::Impl::IsOpenForOrders(const Symbol& symbol) {
  return symbol.record.status == kTrading || symbol.record.status == kPostOnly;
}

RejectReason MatchingEngine::Impl::CheckAmendedQuantity(const Symbol& symbol, std::int64_t price,
                                                        std::int64_t quantity) {
  const Filters& filters = symbol.record.filters;
  if (quantity < filters.min_quantity_lots) {
    return RejectReason::QUANTITY_TOO_SMALL;
  }
  if (filters.lot_multiple > 1 && quantity % filters.lot_multiple != 0) {
    return RejectReason::QUANTITY_NOT_ON_LOT;
  }
  return symbol.FloorNotional128(price, quantity) < filters.min_notional
             ? RejectReason::NOTIONAL_TOO_SMALL
             : RejectReason::NONE;
}

// Checks 4 to 21.
RejectReason MatchingEngine::Impl::CheckForm(const Symbol& symbol,
                                             const OrderRequest& request) const {
  const std::uint8_t status = symbol.record.status;
  if (!IsOpenForOrders(symbol)) {
    return RejectReason::MARKET_CLOSED;
  }
  if (request.side != kBuy && request.side != kSell) {
    return RejectReason::INVALID_SIDE;
  }
  if (request.type < kLimit || request.type > kLimitMaker) {
    return RejectReason::INVALID_ORDER_TYPE;
  }
  if (!IsTimeInForceOf(request.type, request.time_in_force)) {
    return RejectReason::INVALID_TIME_IN_FORCE;
  }
  if (request.self_trade_prevention > kHighestSelfTradeMode) {
    return RejectReason::INVALID_SELF_TRADE_PREVENTION;
  }
  if (status == kPostOnly && request.type != kLimitMaker) {
    return RejectReason::POST_ONLY_MARKET;
  }
  if (!IsValidClientId(request.client_id)) {
    return RejectReason::INVALID_CLIENT_ORDER_ID;
  }
  const bool has_price = request.type != kMarket;
  if (has_price ? request.price_ticks <= 0 : request.price_ticks != 0) {
    return RejectReason::INVALID_PRICE;
  }
  if (!HasAmountsOf(request)) {
    return RejectReason::INVALID_QUANTITY;
  }
  RejectReason reason = RejectReason::NONE;
  if (has_price) {
    reason = CheckPriceFilters(symbol, request.price_ticks);
  }
  if (reason == RejectReason::NONE && request.quantity_lots > 0) {
    reason = CheckQuantityFilters(symbol, request.quantity_lots);
  }
  if (reason != RejectReason::NONE) {
    return reason;
  }
  if (has_price) {
    reason = CheckNotional(symbol, request.side, request.price_ticks, request.quantity_lots);
    return reason != RejectReason::NONE ? reason
                                        : CheckBand(symbol, request.side, request.price_ticks);
  }
  if (request.quote_quantity > 0) {
    return CheckMinimumNotional(symbol, request.quote_quantity);
  }
  if (symbol.record.last_price_ticks > 0) {
    return CheckMinimumNotional(
        symbol, symbol.FloorNotional128(symbol.record.last_price_ticks, request.quantity_lots));
  }
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::CheckPriceFilters(const Symbol& symbol, std::int64_t price) {
  const Filters& filters = symbol.record.filters;
  if (price < filters.min_price_ticks) {
    return RejectReason::PRICE_TOO_LOW;
  }
  if (filters.max_price_ticks > 0 && price > filters.max_price_ticks) {
    return RejectReason::PRICE_TOO_HIGH;
  }
  if (filters.tick_multiple > 1 && price % filters.tick_multiple != 0) {
    return RejectReason::PRICE_NOT_ON_TICK;
  }
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::CheckQuantityFilters(const Symbol& symbol,
                                                        std::int64_t quantity) {
  const Filters& filters = symbol.record.filters;
  if (quantity < filters.min_quantity_lots) {
    return RejectReason::QUANTITY_TOO_SMALL;
  }
  if (filters.max_quantity_lots > 0 && quantity > filters.max_quantity_lots) {
    return RejectReason::QUANTITY_TOO_LARGE;
  }
  if (filters.lot_multiple > 1 && quantity % filters.lot_multiple != 0) {
    return RejectReason::QUANTITY_NOT_ON_LOT;
  }
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::CheckMinimumNotional(const Symbol& symbol, Int128 notional) {
  const Filters& filters = symbol.record.filters;
  if (notional < filters.min_notional) {
    return RejectReason::NOTIONAL_TOO_SMALL;
  }
  if (filters.max_notional > 0 && notional > filters.max_notional) {
    return RejectReason::NOTIONAL_TOO_LARGE;
  }
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::CheckNotional(const Symbol& symbol, std::uint8_t side,
                                                 std::int64_t price, std::int64_t quantity) {
  std::int64_t exact = 0;
  std::int64_t base_units = 0;
  if (symbol.ExactNotional(price, quantity, exact) &&
      !__builtin_mul_overflow(symbol.base_units_per_lot, quantity, &base_units)) {
    const Filters& filters = symbol.record.filters;
    if (exact < filters.min_notional) {
      return RejectReason::NOTIONAL_TOO_SMALL;
    }
    const bool too_large = (filters.max_notional > 0 && exact > filters.max_notional) ||
                           (base_units > limits::kMaxAmount && side == kSell);
    return too_large ? RejectReason::NOTIONAL_TOO_LARGE : RejectReason::NONE;
  }
  const Int128 notional = symbol.FloorNotional128(price, quantity);
  const RejectReason reason = CheckMinimumNotional(symbol, notional);
  if (reason != RejectReason::NONE) {
    return reason;
  }
  if (notional > limits::kMaxAmount) {
    return RejectReason::NOTIONAL_TOO_LARGE;
  }
  // Where nothing is rounded, the notional is also what a buy locks and pays.
  const bool fits = symbol.IsExact() && side == kBuy
                        ? true
                        : symbol.CeilNotional128(price, quantity) <= limits::kMaxAmount &&
                              symbol.Lock128(side, price, quantity) <= limits::kMaxAmount;
  return fits ? RejectReason::NONE : RejectReason::NOTIONAL_TOO_LARGE;
}

RejectReason MatchingEngine::Impl::CheckBand(const Symbol& symbol, std::uint8_t side,
                                             std::int64_t price) {
  const Filters& filters = symbol.record.filters;
  if ((filters.bid_up_ppm | filters.bid_down_ppm | filters.ask_up_ppm | filters.ask_down_ppm) ==
      0) {
    return RejectReason::NONE;
  }
  const std::uint32_t up = side == kBuy ? filters.bid_up_ppm : filters.ask_up_ppm;
  const std::uint32_t down = side == kBuy ? filters.bid_down_ppm : filters.ask_down_ppm;
  const Int128 last = symbol.record.last_price_ticks;
  if (last == 0 || (up | down) == 0) {
    return RejectReason::NONE;
  }
  const Int128 scaled = static_cast<Int128>(price) * limits::kPpm;
  if ((up != 0 && scaled > last * up) || (down != 0 && scaled < last * down)) {
    return RejectReason::PRICE_OUTSIDE_BAND;
  }
  return RejectReason::NONE;
}

bool MatchingEngine::Impl::Crosses(const Symbol& symbol, std::uint8_t side,
                                   std::int64_t price) const {
  const std::uint32_t best = symbol.BestOpposite(side);
  if (best == 0) {
    return false;
  }
  const std::int64_t better_by = price - book_.levels[best].price_ticks;
  return (side == kBuy ? better_by : -better_by) >= 0;
}

RejectReason MatchingEngine::Impl::CheckPlacement(std::uint32_t account, std::uint32_t symbol_slot,
                                                  std::uint32_t account_symbol,
                                                  const OrderRequest& request) const {
  const Symbol& symbol = symbols_[symbol_slot];
  const Filters& filters = symbol.record.filters;
  if (account_symbol != 0) {
    if (request.MayRest() && filters.max_open_orders != 0 &&
        account_symbols_[account_symbol].open_count >= filters.max_open_orders) {
      return RejectReason::TOO_MANY_OPEN_ORDERS;
    }
    if (!request.client_id.empty() && FindOrderByClientId(account_symbol, request.client_id) != 0) {
      return RejectReason::DUPLICATE_CLIENT_ORDER_ID;
    }
  }
  if (request.type == kLimitMaker && Crosses(symbol, request.side, request.price_ticks)) {
    return RejectReason::WOULD_TAKE_LIQUIDITY;
  }
  const RejectReason reason = CheckFunds(account, symbol, request);
  if (reason != RejectReason::NONE) {
    return reason;
  }
  const SymbolRecord& record = symbol.record;
  if (book_.orders.Full() || (account_symbol == 0 && account_symbols_.Full()) ||
      std::max({record.last_order_id, record.last_trade_id, record.last_execution_id,
                record.sequence}) >= limits::kMaxClientVisibleId - limits_.max_orders * 4ULL) {
    return RejectReason::EXCHANGE_FULL;
  }
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::CheckFunds(std::uint32_t account, const Symbol& symbol,
                                              const OrderRequest& request) const {
  Int128 needed = 0;
  const bool is_buy = request.side == kBuy;
  if (request.type != kMarket) {
    needed = symbol.Lock128(request.side, request.price_ticks, request.quantity_lots);
  } else if (is_buy && request.quote_quantity > 0) {
    needed = request.quote_quantity;
  } else if (is_buy) {
    needed = Probe(account, symbol, request).quote;
  } else if (request.quote_quantity > 0) {
    needed = static_cast<Int128>(Probe(account, symbol, request).lots) * symbol.base_units_per_lot;
  } else {
    needed = static_cast<Int128>(request.quantity_lots) * symbol.base_units_per_lot;
  }
  const std::uint32_t asset = is_buy ? symbol.record.quote_asset : symbol.record.base_asset;
  return ledger_.Of(account, asset).free >= needed ? RejectReason::NONE
                                                   : RejectReason::INSUFFICIENT_BALANCE;
}

}  // namespace lockstep
