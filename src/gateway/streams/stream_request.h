// One frame of a client of market streams: {"method":…,"params":[…],"id":…}.
//
// Bounds: the text's own (the transport's), nesting, the length of an id. A field that occurs twice
// counts as the last; fields of other names are passed over. Threads: none of its own.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

enum class StreamMethod : std::uint8_t {
  kSubscribe,
  kUnsubscribe,
  kListSubscriptions,
  kSetProperty,
  kGetProperty,
};

struct StreamRequest {
  StreamMethod method = StreamMethod::kListSubscriptions;
  std::string id = "null";         // a JSON value, to be echoed
  std::vector<std::string> names;  // kSubscribe, kUnsubscribe: as given
  bool combined = false;           // kSetProperty
};

// The answer {"error":{"code":…,"msg":…},"id":…}. Codes: 0 no such property, 1 not a Boolean, 2 a
// request that is not understood, 3 not JSON.
struct StreamRequestError {
  int code = 2;
  std::string text;
  std::string id = "null";
};

[[nodiscard]] std::expected<StreamRequest, StreamRequestError> ParseStreamRequest(
    std::string_view text);

}  // namespace lockstep
