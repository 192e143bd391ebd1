// Bytes as hexadecimal text.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace lockstep {

// Two lower-case digits for each byte.
std::string HexEncode(std::span<const std::byte> bytes);

// Fills all of `to` from exactly 2 × to.size() digits of either case. False: another length, or
// something that is no hex digit; `to` is then undefined. Takes the same time whatever the digits
// are.
[[nodiscard]] bool HexDecode(std::string_view text, std::span<std::byte> to);

}  // namespace lockstep
