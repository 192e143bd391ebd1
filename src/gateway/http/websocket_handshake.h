// The opening handshake of RFC 6455, the server's side.
#pragma once

#include <string>

#include "base/status.h"
#include "gateway/http/request_parser.h"

namespace lockstep {

// True for a request that wants to become a WebSocket, rightly or wrongly.
[[nodiscard]] bool AsksForWebSocket(const ParsedRequest& request);

// The answer 101, as bytes. kUnimplemented: another version than 13. kInvalidArgument: the request
// is not as the RFC wants it.
[[nodiscard]] Result<std::string> AcceptWebSocket(const ParsedRequest& request);

}  // namespace lockstep
