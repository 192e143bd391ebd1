// Events of the user data stream as the dialect writes them.
#pragma once

#include <cstdint>

#include "lockstep_sbe/ExecutionReport.h"
#include "protocol/json_writer.h"
#include "protocol/reference_data.h"

namespace lockstep {

// `now_ns`: the time of sending ("E").
void WriteExecutionReport(JsonWriter& json, sbe::ExecutionReport& report, const SymbolInfo& symbol,
                          const ReferenceData& reference, std::int64_t now_ns);

void WriteStreamTerminated(JsonWriter& json, std::int64_t now_ns);

}  // namespace lockstep
