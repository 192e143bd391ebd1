// Answers of the admin API as text for people. Threads: pure.
#pragma once

#include <cstdint>
#include <string>

namespace lockstep {

enum class AdminView : std::uint8_t {
  kAct,      // a line
  kRules,    // an act whose answer is a symbol's rules
  kAssets,   // tables
  kSymbols,  // the same
  kAccount,
  kAudit,
};

// `json`: an answer of status 200. What is not as expected is printed as it came.
[[nodiscard]] std::string AdminText(AdminView view, const std::string& json);

// One line: what was refused and why.
[[nodiscard]] std::string AdminErrorText(int status, const std::string& json);

}  // namespace lockstep
