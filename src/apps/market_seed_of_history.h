// Where market data goes on from after a restart: what history has stored, in the shape in which
// the streams take it. The two rooms do not know each other.
#pragma once

#include "base/status.h"
#include "history/history_recorder.h"
#include "market_data/streams/market_seed.h"

namespace lockstep {

// Before the recorder's Start. The errors are those of its store.
[[nodiscard]] Result<MarketSeed> ReadMarketSeed(const HistoryRecorder& history);

}  // namespace lockstep
