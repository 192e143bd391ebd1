// The one table of what can be asked, for REST (method and path) and the WebSocket API (name).
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/http/web_handler.h"

namespace lockstep {

enum class EndpointId : std::uint8_t {
  kPing,
  kTime,
  kExchangeInfo,
  kDepth,
  kTrades,
  kHistoricalTrades,
  kAggregateTrades,
  kKlines,
  kAveragePrice,
  kTicker24h,
  kTickerPrice,
  kBookTicker,
  kPlaceOrder,
  kTestOrder,
  kCancelOrder,
  kCancelReplace,
  kAmendOrder,
  kOrderStatus,
  kOpenOrders,
  kCancelOpenOrders,
  kAllOrders,
  kMyTrades,
  kAccount,
  kOrderRateLimit,
  kCommission,
  kEmptyList,          // what clients ask of other markets while they load: nothing is there
  kEmptyMarket,        // the same: {"symbols":[]}
  kSubscribeUserData,  // from here on the WebSocket API alone
  kUnsubscribeUserData,
  kSubscribeBySession,
  kListSubscriptions,
  kLogon,
  kSessionStatus,
  kLogout,
};

enum class Security : std::uint8_t {
  kPublic,
  kRead,   // signed, with kPermissionRead
  kTrade,  // signed, with kPermissionTrade
};

struct Endpoint {
  EndpointId id;
  HttpMethod method;      // kOther: not by REST
  std::string_view path;  // "/api/v3/order"
  std::string_view name;  // "order.place"; empty: not by the WebSocket API
  Security security;
  std::uint32_t weight;  // what the parameters change is in RequestWeight
};

struct EndpointMatch {
  const Endpoint* endpoint = nullptr;  // null: not found
  bool path_known = false;             // … but by another method
};
[[nodiscard]] EndpointMatch FindEndpoint(HttpMethod method, std::string_view path);

// Null: no such method. A prefix "v3/" is passed over.
[[nodiscard]] const Endpoint* FindEndpoint(std::string_view method_name);

}  // namespace lockstep
