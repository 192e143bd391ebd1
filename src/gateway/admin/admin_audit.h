// The admin API's way into the audit log: what an operator is about to do, what became of it, and
// what was refused before it began.
//
// Whoever holds a key could fill the disk with refused requests: at most kRefusalsPerSecond of them
// are written, and the next line that is says how many were not. Threads: the trading loop alone;
// results come back to it.
#pragma once

#include <cstdint>
#include <functional>

#include "audit/audit_log.h"
#include "base/clock.h"
#include "base/status.h"
#include "gateway/audit_lines.h"
#include "gateway/binance/api_error.h"
#include "gateway/http/io_thread.h"
#include "gateway/throttle.h"

namespace lockstep {

class AdminAudit {
 public:
  static constexpr std::uint32_t kRefusalsPerSecond = 20;
  using Done = std::function<void(const Result<std::uint64_t>&)>;

  AdminAudit(AuditLog& log, IoThread& loop, const Clock& clock)
      : log_(log), loop_(loop), clock_(clock), throttle_(kRefusalsPerSecond) {}

  // `done` with the number of the line, or why there is none.
  void Announce(const AuditAttempt& attempt, Done done);
  // Nobody waits for the line: it is written, or it waits for a disk that takes it.
  void Conclude(const AuditOutcome& outcome);
  void NoteRefused(const AuditAttempt& attempt, const ApiError& error);

 private:
  AuditLog& log_;
  IoThread& loop_;
  const Clock& clock_;
  Throttle throttle_;
  std::uint64_t not_written_ = 0;
};

}  // namespace lockstep
