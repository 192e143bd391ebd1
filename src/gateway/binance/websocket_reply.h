// The answer to one request of the WebSocket API:
// {"id":…,"status":200,"result":…,"rateLimits":[…]}, or "error" in place of "result".
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/binance/api_call.h"
#include "gateway/binance/rate_limits.h"
#include "gateway/http/web_handler.h"

namespace lockstep {

struct WebSocketLink {
  WebSocketChannel* channel;  // null: the connection is gone
};

class WebSocketReply final : public ApiReply {
 public:
  struct Context {
    std::string id;
    std::uint64_t used_weight = 0;
    bool return_rate_limits = true;
    std::int64_t received_ns = 0;
  };

  WebSocketReply(std::shared_ptr<WebSocketLink> link, const RateLimitSettings& limits,
                 Context context)
      : link_(std::move(link)), limits_(limits), context_(std::move(context)) {}

  void Send(ApiAnswer answer) override;

 private:
  std::shared_ptr<WebSocketLink> link_;
  const RateLimitSettings& limits_;
  Context context_;
};

}  // namespace lockstep
