// The symbol's filters on an order that is only tried out: what the engine would refuse without
// looking at book or balances, in its order.
#pragma once

#include <optional>

#include "gateway/binance/api_error.h"
#include "gateway/binance/order_request.h"

namespace lockstep {

[[nodiscard]] std::optional<ApiError> CheckFilters(const PlaceRequest& request);

}  // namespace lockstep
