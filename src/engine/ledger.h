// Who owns what: free and locked balances by account and asset, and the venue's fee account. Double
// entry is kept by the callers (settlement.cc), which move every unit from one place to another;
// this class keeps the digest up to date.
//
// Shape: a dense array [account][asset]. Units: the asset's smallest.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "engine/arena.h"
#include "engine/hash.h"

namespace lockstep {

struct Balance {
  std::int64_t free;
  std::int64_t locked;
};

// Totals of one asset since the beginning.
struct AssetTotals {
  std::int64_t net_deposits;  // deposits less withdrawals
  std::int64_t fees;          // the fee account; below 0 when rebates exceeded fees
};

class Ledger {
 public:
  static std::size_t ArenaBytes(std::size_t max_accounts, std::size_t max_assets) {
    return Arena::BytesFor<Balance>((max_accounts + 1) * (max_assets + 1)) +
           Arena::BytesFor<AssetTotals>(max_assets + 1);
  }

  Ledger(Arena& arena, std::size_t max_accounts, std::size_t max_assets)
      : balances_(arena.Array<Balance>((max_accounts + 1) * (max_assets + 1))),
        totals_(arena.Array<AssetTotals>(max_assets + 1)),
        stride_(max_assets + 1) {}

  [[nodiscard]] const Balance& Of(std::uint32_t account, std::uint32_t asset) const {
    return balances_[account * stride_ + asset];
  }
  [[nodiscard]] const AssetTotals& Totals(std::uint32_t asset) const { return totals_[asset]; }

  void Prefetch(std::uint32_t account, std::uint32_t asset) const {
    __builtin_prefetch(&balances_[account * stride_ + asset], 1);
  }

  void AddFree(std::uint32_t account, std::uint32_t asset, std::int64_t amount) {
    Balance& balance = balances_[account * stride_ + asset];
    balance.free += amount;
    LOCKSTEP_ASSERT(balance.free >= 0);
    digest_ += static_cast<std::uint64_t>(amount) * FreeKey(account, asset);
  }
  void AddLocked(std::uint32_t account, std::uint32_t asset, std::int64_t amount) {
    Balance& balance = balances_[account * stride_ + asset];
    balance.locked += amount;
    LOCKSTEP_ASSERT(balance.locked >= 0);
    digest_ += static_cast<std::uint64_t>(amount) * LockedKey(account, asset);
  }
  // Negative: unlocks.
  void Lock(std::uint32_t account, std::uint32_t asset, std::int64_t amount) {
    AddFree(account, asset, -amount);
    AddLocked(account, asset, amount);
  }
  void AddFee(std::uint32_t asset, std::int64_t amount) {
    totals_[asset].fees += amount;
    digest_ += static_cast<std::uint64_t>(amount) * FreeKey(0, asset);
  }
  void AddDeposit(std::uint32_t asset, std::int64_t amount) {
    totals_[asset].net_deposits += amount;
    digest_ += static_cast<std::uint64_t>(amount) * LockedKey(0, asset);
  }

  // A sum over all amounts, each times an odd key of its place: any change of one place changes it.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  void Reset() { digest_ = 0; }

  // The contribution of one balance, for a full walk.
  [[nodiscard]] std::uint64_t DigestOf(std::uint32_t account, std::uint32_t asset) const {
    const Balance& balance = Of(account, asset);
    return static_cast<std::uint64_t>(balance.free) * FreeKey(account, asset) +
           static_cast<std::uint64_t>(balance.locked) * LockedKey(account, asset);
  }
  [[nodiscard]] std::uint64_t DigestOfTotals(std::uint32_t asset) const {
    const AssetTotals& totals = totals_[asset];
    return static_cast<std::uint64_t>(totals.fees) * FreeKey(0, asset) +
           static_cast<std::uint64_t>(totals.net_deposits) * LockedKey(0, asset);
  }

 private:
  // Account and asset slots are given in log order and kept by snapshots, so they are equal on all
  // replicas.
  static std::uint64_t FreeKey(std::uint32_t account, std::uint32_t asset) {
    return Mix(account, asset) | 1;
  }
  static std::uint64_t LockedKey(std::uint32_t account, std::uint32_t asset) {
    return (Mix(account, asset) ^ 0xa5a5'a5a5'a5a5'a5a4ULL) | 1;
  }

  Balance* balances_;
  AssetTotals* totals_;
  std::size_t stride_;
  std::uint64_t digest_ = 0;
};

}  // namespace lockstep
