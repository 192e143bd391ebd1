#include "gateway/authenticator.h"

#include <sodium.h>

#include <bit>
#include <span>
#include <utility>

#include "base/assert.h"

namespace lockstep {

static_assert(std::endian::native == std::endian::little, "the timestamp is signed as it lies");

LogonChallenge NewChallenge() {
  LogonChallenge challenge;
  randombytes_buf(challenge.data(), challenge.size());
  return challenge;
}

Authenticator::Authenticator(const KeyStore& keys, std::int64_t window_ns)
    : keys_(keys), window_ns_(window_ns), nobody_(NewChallenge()) {
  LOCKSTEP_ASSERT(sodium_init() >= 0);
}

LogonResult Authenticator::Verify(const LogonClaim& claim, const LogonChallenge& challenge,
                                  std::int64_t wall_ns,
                                  std::shared_ptr<const KeyRecord>& key) const {
  auto found = keys_.Find(claim.api_key);
  const HmacSha256Key& hmac = found == nullptr ? nobody_ : found->hmac;
  const bool signed_by_key =
      hmac.Verify({challenge, std::as_bytes(std::span(&claim.timestamp_ns, 1))}, claim.mac);
  if (!signed_by_key || found == nullptr || !found->enabled) {
    return LogonResult::kBadCredentials;
  }
  // Compared without a difference, which a timestamp at either end of its range would overflow.
  if (claim.timestamp_ns < wall_ns - window_ns_ || claim.timestamp_ns > wall_ns + window_ns_) {
    return LogonResult::kTimestampOutsideWindow;
  }
  key = std::move(found);
  return LogonResult::kAccepted;
}

}  // namespace lockstep
