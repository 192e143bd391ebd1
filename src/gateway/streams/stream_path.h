// What the address of a stream connection asks for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

struct StreamPath {
  bool combined = false;           // messages are wrapped with the name of their stream
  std::vector<std::string> names;  // subscribed from the start, percent-decoded
};

// `path` is /ws… or /stream…, `query` what stands behind '?'. Anything may stand there: what is no
// stream (a bare number, nothing) is passed over.
[[nodiscard]] StreamPath ParseStreamPath(std::string_view path, std::string_view query);

// The feed's name of a stream for a name as a client gives it.
[[nodiscard]] std::string FeedNameOf(std::string_view name);

}  // namespace lockstep
