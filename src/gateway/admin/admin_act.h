// One act of an operator: the commands that carry it out, what they led to, and the answer.
//
// Commands are made before anything is done, so that what the audit log announces is what is sent.
// The makers refuse in the reader what is wrong with a request; the act is then not to be used.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strong_id.h"
#include "gateway/admin/admin_commands.h"
#include "gateway/admin/admin_endpoint.h"
#include "gateway/binance/engine_queries.h"
#include "gateway/binance/parameter_reader.h"
#include "lockstep_sbe/RejectReason.h"
#include "protocol/json_writer.h"
#include "protocol/reference_data.h"

namespace lockstep {

// What the engine answered to one command.
struct StepOutcome {
  sbe::RejectReason::Value reason = sbe::RejectReason::NONE;
  std::int64_t position = 0;
  // The command had been carried out when the same request was sent the first time; nothing else is
  // known of it but `count`.
  bool replayed = false;
  bool already_applied = false;           // of Deposit and Withdraw
  std::optional<BalanceOfAsset> balance;  // the same
  std::uint64_t count = 0;                // of CancelAll: orders cancelled
};

struct ActStep {
  AdminCommand command;
  AccountId account;  // in whose name
};

struct AdminAct {
  std::vector<ActStep> steps;
  SymbolId rules_of;  // the act replaces this symbol's rules; none: no symbol's
  std::string what;   // whom it concerns, for sentences: "BTCUSDT"
  // Writes the answer's members. Called when no step was rejected.
  std::function<void(JsonWriter& json, const std::vector<StepOutcome>& outcomes)> write_answer;
};

struct ActRequest {
  AdminEndpointId endpoint;
  RequestId id;       // of the first command; those of the others follow it
  AccountId account;  // the operator's
};

// Requires an endpoint that does not only read. `reference` outlives the act.
[[nodiscard]] AdminAct MakeAct(const ActRequest& request, ParameterReader& reader,
                               const ReferenceData& reference);

// The id of an act's step.
[[nodiscard]] inline RequestId StepId(const RequestId& act, std::size_t step) {
  return {.high = act.high, .low = act.low + step};
}

}  // namespace lockstep
