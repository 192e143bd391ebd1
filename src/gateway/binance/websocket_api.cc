#include "gateway/binance/websocket_api.h"

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
  return std::make_unique<WebSocketApiSession>(*this, channel, options);
}

void WebSocketApi::OnTick() {
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
