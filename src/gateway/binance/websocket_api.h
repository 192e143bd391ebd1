// The WebSocket API (/ws-api/v3): requests and answers on one socket, and user data streams beside
// them. Threads: the trading loop alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>

#include "gateway/binance/api_core.h"
#include "gateway/binance/user_streams.h"
#include "gateway/http/web_handler.h"

namespace lockstep {

class WebSocketApiSession;

class WebSocketApi final : public WebSocketHandler {
 public:
  WebSocketApi(ApiCore& core, UserStreams& streams) : core_(core), streams_(streams) {}

  // Of the address: timeUnit=MICROSECOND, returnRateLimits=false.
  [[nodiscard]] std::unique_ptr<WebSocketSession> Open(const HttpRequest& request,
                                                       WebSocketChannel& channel) override;

  // 503 at a node that takes no commands: a handshake does not follow redirects, its client
  // reconnects.
  [[nodiscard]] std::optional<HttpReply> Refuse(const HttpRequest& request) override;

  // Ends the streams of keys that are no longer valid, and sessions as below. A few times a second.
  void OnTick();

  // Ends (1012) the sessions that this node has taken in a tenure that is over, each as soon as all
  // its requests are answered: so their clients reconnect, to a node that leads.
  void EndSessionsNotLed();

 private:
  friend class WebSocketApiSession;

  ApiCore& core_;
  UserStreams& streams_;
  std::set<WebSocketApiSession*> sessions_;
  std::uint64_t checked_generation_ = 0;
};

}  // namespace lockstep
