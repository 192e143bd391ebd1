#include "gateway/binance/endpoint.h"

#include <array>

namespace lockstep {
namespace {

constexpr HttpMethod kGet = HttpMethod::kGet;
constexpr HttpMethod kPost = HttpMethod::kPost;
constexpr HttpMethod kPut = HttpMethod::kPut;
constexpr HttpMethod kDelete = HttpMethod::kDelete;
constexpr HttpMethod kNotRest = HttpMethod::kOther;
constexpr Security kPublic = Security::kPublic;
constexpr Security kRead = Security::kRead;
constexpr Security kTrade = Security::kTrade;
using Id = EndpointId;

constexpr auto kEndpoints = std::to_array<Endpoint>({
    // Orders first: their look-up is the one that is timed.
    {Id::kPlaceOrder, kPost, "/api/v3/order", "order.place", kTrade, 0},
    {Id::kCancelOrder, kDelete, "/api/v3/order", "order.cancel", kTrade, 0},
    {Id::kOrderStatus, kGet, "/api/v3/order", "order.status", kRead, 4},
    {Id::kCancelReplace, kPost, "/api/v3/order/cancelReplace", "order.cancelReplace", kTrade, 0},
    {Id::kAmendOrder, kPut, "/api/v3/order/amend/keepPriority", "order.amend.keepPriority", kTrade,
     4},
    {Id::kTestOrder, kPost, "/api/v3/order/test", "order.test", kTrade, 1},
    {Id::kOpenOrders, kGet, "/api/v3/openOrders", "openOrders.status", kRead, 6},
    {Id::kCancelOpenOrders, kDelete, "/api/v3/openOrders", "openOrders.cancelAll", kTrade, 0},
    {Id::kAllOrders, kGet, "/api/v3/allOrders", "allOrders", kRead, 20},
    {Id::kMyTrades, kGet, "/api/v3/myTrades", "myTrades", kRead, 20},
    {Id::kAccount, kGet, "/api/v3/account", "account.status", kRead, 20},
    {Id::kOrderRateLimit, kGet, "/api/v3/rateLimit/order", "account.rateLimits.orders", kRead, 40},
    {Id::kCommission, kGet, "/api/v3/account/commission", "account.commission", kRead, 20},
    {Id::kPing, kGet, "/api/v3/ping", "ping", kPublic, 1},
    {Id::kTime, kGet, "/api/v3/time", "time", kPublic, 1},
    {Id::kExchangeInfo, kGet, "/api/v3/exchangeInfo", "exchangeInfo", kPublic, 20},
    {Id::kDepth, kGet, "/api/v3/depth", "depth", kPublic, 5},
    {Id::kTrades, kGet, "/api/v3/trades", "trades.recent", kPublic, 25},
    {Id::kHistoricalTrades, kGet, "/api/v3/historicalTrades", "trades.historical", kPublic, 25},
    {Id::kAggregateTrades, kGet, "/api/v3/aggTrades", "trades.aggregate", kPublic, 4},
    {Id::kKlines, kGet, "/api/v3/klines", "klines", kPublic, 2},
    {Id::kKlines, kGet, "/api/v3/uiKlines", "uiKlines", kPublic, 2},
    {Id::kAveragePrice, kGet, "/api/v3/avgPrice", "avgPrice", kPublic, 2},
    {Id::kTicker24h, kGet, "/api/v3/ticker/24hr", "ticker.24hr", kPublic, 2},
    {Id::kTickerPrice, kGet, "/api/v3/ticker/price", "ticker.price", kPublic, 2},
    {Id::kBookTicker, kGet, "/api/v3/ticker/bookTicker", "ticker.book", kPublic, 2},
    // What clients ask for with their defaults before they trade; one failure fails their start.
    {Id::kPing, kGet, "/fapi/v1/ping", "", kPublic, 1},
    {Id::kTime, kGet, "/fapi/v1/time", "", kPublic, 1},
    {Id::kEmptyMarket, kGet, "/fapi/v1/exchangeInfo", "", kPublic, 1},
    {Id::kPing, kGet, "/dapi/v1/ping", "", kPublic, 1},
    {Id::kTime, kGet, "/dapi/v1/time", "", kPublic, 1},
    {Id::kEmptyMarket, kGet, "/dapi/v1/exchangeInfo", "", kPublic, 1},
    {Id::kEmptyList, kGet, "/sapi/v1/capital/config/getall", "", kRead, 10},
    {Id::kEmptyList, kGet, "/sapi/v1/margin/allPairs", "", kRead, 1},
    {Id::kEmptyList, kGet, "/sapi/v1/margin/isolated/allPairs", "", kRead, 1},
    {Id::kSubscribeUserData, kNotRest, "", "userDataStream.subscribe.signature", kRead, 2},
    {Id::kUnsubscribeUserData, kNotRest, "", "userDataStream.unsubscribe", kPublic, 2},
    {Id::kSubscribeBySession, kNotRest, "", "userDataStream.subscribe", kPublic, 2},
    {Id::kListSubscriptions, kNotRest, "", "session.subscriptions", kPublic, 2},
    {Id::kLogon, kNotRest, "", "session.logon", kPublic, 2},
    {Id::kSessionStatus, kNotRest, "", "session.status", kPublic, 2},
    {Id::kLogout, kNotRest, "", "session.logout", kPublic, 2},
});

}  // namespace

EndpointMatch FindEndpoint(HttpMethod method, std::string_view path) {
  EndpointMatch match;
  for (const Endpoint& endpoint : kEndpoints) {
    if (endpoint.method != kNotRest && endpoint.path == path) {
      match.path_known = true;
      if (endpoint.method == method) {
        match.endpoint = &endpoint;
        break;
      }
    }
  }
  return match;
}

const Endpoint* FindEndpoint(std::string_view method_name) {
  if (method_name.starts_with("v3/")) {
    method_name.remove_prefix(3);
  }
  for (const Endpoint& endpoint : kEndpoints) {
    if (!endpoint.name.empty() && endpoint.name == method_name) {
      return &endpoint;
    }
  }
  return nullptr;
}

}  // namespace lockstep
