// One request of the WebSocket API: {"id":…,"method":"…","params":{…}}.
//
// Numbers and booleans keep the text that was sent: what is signed is that text.
#pragma once

#include <string>
#include <string_view>

#include "gateway/binance/parameters.h"

namespace lockstep {

struct WebSocketRequest {
  std::string id = "null";  // the JSON token that answers it, as sent
  std::string method;
  Parameters parameters;
};

// Reads `text`, valid UTF-8, into an empty request. False: not JSON, or not such a request; the id
// is set if it came before what is wrong.
[[nodiscard]] bool ReadWebSocketRequest(std::string_view text, WebSocketRequest& request);

}  // namespace lockstep
