// One line of text for each message: for scenarios, logs, `lockstep inspect` and counterexamples of
// tests.
//
// Grammar: `word item…`. The word names the message (new, cancel, report, trade …); an item is
// `key=value` or, for the enums that speak for themselves (side, order type, time in force, exec
// type …), the value alone. Fields that are zero or empty are left out; what is left stands in a
// fixed order. Numbers are decimal and may be written with `_` between digits; enum values are the
// schema's in lower case, or a number; text escapes blanks, `%` and all that is not printable ASCII
// as %XX. A request id is `low`, or `high:low`. Example: new account=1 symbol=1 buy limit price=100
// qty=5 gtc id=a A message whose bytes have not the shape of its template is `raw hex=…`, and that
// is also read back. Threads: all functions are free of state.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace lockstep {

// The line for one command, event, query or answer (with its message header). Never fails: see
// `raw` above.
[[nodiscard]] std::string ToText(std::span<const std::byte> message);

// The bytes of one message (with its message header) from its line; what is not named is zero.
// Commands are what this is for; it reads every message that ToText writes. kInvalidArgument names
// the word that was not understood.
[[nodiscard]] Result<std::vector<std::byte>> CommandFromText(std::string_view line);

// Compares a message with a line, only in what the line names. Empty: all of that is so. Else a
// sentence about the first difference. kInvalidArgument: the line itself is wrong.
[[nodiscard]] Result<std::string> DifferenceFromText(std::string_view line,
                                                     std::span<const std::byte> message);

}  // namespace lockstep
