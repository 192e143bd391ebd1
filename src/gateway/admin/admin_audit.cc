#include "gateway/admin/admin_audit.h"

#include <utility>

namespace lockstep {

void AdminAudit::Announce(const AuditAttempt& attempt, Done done) {
  log_.Append(AuditLog::Kind::kIntent, IntentMembers(attempt),
              [&loop = loop_, done = std::move(done)](const Result<std::uint64_t>& number) {
                loop.Post([done, number] { done(number); });
              });
}

void AdminAudit::Conclude(const AuditOutcome& outcome) {
  log_.Append(AuditLog::Kind::kOutcome, OutcomeMembers(outcome), nullptr);
}

void AdminAudit::NoteRefused(const AuditAttempt& attempt, const ApiError& error) {
  if (!throttle_.Take(clock_.MonotonicNs())) {
    ++not_written_;
    return;
  }
  log_.Append(AuditLog::Kind::kNote,
              RefusalMembers(attempt, {.code = error.code,
                                       .reason = error.message,
                                       .not_written = std::exchange(not_written_, 0)}),
              nullptr);
}

}  // namespace lockstep
