// Draws what `lockstep top` shows: book, tape and latency, as lines of text.
//
// Shape: always the same number of lines, about 80 columns. With `colour`, ANSI escape codes stand
// around prices; the text is the same. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/top_model.h"

namespace lockstep {

// Lines besides the book's levels: 4 above, the spread, 3 below.
inline constexpr std::size_t kTopOtherLines = 8;

// `levels` for each side of the book; 2 · levels + kTopOtherLines lines.
[[nodiscard]] std::vector<std::string> DrawTop(const TopModel& model, std::size_t levels,
                                               bool colour);

// 12345 with scale 2: "123.45". Any value, scale 0 to 18.
[[nodiscard]] std::string DecimalText(std::int64_t value, std::uint8_t scale);

}  // namespace lockstep
