// What gateways write into the audit log: the members of its lines. docs/formats/audit.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/strong_id.h"

namespace lockstep {

// Who asks for what, and by which way.
struct AuditAttempt {
  std::string_view by;          // "HTTP", "SBE"
  std::string_view act;         // "CREATE_ASSET"; a path for what only reads
  std::string_view parameters;  // JSON object
  std::string_view api_key;     // never the secret
  AccountId account;
  std::string_view peer;  // numeric address
};

struct AuditRefusal {
  int code = 0;
  std::string_view reason;
  std::uint64_t not_written = 0;  // earlier refusals that have no line
};

struct AuditOutcome {
  std::uint64_t intent = 0;   // number of its line
  std::string_view result;    // "DONE", "REFUSED", "UNKNOWN"
  std::int64_t position = 0;  // of the newest entry of the log that it has caused; 0: none
  int code = 0;               // 0: not refused
  std::string_view reason = {};
  bool already_applied = false;
};

[[nodiscard]] std::string IntentMembers(const AuditAttempt& attempt);
[[nodiscard]] std::string RefusalMembers(const AuditAttempt& attempt, const AuditRefusal& refusal);
[[nodiscard]] std::string OutcomeMembers(const AuditOutcome& outcome);

}  // namespace lockstep
