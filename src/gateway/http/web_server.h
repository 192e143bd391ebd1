// The one port of the process for HTTP/1 and WebSockets: REST, the WebSocket API, market streams,
// /healthz (200 "ok", or 503 with the reason), /leaderz (200 "leader" on the one node that serves
// orders, 503 with the reason elsewhere) and /metrics (Prometheus text).
//
// Paths lead to handlers by the routes given at the start (route_table.h). The server answers by
// itself: /healthz, /leaderz and /metrics (GET and HEAD, 405 else); 404 where no route leads; 503
// before SetServing and past the bound of connections; OPTIONS of a route (204); 426 for a
// WebSocket's path without an upgrade; 400, 413, 431 and 505 for what cannot be read, and those end
// the connection. Bounds: web_limits.h. Requests of one connection are answered one after another.
//
// Threads: connections are accepted and HTTP is spoken on the trading loop; a WebSocket goes on on
// its route's loop. `trouble` and
// `why_not_leading` are called on the trading loop. Lifetime: the owner stops both loops
// before it destroys the server, and destroys the loops and the handlers after it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/metrics.h"
#include "gateway/http/route_table.h"
#include "gateway/http/web_counters.h"
#include "gateway/http/web_limits.h"

namespace lockstep {

struct WebServerOptions {
  std::string address = "127.0.0.1";  // numeric, IPv4 or IPv6
  std::uint16_t port = 8080;          // 0: the system chooses
  WebLimits limits = {};
};

// All outlive the server.
struct WebServices {
  const Clock& clock;
  IoThread& trading;
  IoThread& stream;
  const Metrics& metrics;
  // Why the process cannot serve; nothing when it can.
  std::function<std::optional<std::string>()> trouble;
  // Why another node is to be asked; nothing when this one leads. Null: the node is alone.
  std::function<std::optional<std::string>()> why_not_leading = nullptr;
};

class WebServer {
 public:
  // Listens; answers once the loops run. kInvalidArgument: not an address; kIoError: the address is
  // taken or not ours.
  static Result<std::unique_ptr<WebServer>> Start(const WebServerOptions& options,
                                                  const WebServices& services,
                                                  std::vector<WebRoute> routes);
  // Ends all connections.
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  // Until true, every route is 503. Any thread.
  void SetServing(bool serving);

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const WebCounters& counters() const;  // any thread

 private:
  class Impl;
  explicit WebServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
