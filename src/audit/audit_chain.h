// The form of one line of the audit log, and what chains it to the line before.
//
//   {"number":7,"time":"2026-11-25T14:30:00.000123Z",<members>,"hash":"<64 hex digits>"}\n
//
// hash = SHA-256 of the previous line's hash, as its 64 digits (zeros for line 1), followed by this
// line's bytes up to and without `,"hash":`. So a line that is altered, removed or put in is seen
// at it or at the next; what cannot be seen is that lines are missing at the end. Numbers begin at
// 1 and have no gaps. docs/formats/audit.md. Threads: pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace lockstep {

// The place behind a line: what the next one needs.
struct AuditLink {
  std::uint64_t number = 0;  // 0: nothing yet
  std::string hash = std::string(64, '0');

  friend bool operator==(const AuditLink&, const AuditLink&) = default;
};

// Longest line that is written or read, newline included: members hold one request's parameters,
// which the HTTP parser bounds to less.
inline constexpr std::size_t kMaxAuditLineBytes = std::size_t{64} << 10U;

// Appends the next line to `out`. `members`: JSON members without braces, not empty, no newline.
// Returns the link behind it.
AuditLink AppendAuditLine(std::string& out, const AuditLink& previous, std::int64_t wall_ns,
                          std::string_view members);

// The link behind `line` (without its newline) if it follows `previous`. kCorruption says what is
// wrong with it.
Result<AuditLink> CheckAuditLine(std::string_view line, const AuditLink& previous);

}  // namespace lockstep
