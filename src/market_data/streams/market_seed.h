// What trades before the log's present reach have left: from history, at start, so that candles,
// 24-hour statistics and last prices go on as if the process had never ended.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/strong_id.h"
#include "market_data/streams/candle_fold.h"
#include "protocol/candle.h"

namespace lockstep {

// As the last trade of a symbol stands in its statistics; trade_id 0: there was none.
struct LastTrade {
  std::uint64_t trade_id = 0;
  std::int64_t price_ticks = 0;
  std::int64_t quantity_lots = 0;
  std::int64_t time_ns = 0;
};

struct SymbolSeed {
  // Of the last 24 hours and a minute, those in which anything was traded, by time. Older ones, or
  // none, are no error; the one in which the last trade lies is taken from `present`.
  std::vector<Candle> minutes;
  // Of each interval the one in which the last trade lies. The second's may be missing
  // (trade_count 0): its trades then count from the minute on.
  CandleFold::Candles present{};
  LastTrade last;
};

struct MarketSeed {
  // Every trade up to this entry is in the seed, and none behind it. -1: it holds nothing.
  std::int64_t position = -1;
  std::map<SymbolId, SymbolSeed> symbols;
};

}  // namespace lockstep
