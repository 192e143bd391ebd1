// What the admin API refuses besides what the dialect knows (binance/api_error.h): codes from -9001
// on, each with its own HTTP status and sentence. The one table of them is in the .cc;
// docs/admin.md shows it.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/binance/api_error.h"
#include "lockstep_sbe/RejectReason.h"

namespace lockstep {

// "{}" in a text stands for the argument of MakeAdminError.
enum class AdminErrorKind : std::uint8_t {
  kUnknownAccount,       // -9001
  kUnknownAsset,         // -9002
  kAlreadyExists,        // -9003 {what}
  kExchangeFull,         // -9004
  kInvalidDefinition,    // -9005
  kInvalidAmount,        // -9006
  kInsufficientBalance,  // -9007
  kTooManySources,       // -9008
  kRulesChanging,        // -9009
  kAuditUnavailable,     // -9010 {why}
  kNothingToChange,      // -9011
};

[[nodiscard]] ApiError MakeAdminError(AdminErrorKind kind, std::string_view argument = {});

// What the engine refused. `what`: the thing that the act was about, for the sentence.
[[nodiscard]] ApiError MakeAdminError(sbe::RejectReason::Value reason, std::string_view what);

}  // namespace lockstep
