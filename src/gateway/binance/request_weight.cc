// The weights that depend on parameters, as Binance lists them.
#include <algorithm>
#include <charconv>
#include <string_view>

#include "gateway/binance/market_endpoints.h"

namespace lockstep {
namespace {

std::uint32_t LimitOf(Parameters& parameters) {
  std::uint32_t limit = 0;
  if (const Parameter* const sent = parameters.Find("limit")) {
    std::from_chars(sent->value.data(), sent->value.data() + sent->value.size(), limit);
  }
  return limit;
}

std::uint32_t DepthWeight(std::uint32_t limit) {
  if (limit <= 100) {
    return 5;
  }
  if (limit <= 500) {
    return 25;
  }
  return limit <= 1'000 ? 50 : 250;
}

std::uint32_t Ticker24hWeight(Parameters& parameters) {
  constexpr std::uint32_t kAll = 80;
  if (parameters.Has("symbol")) {
    return 2;
  }
  const Parameter* const symbols = parameters.Find("symbols");
  if (symbols == nullptr) {
    return kAll;
  }
  const auto count = std::ranges::count(symbols->value, ',') + 1;
  if (count <= 20) {
    return 2;
  }
  return count <= 100 ? 40 : kAll;
}

}  // namespace

std::uint32_t RequestWeight(const Endpoint& endpoint, Parameters& parameters) {
  switch (endpoint.id) {
    case EndpointId::kDepth:
      return DepthWeight(LimitOf(parameters));
    case EndpointId::kTicker24h:
      return Ticker24hWeight(parameters);
    case EndpointId::kTickerPrice:
    case EndpointId::kBookTicker:
      return parameters.Has("symbol") ? endpoint.weight : 2 * endpoint.weight;
    case EndpointId::kOpenOrders:
      return parameters.Has("symbol") ? endpoint.weight : 80;
    case EndpointId::kMyTrades:
      return parameters.Has("orderId") ? 5 : endpoint.weight;
    default:
      return endpoint.weight;
  }
}

}  // namespace lockstep
