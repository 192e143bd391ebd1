// The words of the admin API for statuses, both ways.
#pragma once

#include <optional>
#include <string_view>

#include "lockstep_sbe/AccountStatus.h"
#include "lockstep_sbe/TradingStatus.h"

namespace lockstep {

[[nodiscard]] std::string_view AdminWordOf(sbe::TradingStatus::Value status);
[[nodiscard]] std::string_view AdminWordOf(sbe::AccountStatus::Value status);

// Nothing: no such word.
[[nodiscard]] std::optional<sbe::TradingStatus::Value> TradingStatusOf(std::string_view word);
[[nodiscard]] std::optional<sbe::AccountStatus::Value> AccountStatusOf(std::string_view word);

}  // namespace lockstep
