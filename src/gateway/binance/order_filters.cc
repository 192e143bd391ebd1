#include "gateway/binance/order_filters.h"

#include "base/int128.h"

namespace lockstep {
namespace {

using Reason = sbe::RejectReason;

// 0 switches a bound off.
bool IsBelow(std::int64_t value, std::int64_t bound) { return bound != 0 && value < bound; }
bool IsAbove(std::int64_t value, std::int64_t bound) { return bound != 0 && value > bound; }
bool IsOffGrid(std::int64_t value, std::int64_t step) { return step > 1 && value % step != 0; }

Int128 PowerOfTen(int exponent) {
  Int128 power = 1;
  for (int i = 0; i < exponent; ++i) {
    power *= 10;
  }
  return power;
}

// In units of the quote asset, rounded down.
Int128 NotionalOf(const PlaceRequest& request) {
  if (request.quote_quantity != 0) {
    return request.quote_quantity;
  }
  const SymbolInfo& symbol = *request.symbol;
  const int exponent = symbol.quote.scale - symbol.price_scale - symbol.quantity_scale;
  const Int128 product = Int128{request.price} * request.quantity;
  return exponent >= 0 ? product * PowerOfTen(exponent) : product / PowerOfTen(-exponent);
}

Reason::Value FirstFailure(const PlaceRequest& request) {
  const FilterInfo& filters = request.symbol->filters;
  const sbe::TradingStatus::Value status = request.symbol->status;
  if (status != sbe::TradingStatus::TRADING && status != sbe::TradingStatus::POST_ONLY) {
    return Reason::MARKET_CLOSED;
  }
  if (request.price != 0) {
    if (IsBelow(request.price, filters.min_price)) {
      return Reason::PRICE_TOO_LOW;
    }
    if (IsAbove(request.price, filters.max_price)) {
      return Reason::PRICE_TOO_HIGH;
    }
    if (IsOffGrid(request.price, filters.tick_multiple)) {
      return Reason::PRICE_NOT_ON_TICK;
    }
  }
  if (request.quantity != 0) {
    if (IsBelow(request.quantity, filters.min_quantity)) {
      return Reason::QUANTITY_TOO_SMALL;
    }
    if (IsAbove(request.quantity, filters.max_quantity)) {
      return Reason::QUANTITY_TOO_LARGE;
    }
    if (IsOffGrid(request.quantity, filters.lot_multiple)) {
      return Reason::QUANTITY_NOT_ON_LOT;
    }
  }
  // A MARKET order's notional by quantity is the book's business.
  if (request.price != 0 || request.quote_quantity != 0) {
    const Int128 notional = NotionalOf(request);
    if (filters.min_notional != 0 && notional < filters.min_notional) {
      return Reason::NOTIONAL_TOO_SMALL;
    }
    if (filters.max_notional != 0 && notional > filters.max_notional) {
      return Reason::NOTIONAL_TOO_LARGE;
    }
  }
  return Reason::NONE;
}

}  // namespace

std::optional<ApiError> CheckFilters(const PlaceRequest& request) {
  const Reason::Value reason = FirstFailure(request);
  if (reason == Reason::NONE) {
    return std::nullopt;
  }
  return MakeError(reason, RefusedAction::kPlace);
}

}  // namespace lockstep
