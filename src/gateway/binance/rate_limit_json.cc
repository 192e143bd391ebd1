#include "gateway/binance/rate_limit_json.h"

#include <string_view>

namespace lockstep {
namespace {

struct Limit {
  std::string_view type;
  std::string_view interval;
  int interval_number;
  std::uint64_t bound;
};

void Write(JsonWriter& json, const Limit& limit, std::optional<std::uint64_t> count) {
  if (limit.bound == 0) {
    return;
  }
  json.BeginObject();
  json.Field("rateLimitType", limit.type);
  json.Field("interval", limit.interval);
  json.Field("intervalNum", limit.interval_number);
  json.Field("limit", limit.bound);
  if (count) {
    json.Field("count", *count);
  }
  json.EndObject();
}

}  // namespace

void WriteOrderLimits(JsonWriter& json, const RateLimitSettings& settings,
                      const std::optional<OrderCounts>& counts) {
  const auto count = [&](std::uint64_t OrderCounts::* member) {
    return counts ? std::optional(*counts.*member) : std::nullopt;
  };
  Write(json, {"ORDERS", "SECOND", 10, settings.orders_per_10_seconds},
        count(&OrderCounts::in_10_seconds));
  Write(json, {"ORDERS", "DAY", 1, settings.orders_per_day}, count(&OrderCounts::in_day));
}

void WriteWeightLimit(JsonWriter& json, const RateLimitSettings& settings,
                      std::optional<std::uint64_t> used) {
  Write(json, {"REQUEST_WEIGHT", "MINUTE", 1, settings.weight_per_minute}, used);
}

void WriteRawRequestLimit(JsonWriter& json, const RateLimitSettings& settings) {
  Write(json, {"RAW_REQUESTS", "MINUTE", 5, settings.raw_requests_per_5_minutes}, std::nullopt);
}

}  // namespace lockstep
