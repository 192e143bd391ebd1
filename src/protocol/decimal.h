// Decimal text at the edge, integers within: the only two ways across.
//
// Shape: a number of `scale` decimals (0 to limits::kMaxScale) is an int64 in units of 10^-scale.
// Text is written with exactly eight decimals always: clients compare it as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep {

inline constexpr int kTextDecimals = 8;

// Appends `units` of 10^-scale, e.g. 150 at scale 2 as "1.50000000".
void AppendDecimal(std::string& out, std::int64_t units, int scale);
[[nodiscard]] std::string DecimalText(std::int64_t units, int scale);

enum class DecimalError : std::uint8_t {
  kNone,
  kMalformed,   // not [-]digits[.digits] with at least one digit, or longer than 64 characters
  kTooPrecise,  // other than zeros behind the scale's last decimal
  kOutOfRange,  // does not fit int64 units
};

// Sets `units` when it returns kNone, and leaves it alone otherwise. No exponent, no sign "+", no
// spaces, no digits that are not ASCII. Exact: nothing is ever rounded.
[[nodiscard]] DecimalError ParseDecimal(std::string_view text, int scale, std::int64_t& units);

}  // namespace lockstep
