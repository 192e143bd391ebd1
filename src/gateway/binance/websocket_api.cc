#include "gateway/binance/websocket_api.h"

#include <vector>

#include "gateway/binance/parameters.h"
#include "gateway/binance/websocket_session.h"

namespace lockstep {

std::unique_ptr<WebSocketSession> WebSocketApi::Open(const HttpRequest& request,
                                                     WebSocketChannel& channel) {
  WebSocketApiSession::Options options{.opened_ns = request.received_ns()};
  Parameters parameters;
  // A malformed address is no reason to refuse the connection: it has no options then.
  if (!parameters.AddUrlEncoded(request.query())) {
    const Parameter* const unit = parameters.Find("timeUnit");
    const Parameter* const limits = parameters.Find("returnRateLimits");
    options.microseconds =
        unit != nullptr && (unit->value == "MICROSECOND" || unit->value == "microsecond");
    options.return_rate_limits = limits == nullptr || limits->value != "false";
  }
  options.tenure = core_.gate().tenure();
  return std::make_unique<WebSocketApiSession>(*this, channel, options);
}

std::optional<HttpReply> WebSocketApi::Refuse(const HttpRequest& request) {
  const LeaderGate& gate = core_.gate();
  if (gate.Admits(LeaderGate::Need::kCommands)) {
    return std::nullopt;
  }
  const LeaderHint hint = gate.cluster()->Hint();
  const ApiError error = hint.address == nullptr
                             ? MakeError(ErrorKind::kNoLeader)
                             : MakeError(ErrorKind::kNotLeader, hint.address->RestUrl());
  HttpReply reply;
  reply.status = 503;
  AppendErrorJson(reply.body, error);
  reply.body.back() = ',';
  reply.body += LeaderJsonMembers(hint) + "}";
  reply.headers.emplace_back("Retry-After", "1");
  if (hint.address != nullptr) {
    reply.headers.emplace_back("Location", hint.address->RestUrl() + TargetOf(request));
  }
  return reply;
}

void WebSocketApi::EndSessionsNotLed() {
  if (!core_.gate().is_clustered()) {
    return;
  }
  // A channel may end its session within this call.
  for (WebSocketApiSession* session : std::vector(sessions_.begin(), sessions_.end())) {
    if (sessions_.contains(session)) {
      session->EndIfNotLed(core_.gate().tenure());
    }
  }
}

void WebSocketApi::OnTick() {
  EndSessionsNotLed();
  const std::uint64_t generation = core_.authorization().generation();
  if (generation == checked_generation_) {
    return;
  }
  checked_generation_ = generation;
  for (WebSocketApiSession* session : sessions_) {
    session->CheckKeys();
  }
}

}  // namespace lockstep
