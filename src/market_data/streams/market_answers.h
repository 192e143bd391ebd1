// Answers to MarketQuery, as Binance's REST writes them (api/v3/depth, ticker/24hr, ticker/price,
// ticker/bookTicker, avgPrice). Threads: the router's.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "market_data/stream_feed.h"
#include "market_data/streams/symbol_market.h"

namespace lockstep {

// `markets`: the symbols that the query is about and that are known. An array, if it is to be one,
// has them in that order; without one there is the first, or "{}".
[[nodiscard]] std::string AnswerMarketQuery(const MarketQuery& query,
                                            std::span<SymbolMarket* const> markets,
                                            std::int64_t wall_ns);

}  // namespace lockstep
