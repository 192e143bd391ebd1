// Requests of the REST API as the bytes that go out, signed where they must be.
//
// A request is a value: sent again, it is the same bytes, and the exchange does it once and gives
// the first answer. Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/credentials.h"

namespace lockstep {

enum class RestMethod : std::uint8_t { kGet, kPost, kPut, kDelete };

// Pairs of a query in the order in which they were added, percent-encoded.
class RestParameters {
 public:
  RestParameters& Add(std::string_view name, std::string_view value);
  RestParameters& Add(std::string_view name, std::uint64_t value);
  // An amount in units of 10^-8, as decimal text.
  RestParameters& AddAmount(std::string_view name, std::int64_t amount_e8);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct RestRequest {
  RestMethod method = RestMethod::kGet;
  std::string target;   // path?query, the signature at its end
  std::string api_key;  // empty: a public request
};

[[nodiscard]] RestRequest MakePublicRequest(std::string_view path,
                                            const RestParameters& parameters = {});

// `timestamp_us`: wall time; the exchange takes the request from 5 s before it until
// `recv_window_ms` (at most 60,000) after it. Two requests of one account that say the same with
// the same time stamp are one request.
[[nodiscard]] RestRequest MakeSignedRequest(RestMethod method, std::string_view path,
                                            RestParameters parameters,
                                            const Credentials& credentials,
                                            std::int64_t timestamp_us,
                                            std::uint32_t recv_window_ms);

// HMAC-SHA256 in lower-case hexadecimal digits.
[[nodiscard]] std::string SignatureOf(std::string_view text, std::string_view secret);

}  // namespace lockstep
