// Rows of the public lists as the dialect writes them.
#pragma once

#include <cstdint>

#include "history/history.h"
#include "protocol/candle.h"
#include "protocol/json_writer.h"
#include "protocol/reference_data.h"

namespace lockstep {

struct KlineRow {
  Candle candle;
  std::int64_t close_ns = 0;  // where the next one begins
};

void WriteMarketRow(JsonWriter& json, const StoredTrade& trade, const SymbolInfo& symbol);
void WriteMarketRow(JsonWriter& json, const StoredAggregateTrade& trade, const SymbolInfo& symbol);
void WriteMarketRow(JsonWriter& json, const KlineRow& row, const SymbolInfo& symbol);

}  // namespace lockstep
