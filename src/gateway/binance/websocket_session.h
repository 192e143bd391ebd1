// One connection of the WebSocket API. Threads: the trading loop alone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "gateway/binance/api_core.h"
#include "gateway/binance/user_streams.h"
#include "gateway/binance/websocket_api.h"
#include "gateway/binance/websocket_reply.h"
#include "gateway/binance/websocket_request.h"
#include "gateway/http/web_handler.h"

namespace lockstep {

class WebSocketApiSession final : public WebSocketSession {
 public:
  struct Options {
    bool microseconds = false;
    bool return_rate_limits = true;
    std::int64_t opened_ns = 0;
    std::uint64_t tenure = 0;  // in which it was opened; 0 on a node that is alone
  };

  WebSocketApiSession(WebSocketApi& owner, WebSocketChannel& channel, const Options& options);
  ~WebSocketApiSession() override;
  WebSocketApiSession(const WebSocketApiSession&) = delete;
  WebSocketApiSession& operator=(const WebSocketApiSession&) = delete;

  void OnText(std::string_view text, std::int64_t received_ns) override;
  void OnClosed() override;

  // Ends the session if `tenure`, the one that is open, is another than its own, and all its
  // requests are answered: what is in flight gets its answer first, or is given up on.
  void EndIfNotLed(std::uint64_t tenure);

  // Looks the keys of all streams up again.
  void CheckKeys();

 private:
  // What only a connection can answer. False: it is the core's.
  bool RunOwn(ApiCall& call, Parameters& parameters, const SignedText& text);
  void Subscribe(ApiCall& call, ParameterReader& reader, const SignedText& text);
  void Unsubscribe(const ApiCall& call, ParameterReader& reader);
  void ListSubscriptions(const ApiCall& call) const;
  void AnswerStatus(const ApiCall& call) const;
  void EndStreams();

  WebSocketApi& owner_;
  WebSocketChannel& channel_;
  Options options_;
  // What answers that are still to come know of this connection; null channel: it is gone.
  std::shared_ptr<WebSocketLink> link_;
  std::map<std::uint32_t, std::unique_ptr<UserStream>> streams_;
  std::uint32_t next_subscription_ = 0;
  bool is_ending_ = false;
};

}  // namespace lockstep
