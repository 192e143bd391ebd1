// What an operator asks, read from the request's parameters and checked as far as the gateway can:
// every rule of the engine that can be told from the request and the definitions is told here, by
// the name of the parameter. docs/admin.md has the names.
//
// Each function leaves what is wrong in the reader; its result is then not to be used.
#pragma once

#include <vector>

#include "gateway/admin/admin_commands.h"
#include "gateway/binance/parameter_reader.h"
#include "protocol/reference_data.h"

namespace lockstep {

// An id that is not given is the next free one.
[[nodiscard]] AssetInfo ReadNewAsset(ParameterReader& reader, const ReferenceData& reference);
[[nodiscard]] NewSymbol ReadNewSymbol(ParameterReader& reader, const ReferenceData& reference);

struct StatusRequest {
  sbe::TradingStatus::Value status = sbe::TradingStatus::NONE;
  std::vector<const SymbolInfo*> symbols;  // those to be changed
};
// One symbol, or with all=true every one that is not CLOSED (with `from`: that has this status).
[[nodiscard]] StatusRequest ReadSymbolStatus(ParameterReader& reader,
                                             const ReferenceData& reference);

struct RulesRequest {
  const SymbolInfo* symbol = nullptr;
  SymbolRules rules;  // what is not given stays as it is
};
[[nodiscard]] RulesRequest ReadFilters(ParameterReader& reader);
[[nodiscard]] RulesRequest ReadFees(ParameterReader& reader);

[[nodiscard]] AccountId ReadAccountId(ParameterReader& reader);
[[nodiscard]] sbe::AccountStatus::Value ReadAccountStatus(ParameterReader& reader);
[[nodiscard]] FundsMove ReadFundsMove(ParameterReader& reader, const ReferenceData& reference);

}  // namespace lockstep
