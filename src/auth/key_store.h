// What a gateway asks before it believes a request: whose key is this, what may it do, does the
// signature hold.
//
// Implemented by EmbeddedKeyStore (a sealed file) and later by the gateway's copy of the Auth
// service's table. Threads: Find and generation from any; a record found stays valid and unchanged
// as long as it is held. Cost of Find: well under 1 µs, no system call.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "auth/hmac.h"
#include "base/strong_id.h"

namespace lockstep {

// Bits of KeyRecord::permissions and of LogonAck.permissions.
inline constexpr std::uint32_t kPermissionRead = 1;      // queries of own orders and balances
inline constexpr std::uint32_t kPermissionTrade = 2;     // place, change and cancel orders
inline constexpr std::uint32_t kPermissionTransfer = 4;  // move own funds between wallets
inline constexpr std::uint32_t kPermissionAdmin =
    8;  // definitions, statuses, deposits, withdrawals

struct KeyRecord {
  KeyRecord(AccountId the_account, std::uint32_t the_permissions, bool is_enabled,
            std::string_view secret)
      : account(the_account),
        permissions(the_permissions),
        enabled(is_enabled),
        hmac(std::as_bytes(std::span(secret))) {}

  AccountId account;
  std::uint32_t permissions;
  bool enabled;
  // Keyed with the bytes of apiSecret as the text that the user was given.
  HmacSha256Key hmac;
};

// Longest apiKey that is looked up; longer ones are unknown.
inline constexpr std::size_t kMaxApiKeyBytes = 128;

class KeyStore {
 public:
  virtual ~KeyStore() = default;

  // Null: no such key. A disabled key is found; the caller looks at `enabled`.
  [[nodiscard]] virtual std::shared_ptr<const KeyRecord> Find(std::string_view api_key) const = 0;

  // Grows with every change, so that long-lived sessions know when to look their key up again.
  [[nodiscard]] virtual std::uint64_t generation() const = 0;
};

}  // namespace lockstep
