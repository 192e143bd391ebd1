// The parameters by which lists are paged: an id to begin at, startTime, endTime, limit.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/binance/parameter_reader.h"
#include "history/history.h"

namespace lockstep {

struct RangeParameters {
  std::string_view from_id_name;  // empty: the list has none
  std::uint32_t if_not_sent = 500;
  std::uint32_t most = 1'000;
};

// kInvalidParameter when endTime is before startTime.
[[nodiscard]] HistoryRange ReadRange(ParameterReader& reader, const RangeParameters& parameters);

// kLookupTooBig when both ends are given and lie further apart.
void CheckLookup(ParameterReader& reader, const HistoryRange& range, int longest_hours);

}  // namespace lockstep
