#include "client/spot_api.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::uint64_t kRowsOfPage = 1'000;
constexpr int kNothingOpen = -2011;
constexpr std::string_view kOrderPath = "/api/v3/order";
constexpr std::string_view kOpenOrdersPath = "/api/v3/openOrders";

template <class Value>
Result<Value> Parsed(const Result<std::string>& body, Result<Value> (*parse)(std::string_view)) {
  return body ? parse(*body) : std::unexpected(body.error());
}

}  // namespace

RestParameters PlaceParameters(const OrderFields& order) {
  RestParameters parameters;
  parameters.Add("symbol", order.symbol).Add("side", order.side).Add("type", order.type);
  if (!order.time_in_force.empty()) {
    parameters.Add("timeInForce", order.time_in_force);
  }
  parameters.AddAmount("quantity", order.quantity_e8);
  if (order.price_e8 != 0) {
    parameters.AddAmount("price", order.price_e8);
  }
  if (!order.client_order_id.empty()) {
    parameters.Add("newClientOrderId", order.client_order_id);
  }
  return parameters.Add("newOrderRespType", "FULL");
}

SpotApi::SpotApi(std::string address, Credentials credentials, const SpotApiOptions& options)
    : rest_(std::move(address)), credentials_(std::move(credentials)), options_(options) {}

RestRequest SpotApi::Sign(RestMethod method, std::string_view path, RestParameters parameters) {
  last_timestamp_us_ = std::max(last_timestamp_us_ + 1, clock_.WallNs() / kNsPerUs);
  return MakeSignedRequest(method, path, std::move(parameters), credentials_, last_timestamp_us_,
                           options_.recv_window_ms);
}

Result<std::string> SpotApi::Ask(const RestRequest& request) {
  auto answer = rest_.SendUntilAnswered(request, options_.patience_ms);
  if (!answer) {
    return std::unexpected(answer.error());
  }
  return std::move(answer->body);
}

Result<SpotOrder> SpotApi::PlaceOrder(const OrderFields& order) {
  return Parsed(Ask(Sign(RestMethod::kPost, kOrderPath, PlaceParameters(order))), &ParseOrder);
}

Result<SpotOrder> SpotApi::CancelOrder(std::string_view symbol, std::uint64_t order_id) {
  RestParameters parameters;
  parameters.Add("symbol", symbol).Add("orderId", order_id);
  return Parsed(Ask(Sign(RestMethod::kDelete, kOrderPath, parameters)), &ParseOrder);
}

Result<SpotCancelReplace> SpotApi::ReplaceOrder(std::uint64_t cancel_order_id,
                                                const OrderFields& order) {
  RestParameters parameters = PlaceParameters(order);
  parameters.Add("cancelReplaceMode", "ALLOW_FAILURE").Add("cancelOrderId", cancel_order_id);
  return Parsed(Ask(Sign(RestMethod::kPost, "/api/v3/order/cancelReplace", parameters)),
                &ParseCancelReplace);
}

Result<std::vector<SpotOrder>> SpotApi::CancelOpenOrders(std::string_view symbol) {
  RestParameters parameters;
  parameters.Add("symbol", symbol);
  const auto body = Ask(Sign(RestMethod::kDelete, kOpenOrdersPath, parameters));
  if (!body) {
    return std::unexpected(body.error());
  }
  const auto refusal = ParseRefusal(*body);
  return refusal && refusal->code == kNothingOpen ? std::vector<SpotOrder>() : ParseOrders(*body);
}

Result<std::vector<SpotOrder>> SpotApi::OpenOrders(std::string_view symbol) {
  RestParameters parameters;
  parameters.Add("symbol", symbol);
  return Parsed(Ask(Sign(RestMethod::kGet, kOpenOrdersPath, parameters)), &ParseOrders);
}

Result<std::vector<SpotOrder>> SpotApi::AllOrders(std::string_view symbol,
                                                  std::uint64_t from_order_id) {
  RestParameters parameters;
  parameters.Add("symbol", symbol).Add("orderId", from_order_id).Add("limit", kRowsOfPage);
  return Parsed(Ask(Sign(RestMethod::kGet, "/api/v3/allOrders", parameters)), &ParseOrders);
}

Result<std::vector<SpotTrade>> SpotApi::MyTrades(std::string_view symbol,
                                                 std::uint64_t from_trade_id) {
  RestParameters parameters;
  parameters.Add("symbol", symbol).Add("fromId", from_trade_id).Add("limit", kRowsOfPage);
  return Parsed(Ask(Sign(RestMethod::kGet, "/api/v3/myTrades", parameters)), &ParseTrades);
}

Result<std::vector<SpotBalance>> SpotApi::Account() {
  return Parsed(Ask(Sign(RestMethod::kGet, "/api/v3/account", {})), &ParseBalances);
}

Result<SpotDepth> SpotApi::Depth(std::string_view symbol, std::uint32_t limit) {
  RestParameters parameters;
  parameters.Add("symbol", symbol).Add("limit", std::uint64_t{limit});
  return Parsed(Ask(MakePublicRequest("/api/v3/depth", parameters)), &ParseDepth);
}

Result<SpotSymbol> SpotApi::Symbol(std::string_view symbol) {
  RestParameters parameters;
  parameters.Add("symbol", symbol);
  return Parsed(Ask(MakePublicRequest("/api/v3/exchangeInfo", parameters)), &ParseSymbol);
}

Result<std::int64_t> SpotApi::ServerTimeMs() {
  return Parsed(Ask(MakePublicRequest("/api/v3/time")), &ParseServerTimeMs);
}

}  // namespace lockstep
