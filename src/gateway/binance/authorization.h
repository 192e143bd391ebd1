// Whether a signed request is believed: the key exists and is enabled, the signature covers what
// was sent, the key may do this, the clock is close.
//
// Order of the checks: -2014 (no key, or none that could be one), -1102 (no signature), then one
// HMAC whether the key is known or not, -2015 (key), -1022 (signature), -2015 (permission), -1102
// and -1100 (timestamp, recvWindow), -1131, -1021. Only who holds the secret learns that his clock
// is wrong. Threads: the trading loop alone.
#pragma once

#include <cstdint>
#include <string_view>

#include "auth/key_store.h"
#include "gateway/binance/api_call.h"
#include "gateway/binance/parameter_reader.h"
#include "gateway/binance/signed_text.h"

namespace lockstep {

// What a request asks of its key, and what tells its id from that of the same text sent elsewhere.
struct Demand {
  std::uint32_t permissions = 0;
  std::uint64_t endpoint = 0;
};

class Authorization {
 public:
  explicit Authorization(const KeyStore& keys);

  // `header_key`: of X-MBX-APIKEY; an api key in the signed text goes before it. Reads timestamp
  // and recvWindow of `reader`. `wall_ns`: when the request came.
  [[nodiscard]] ApiResult<Identity> Check(const SignedText& text, std::string_view header_key,
                                          const Demand& demand, std::int64_t wall_ns,
                                          ParameterReader& reader) const;

  // The key still exists, is enabled and the same account's.
  [[nodiscard]] bool StillValid(const Identity& identity) const;
  [[nodiscard]] std::uint64_t generation() const { return keys_.generation(); }

 private:
  const KeyStore& keys_;
  HmacSha256Key nobody_;  // takes the place of the key that was not found
};

}  // namespace lockstep
