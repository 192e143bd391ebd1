// The parser of the WebSocket API's requests, and the text that they sign. Checked: the id is one
// JSON token that can be echoed; the signed text is sorted and holds no signature.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "gateway/binance/endpoint.h"
#include "gateway/binance/signed_text.h"
#include "gateway/binance/websocket_request.h"

namespace lockstep {
namespace {

void RunOne(std::string_view input) {
  WebSocketRequest request;
  const bool is_request = ReadWebSocketRequest(input, request);
  LOCKSTEP_ASSERT(!request.id.empty());
  LOCKSTEP_ASSERT(request.id.front() != '"' || (request.id.size() > 1 && request.id.back() == '"'));
  for (const char c : request.id) {
    LOCKSTEP_ASSERT(static_cast<unsigned char>(c) >= 0x20);
  }
  if (!is_request) {
    return;
  }
  LOCKSTEP_ASSERT(!request.method.empty());
  static_cast<void>(FindEndpoint(request.method));
  std::string payload;
  static_cast<void>(MakeSignedText(request.parameters, payload));
  LOCKSTEP_ASSERT(std::ranges::is_sorted(request.parameters.all(), {}, &Parameter::name));
  LOCKSTEP_ASSERT(request.parameters.all().size() <= Parameters::kMaxParameters);
}

}  // namespace
}  // namespace lockstep

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lockstep::RunOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
