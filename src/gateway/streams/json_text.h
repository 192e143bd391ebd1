// Text as a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace lockstep {

// With quotes, escaped.
[[nodiscard]] std::string JsonString(std::string_view text);

}  // namespace lockstep
