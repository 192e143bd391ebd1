// Which handler a path belongs to, and what the server answers by itself.
//
// Shape: given at construction, then read only. Threads: any.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/http/web_handler.h"

namespace lockstep {

enum class WebLoopName : std::uint8_t { kTrading, kStream };

// A path is the route's if it is `path` or goes on with '/' behind it: "/ws" takes /ws and /ws/0,
// not /ws-api. The longest that fits wins. All handlers outlive the server.
struct WebRoute {
  std::string path;
  // Requests that are no upgrade; on the trading loop. Null: 426.
  HttpHandler* http = nullptr;
  // Null: an upgrade is not offered, and the request is one like others.
  WebSocketHandler* websocket = nullptr;
  WebLoopName websocket_loop = WebLoopName::kTrading;
  // Text messages from one peer, on average and at once; one more ends it (1008). 0: no bound but
  // that of frames.
  std::uint32_t max_messages_per_second = 0;
  // Requests are handled before SetServing too.
  bool always_serves = false;
};

class RouteTable {
 public:
  explicit RouteTable(std::vector<WebRoute> routes) : routes_(std::move(routes)) {
    std::ranges::sort(routes_, [](const WebRoute& left, const WebRoute& right) {
      return left.path.size() > right.path.size();
    });
  }

  // Null: nobody's.
  [[nodiscard]] const WebRoute* Find(std::string_view path) const {
    for (const WebRoute& route : routes_) {
      if (path.starts_with(route.path) &&
          (path.size() == route.path.size() || path[route.path.size()] == '/')) {
        return &route;
      }
    }
    return nullptr;
  }

 private:
  std::vector<WebRoute> routes_;
};

}  // namespace lockstep
