#include "apps/market_seed_of_history.h"

#include <utility>

namespace lockstep {

Result<MarketSeed> ReadMarketSeed(const HistoryRecorder& history) {
  auto markets = history.LoadMarkets();
  if (!markets) {
    return std::unexpected(markets.error());
  }
  MarketSeed seed;
  seed.position = history.stored_position();
  for (StoredMarket& market : *markets) {
    seed.symbols[market.symbol] = {.minutes = std::move(market.minutes),
                                   .present = market.current,
                                   .last = {.trade_id = market.last_trade.trade_id.value(),
                                            .price_ticks = market.last_trade.price,
                                            .quantity_lots = market.last_trade.quantity,
                                            .time_ns = market.last_trade.time_ns}};
  }
  return seed;
}

}  // namespace lockstep
