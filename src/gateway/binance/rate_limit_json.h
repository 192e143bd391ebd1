// Rate limits as the dialect writes them: in exchangeInfo without counts, in answers with them.
// Those that are lifted (0) are left out.
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/binance/api_call.h"
#include "gateway/binance/rate_limits.h"
#include "protocol/json_writer.h"

namespace lockstep {

// Elements of the array that the caller has begun.
void WriteOrderLimits(JsonWriter& json, const RateLimitSettings& settings,
                      const std::optional<OrderCounts>& counts);
void WriteWeightLimit(JsonWriter& json, const RateLimitSettings& settings,
                      std::optional<std::uint64_t> used);
void WriteRawRequestLimit(JsonWriter& json, const RateLimitSettings& settings);

}  // namespace lockstep
