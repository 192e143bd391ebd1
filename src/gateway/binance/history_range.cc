#include "gateway/binance/history_range.h"

#include <string>

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerHour = std::int64_t{3'600} * 1'000'000'000;
constexpr std::int64_t kNsPerMs = 1'000'000;

}  // namespace

HistoryRange ReadRange(ParameterReader& reader, const RangeParameters& parameters) {
  HistoryRange range;
  if (!parameters.from_id_name.empty()) {
    if (const auto id = reader.Integer(parameters.from_id_name)) {
      range.from_id = static_cast<std::uint64_t>(*id);
    }
  }
  range.start_ns = reader.TimeNs("startTime");
  range.end_ns = reader.TimeNs("endTime");
  if (range.end_ns && *range.end_ns <= INT64_MAX - kNsPerMs && *range.end_ns % kNsPerMs == 0) {
    // The whole of its last millisecond.
    *range.end_ns += kNsPerMs - 1;
  }
  if (range.start_ns && range.end_ns && *range.end_ns < *range.start_ns) {
    reader.Fail(ErrorKind::kInvalidParameter, "startTime");
  }
  range.limit = reader.Limit("limit", parameters.if_not_sent, parameters.most);
  return range;
}

void CheckLookup(ParameterReader& reader, const HistoryRange& range, int longest_hours) {
  if (range.start_ns && range.end_ns &&
      *range.end_ns - *range.start_ns > longest_hours * kNsPerHour + kNsPerMs) {
    reader.Fail(ErrorKind::kLookupTooBig, std::to_string(longest_hours));
  }
}

}  // namespace lockstep
