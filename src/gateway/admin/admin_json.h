// The venue's things as the admin API writes them: members of an object that the caller has opened.
#pragma once

#include <string>

#include "gateway/binance/parameters.h"
#include "protocol/json_writer.h"
#include "protocol/reference_data.h"

namespace lockstep {

void WriteAssetMembers(JsonWriter& json, const AssetInfo& asset);
// Filters that are off are 0.
void WriteSymbolMembers(JsonWriter& json, const SymbolInfo& symbol);

// {"symbol":"BTCUSDT",…}: what was asked, as text, without what only authorizes it.
[[nodiscard]] std::string ParametersJson(const Parameters& parameters);

}  // namespace lockstep
