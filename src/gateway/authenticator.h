// Whether a Logon is believed: the key exists and is enabled, the code covers this connection's
// challenge, the clock is close.
//
// One answer, BAD_CREDENTIALS, for an unknown key, a disabled key and a wrong code, after the same
// arithmetic, so that a stranger learns nothing of which keys exist. The time is looked at last:
// only who holds the secret learns that his clock is wrong. Threads: immutable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "auth/key_store.h"

namespace lockstep {

inline constexpr std::size_t kChallengeBytes = 32;
using LogonChallenge = std::array<std::byte, kChallengeBytes>;

// From the system's random source: never the same twice, so a recorded Logon is worth nothing on
// another connection.
LogonChallenge NewChallenge();

struct LogonClaim {
  std::string_view api_key;
  std::int64_t timestamp_ns;
  Mac mac;
};

enum class LogonResult : std::uint8_t { kAccepted, kBadCredentials, kTimestampOutsideWindow };

class Authenticator {
 public:
  Authenticator(const KeyStore& keys, std::int64_t window_ns);

  // kAccepted: `key` is set. `wall_ns`: the gateway's clock.
  [[nodiscard]] LogonResult Verify(const LogonClaim& claim, const LogonChallenge& challenge,
                                   std::int64_t wall_ns,
                                   std::shared_ptr<const KeyRecord>& key) const;

  [[nodiscard]] const KeyStore& keys() const { return keys_; }

 private:
  const KeyStore& keys_;
  std::int64_t window_ns_;
  HmacSha256Key nobody_;  // takes the place of the key that was not found
};

}  // namespace lockstep
