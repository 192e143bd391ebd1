// The bytes that a client has signed, found in the request as it was sent.
//
// REST: query string then body, raw, with the `signature` pair cut out, and an `apiKey` pair behind
// it in the same text. WebSocket API: the parameters sorted by name, k=v joined with '&', raw
// UTF-8, without `signature`.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "gateway/binance/parameters.h"

namespace lockstep {

struct SignedText {
  // What is signed is these, one behind the other; views into the request.
  static constexpr std::size_t kMaxParts = 6;
  std::array<std::string_view, kMaxParts> parts;
  std::string_view signature;  // as sent, undecoded; empty: none
  std::string_view api_key;    // of the pair behind the signature; empty: none
};

// The first `signature` pair counts, the query's before the body's.
[[nodiscard]] SignedText FindSignedText(std::string_view query, std::string_view body);

// Writes the signed text of a WebSocket API request into `payload`, which must live as long as what
// is returned. `parameters` are put into order.
[[nodiscard]] SignedText MakeSignedText(Parameters& parameters, std::string& payload);

}  // namespace lockstep
