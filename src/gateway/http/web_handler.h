// The seam between the transport (HTTP and WebSocket on one port: web_server.h) and what speaks
// over it. Neither side knows the other's inside: the transport owns sockets, framing and every
// bound on bytes, time and counts; a handler owns the meaning.
//
// Threads: every call in both directions happens on the loop that the route belongs to, except
// where a method says "any".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lockstep {

enum class HttpMethod : std::uint8_t { kGet, kHead, kPost, kPut, kDelete, kOptions, kOther };

// One request as its bytes came. Views into the connection's buffers: valid during the call.
class HttpRequest {
 public:
  virtual ~HttpRequest() = default;

  [[nodiscard]] virtual HttpMethod method() const = 0;
  [[nodiscard]] virtual std::string_view path() const = 0;  // of the target, undecoded, without '?'
  [[nodiscard]] virtual std::string_view query() const = 0;  // behind '?', undecoded; may be empty
  [[nodiscard]] virtual std::string_view body() const = 0;
  // Empty: not given. The name's letter case does not matter.
  [[nodiscard]] virtual std::string_view Header(std::string_view name) const = 0;
  [[nodiscard]] virtual std::string_view peer_address() const = 0;  // numeric, without port
  [[nodiscard]] virtual std::int64_t received_ns() const = 0;       // wall clock
};

// Path and query as they came: what a Location goes on with behind the host.
[[nodiscard]] inline std::string TargetOf(const HttpRequest& request) {
  std::string target(request.path());
  if (const std::string_view query = request.query(); !query.empty()) {
    target.append("?").append(query);
  }
  return target;
}

struct HttpReply {
  unsigned status = 200;
  std::string body;
  std::string_view content_type = "application/json;charset=UTF-8";    // of static life
  std::vector<std::pair<std::string_view, std::string>> headers = {};  // names of static life
  bool close = false;  // end the connection behind this answer
};

// Answers one request, at once or later. A responder that is destroyed without an answer answers
// 500. Send after the peer has gone does nothing.
class HttpResponder {
 public:
  virtual ~HttpResponder() = default;
  virtual void Send(HttpReply reply) = 0;  // once
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual void Handle(const HttpRequest& request, std::shared_ptr<HttpResponder> responder) = 0;
};

// A text that is written to many sockets as it is: prefix, then the shared bytes, then suffix, as
// one WebSocket message. Encoded once for all; only prefix and suffix are a subscriber's own.
struct WebSocketText {
  std::string_view prefix;  // of static life, or within *owner
  std::shared_ptr<const std::string> text;
  std::string_view suffix;
  std::shared_ptr<const std::string> owner;
};

// The transport's side of one WebSocket.
class WebSocketChannel {
 public:
  virtual ~WebSocketChannel() = default;

  // Queues one text message. A peer that reads too slowly for what is queued is closed (1008, "slow
  // consumer"), and OnClosed follows.
  virtual void Send(WebSocketText message) = 0;
  void SendText(std::string text) {
    Send({.prefix = {},
          .text = std::make_shared<const std::string>(std::move(text)),
          .suffix = {},
          .owner = nullptr});
  }
  // Starts the closing handshake. OnClosed follows.
  virtual void Close(std::uint16_t code, std::string_view reason) = 0;
  [[nodiscard]] virtual std::size_t queued_bytes() const = 0;
  [[nodiscard]] virtual std::string_view peer_address() const = 0;
};

// The handler's side of one WebSocket. Destroyed by the transport after OnClosed.
class WebSocketSession {
 public:
  virtual ~WebSocketSession() = default;
  // One whole text message of valid UTF-8 within the transport's bound. (Binary messages are
  // refused by the transport: 1003.)
  virtual void OnText(std::string_view text, std::int64_t received_ns) = 0;
  virtual void OnClosed() = 0;  // nothing is called on the channel from here on
};

class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  // Before the handshake, on the trading loop whatever the route's: an answer in its place.
  // Nothing: it goes on.
  [[nodiscard]] virtual std::optional<HttpReply> Refuse(const HttpRequest&) { return std::nullopt; }
  // A handshake has been accepted. The channel outlives the session. Null: closed with 1008.
  [[nodiscard]] virtual std::unique_ptr<WebSocketSession> Open(const HttpRequest& request,
                                                               WebSocketChannel& channel) = 0;
};

}  // namespace lockstep
