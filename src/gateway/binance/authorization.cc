#include "gateway/binance/authorization.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "auth/hex.h"
#include "auth/hmac.h"
#include "gateway/authenticator.h"
#include "protocol/decimal.h"

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kDefaultRecvWindowUs = 5'000'000;
constexpr std::int64_t kMaxRecvWindowUs = 60'000'000;
constexpr std::int64_t kMaxAheadNs = 5'000 * kNsPerMs;
constexpr std::string_view kRecvWindowRange = "^[0-9]{1,20}(\\.[0-9]{1,3})?$";

bool IsKeyFormat(std::string_view key) {
  return !key.empty() && key.size() <= kMaxApiKeyBytes && std::ranges::all_of(key, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

std::span<const std::byte> Bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// The code over the signed bytes, made with the account's secret, is a hash of them that is
// computed anyway; what the endpoint adds keeps a query and a cancel of the same text apart.
RequestId RequestIdOf(const Mac& mac, std::uint64_t endpoint) {
  RequestId id;
  static_assert(sizeof(id) <= sizeof(mac));
  std::memcpy(&id, mac.data(), sizeof(id));
  id.low ^= endpoint;
  return id;
}

std::int64_t RecvWindowUs(ParameterReader& reader) {
  const auto text = reader.Optional("recvWindow");
  if (!text) {
    return kDefaultRecvWindowUs;
  }
  std::int64_t window_us = 0;
  switch (ParseDecimal(*text, 3, window_us)) {
    case DecimalError::kNone:
      break;
    case DecimalError::kOutOfRange:
      reader.Fail(ErrorKind::kRecvWindowTooLarge);
      return 0;
    case DecimalError::kMalformed:
    case DecimalError::kTooPrecise:
      window_us = -1;
      break;
  }
  if (window_us < 0) {
    reader.Fail(ErrorKind::kIllegalCharacters, "recvWindow", kRecvWindowRange);
  } else if (window_us > kMaxRecvWindowUs) {
    reader.Fail(ErrorKind::kRecvWindowTooLarge);
  }
  return window_us;
}

void CheckTime(std::int64_t wall_ns, ParameterReader& reader) {
  const std::int64_t window_us = RecvWindowUs(reader);
  if (reader.Mandatory("timestamp").empty()) {
    return;
  }
  const auto timestamp_ns = reader.TimeNs("timestamp");
  if (!timestamp_ns || reader.failed()) {
    return;
  }
  const std::int64_t ahead_ns = *timestamp_ns - wall_ns;  // both are >= 0
  if (ahead_ns > kMaxAheadNs) {
    reader.Fail(ErrorKind::kTimestampAhead, std::to_string(ahead_ns / kNsPerMs));
  } else if (-ahead_ns > window_us * kNsPerUs) {
    reader.Fail(ErrorKind::kOutsideRecvWindow);
  }
}

}  // namespace

Authorization::Authorization(const KeyStore& keys) : keys_(keys), nobody_(NewChallenge()) {}

ApiResult<Identity> Authorization::Check(const SignedText& text, std::string_view header_key,
                                         const Demand& demand, std::int64_t wall_ns,
                                         ParameterReader& reader) const {
  const auto refuse = [](ErrorKind kind, std::string_view name = {}) {
    return std::unexpected(MakeError(kind, name));
  };
  reader.Ignore("signature");
  reader.Ignore("apiKey");
  const std::string_view key = text.api_key.empty() ? header_key : text.api_key;
  if (!IsKeyFormat(key)) {
    return refuse(ErrorKind::kBadApiKeyFormat);
  }
  if (text.signature.empty()) {
    return refuse(ErrorKind::kMandatoryParameter, "signature");
  }
  const std::shared_ptr<const KeyRecord> found = keys_.Find(key);
  const HmacSha256Key& hmac = found == nullptr ? nobody_ : found->hmac;
  Mac mac{};
  const bool is_hex = HexDecode(text.signature, mac);
  const auto& parts = text.parts;
  const bool is_signed = hmac.Verify({Bytes(parts[0]), Bytes(parts[1]), Bytes(parts[2]),
                                      Bytes(parts[3]), Bytes(parts[4]), Bytes(parts[5])},
                                     mac);
  if (found == nullptr || !found->enabled) {
    return refuse(ErrorKind::kRejectedApiKey);
  }
  if (!is_hex || !is_signed) {
    return refuse(ErrorKind::kInvalidSignature);
  }
  if ((found->permissions & demand.permissions) != demand.permissions) {
    return refuse(ErrorKind::kRejectedApiKey);
  }
  CheckTime(wall_ns, reader);
  if (reader.failed()) {
    return std::unexpected(*reader.error());
  }
  return Identity{.account = found->account,
                  .permissions = found->permissions,
                  .api_key = std::string(key),
                  .request_id = RequestIdOf(mac, demand.endpoint)};
}

bool Authorization::StillValid(const Identity& identity) const {
  const auto found = keys_.Find(identity.api_key);
  return found != nullptr && found->enabled && found->account == identity.account &&
         (found->permissions & kPermissionRead) != 0;
}

}  // namespace lockstep
