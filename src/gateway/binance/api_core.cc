#include "gateway/binance/api_core.h"

#include <memory>
#include <string>
#include <utility>

#include "auth/key_store.h"
#include "gateway/binance/exchange_info.h"
#include "protocol/json_writer.h"

namespace lockstep {
namespace {

std::uint32_t PermissionFor(Security security) {
  switch (security) {
    case Security::kRead:
      return kPermissionRead;
    case Security::kTrade:
      return kPermissionTrade;
    case Security::kPublic:
      break;
  }
  return 0;
}

// A cancel with restrictions is refused by what the engine holds, like the answer to a question.
LeaderGate::Need NeedOf(const Endpoint& endpoint, const Parameters& parameters) {
  return endpoint.security == Security::kTrade && !parameters.Has("cancelRestrictions")
             ? LeaderGate::Need::kCommands
             : LeaderGate::Need::kLease;
}

}  // namespace

std::optional<ApiAnswer> ApiCore::TakeWeight(std::string_view address, std::uint32_t weight,
                                             std::int64_t wall_ns) {
  RateLimits& limits = parts_.state.limits;
  const auto wait_s = limits.TakeWeight(address, weight, wall_ns);
  if (!wait_s) {
    return std::nullopt;
  }
  ApiAnswer answer = AnswerOf(
      MakeError(ErrorKind::kTooMuchWeight, std::to_string(limits.settings().weight_per_minute)));
  answer.retry_after_s = *wait_s;
  return answer;
}

std::optional<ApiError> ApiCore::Authorize(ApiCall& call, ParameterReader& reader,
                                           const SignedText& text,
                                           std::string_view header_key) const {
  const Demand demand{.permissions = PermissionFor(call.endpoint->security),
                      .endpoint = static_cast<std::uint64_t>(call.endpoint->id)};
  auto identity = parts_.authorization.Check(text, header_key, demand, call.received_ns, reader);
  if (!identity) {
    return identity.error();
  }
  call.identity = std::move(*identity);
  return std::nullopt;
}

void ApiCore::Run(ApiCall& call, Parameters& parameters, const SignedText& text,
                  std::string_view header_key) {
  ParameterReader reader(parameters, parts_.state.reference);
  if (call.endpoint->security != Security::kPublic) {
    if (const auto error = Authorize(call, reader, text, header_key)) {
      call.Refuse(*error);
      return;
    }
    if (call.endpoint->security == Security::kTrade && parts_.desk.AnswerKnown(call)) {
      return;
    }
    const LeaderGate::Need need = NeedOf(*call.endpoint, parameters);
    if (!parts_.gate.Admits(need)) {
      Divert(call, need, parameters);
      return;
    }
  }
  Dispatch(call, reader);
}

void ApiCore::Divert(const ApiCall& call, LeaderGate::Need need, const Parameters& parameters) {
  if (parts_.gate.Redirect(call)) {
    return;
  }
  auto kept = std::make_shared<Parameters>(parameters.Copy());
  parts_.gate.Hold(call, need, [this, call, kept] {
    if (call.endpoint->security == Security::kTrade && parts_.desk.AnswerKnown(call)) {
      return;  // sent twice meanwhile
    }
    ParameterReader reader(*kept, parts_.state.reference);
    Dispatch(call, reader);
  });
}

void ApiCore::Dispatch(const ApiCall& call, ParameterReader& reader) {
  switch (call.endpoint->id) {
    case EndpointId::kPlaceOrder:
      return parts_.trade.Place(call, reader);
    case EndpointId::kTestOrder:
      return parts_.trade.Test(call, reader);
    case EndpointId::kCancelOrder:
      return parts_.trade.Cancel(call, reader);
    case EndpointId::kCancelReplace:
      return parts_.trade.CancelReplace(call, reader);
    case EndpointId::kAmendOrder:
      return parts_.trade.Amend(call, reader);
    case EndpointId::kCancelOpenOrders:
      return parts_.trade.CancelOpenOrders(call, reader);
    case EndpointId::kOrderStatus:
      return parts_.account.OrderStatus(call, reader);
    case EndpointId::kOpenOrders:
      return parts_.account.OpenOrders(call, reader);
    case EndpointId::kAllOrders:
      return parts_.account.AllOrders(call, reader);
    case EndpointId::kMyTrades:
      return parts_.account.MyTrades(call, reader);
    case EndpointId::kAccount:
      return parts_.account.Account(call, reader);
    case EndpointId::kOrderRateLimit:
      return parts_.account.OrderRateLimit(call, reader);
    case EndpointId::kCommission:
      return parts_.account.Commission(call, reader);
    case EndpointId::kPing:
      return AnswerPlain(call, reader, "{}");
    case EndpointId::kTime:
      return AnswerTime(call, reader);
    case EndpointId::kExchangeInfo:
      return AnswerExchangeInfo(call, reader, parts_.state);
    case EndpointId::kDepth:
      return parts_.market.Depth(call, reader);
    case EndpointId::kTrades:
      return parts_.market.Trades(call, reader, false);
    case EndpointId::kHistoricalTrades:
      return parts_.market.Trades(call, reader, true);
    case EndpointId::kAggregateTrades:
      return parts_.market.AggregateTrades(call, reader);
    case EndpointId::kKlines:
      return parts_.market.Klines(call, reader);
    case EndpointId::kAveragePrice:
      return parts_.market.AveragePrice(call, reader);
    case EndpointId::kTicker24h:
      return parts_.market.Ticker24h(call, reader);
    case EndpointId::kTickerPrice:
      return parts_.market.Ticker(call, reader, MarketQueryKind::kTickerPrice);
    case EndpointId::kBookTicker:
      return parts_.market.Ticker(call, reader, MarketQueryKind::kBookTicker);
    case EndpointId::kEmptyList:
      call.reply->Send({.status = 200, .body = "[]"});
      return;
    case EndpointId::kEmptyMarket:
      call.reply->Send({.status = 200,
                        .body = R"({"timezone":"UTC","rateLimits":[],"exchangeFilters":[],)"
                                R"("assets":[],"symbols":[]})"});
      return;
    default:
      break;  // a connection's own: the WebSocket session has answered it
  }
  call.Refuse(MakeError(ErrorKind::kUnsupportedOperation));
}

void ApiCore::AnswerPlain(const ApiCall& call, ParameterReader& reader,
                          std::string_view body) const {
  if (!IsComplete(call, reader)) {
    return;
  }
  call.reply->Send({.status = 200, .body = std::string(body)});
}

void ApiCore::AnswerTime(const ApiCall& call, ParameterReader& reader) const {
  std::string body;
  JsonWriter json(body, call.microseconds);
  json.BeginObject();
  json.TimeField("serverTime", parts_.state.clock.WallNs());
  json.EndObject();
  AnswerPlain(call, reader, body);
}

}  // namespace lockstep
