// The admin API's lines in the audit log: what an operator is about to do, what became of it, and
// what was refused before it began. docs/formats/audit.md has the members.
//
// Whoever holds a key could fill the disk with refused requests: at most kRefusalsPerSecond of them
// are written, and the next line that is says how many were not. Threads: the trading loop alone;
// results come back to it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "audit/audit_log.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/strong_id.h"
#include "gateway/binance/api_error.h"
#include "gateway/http/io_thread.h"
#include "gateway/throttle.h"

namespace lockstep {

// Who asks for what.
struct AdminAttempt {
  std::string_view act;         // of the endpoint; its path for one that only reads
  std::string_view parameters;  // JSON object
  std::string_view api_key;
  AccountId account;
  std::string_view peer;
};

struct AdminOutcome {
  std::uint64_t intent = 0;  // number of its line
  std::int64_t position = 0;
  std::string_view result;  // "DONE", "REFUSED", "UNKNOWN"
  int code = 0;             // of the answer, when it was refused
  std::string_view reason;  // the same
  bool already_applied = false;
};

class AdminAudit {
 public:
  static constexpr std::uint32_t kRefusalsPerSecond = 20;
  using Done = std::function<void(const Result<std::uint64_t>&)>;

  AdminAudit(AuditLog& log, IoThread& loop, const Clock& clock)
      : log_(log), loop_(loop), clock_(clock), throttle_(kRefusalsPerSecond) {}

  // `done` with the number of the line, or why there is none.
  void Announce(const AdminAttempt& attempt, Done done);
  // Nobody waits for the line: it is written, or it waits for a disk that takes it.
  void Conclude(const AdminOutcome& outcome);
  void NoteRefused(const AdminAttempt& attempt, const ApiError& error);

  [[nodiscard]] AuditLog& log() { return log_; }

 private:
  AuditLog& log_;
  IoThread& loop_;
  const Clock& clock_;
  Throttle throttle_;
  std::uint64_t not_written_ = 0;
};

}  // namespace lockstep
