// The SBE commands of operators' acts. The header is the ingress adapter's business, but for the
// request id. Numbers in the schema's units; values are not checked: the reader of the request and
// the engine do.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/limits.h"
#include "base/strong_id.h"
#include "lockstep_sbe/AccountStatus.h"
#include "lockstep_sbe/TradingStatus.h"
#include "protocol/reference_data.h"

namespace lockstep {

struct SymbolRules {
  FilterInfo filters;
  std::int32_t maker_fee_ppm = 0;
  std::int32_t taker_fee_ppm = 0;
};

struct NewSymbol {
  SymbolId id;
  std::string name;
  const AssetInfo* base = nullptr;
  const AssetInfo* quote = nullptr;
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;
  sbe::TradingStatus::Value status = sbe::TradingStatus::NONE;
  SymbolRules rules;
};

struct FundsMove {
  AccountId account;
  const AssetInfo* asset = nullptr;
  std::int64_t amount = 0;
  std::uint64_t source = 0;
  std::uint64_t number = 0;
};

class AdminCommand {
 public:
  [[nodiscard]] std::span<std::byte> bytes() { return std::span(buffer_).first(size_); }

  static AdminCommand CreateAsset(const AssetInfo& asset, const RequestId& id);
  static AdminCommand CreateSymbol(const NewSymbol& symbol, const RequestId& id);
  static AdminCommand SetSymbolStatus(SymbolId symbol, sbe::TradingStatus::Value status,
                                      const RequestId& id);
  static AdminCommand SetSymbolRules(SymbolId symbol, const SymbolRules& rules,
                                     const RequestId& id);
  static AdminCommand CreateAccount(AccountId account, const RequestId& id);
  static AdminCommand SetAccountStatus(AccountId account, sbe::AccountStatus::Value status,
                                       const RequestId& id);
  static AdminCommand Deposit(const FundsMove& move, const RequestId& id);
  static AdminCommand Withdraw(const FundsMove& move, const RequestId& id);
  // Of the account in whose name it is sent, on every symbol.
  static AdminCommand CancelAll(const RequestId& id);

 private:
  template <class Codec>
  Codec Begin(const RequestId& id);
  template <class Codec>
  void End(const Codec& codec);
  template <class Codec>
  static AdminCommand MoveFunds(const FundsMove& move, const RequestId& id);

  std::array<std::byte, limits::kMaxCommandBytes> buffer_{};
  std::size_t size_ = 0;
};

}  // namespace lockstep
