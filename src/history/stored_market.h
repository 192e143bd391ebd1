// What history knows of a symbol's market when it is opened: where the streams of candles and the
// 24-hour ticker go on from after a restart.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/status.h"
#include "base/strong_id.h"
#include "history/history.h"
#include "history/store.h"
#include "protocol/candle.h"

namespace lockstep {

struct StoredMarket {
  SymbolId symbol;
  StoredTrade last_trade;  // the newest stored
  // For each CandleInterval: the candle that the newest trade lies in.
  std::array<Candle, kCandleIntervals> current{};
  // 1m candles with trades in them, the oldest first: those that may lie within the 24 hours before
  // the newest trade, and its own.
  std::vector<Candle> minutes;
};

// One for each symbol that has traded.
[[nodiscard]] Result<std::vector<StoredMarket>> LoadStoredMarkets(const HistoryStore& store);

}  // namespace lockstep
