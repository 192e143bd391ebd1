#include "market_data/streams/symbol_market.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/int128.h"
#include "market_data/depth_fold.h"
#include "market_data/price_levels.h"
#include "market_data/streams/market_seed.h"
#include "protocol/candle.h"
#include "protocol/decimal.h"

namespace lockstep {
namespace {

Int128 TimesPowerOfTen(Int128 value, int exponent) {
  for (int i = 0; i < exponent; ++i) {
    value *= 10;
  }
  return value;
}

// `change` in thousandths of a percent of `open`.
std::int64_t PercentOf(std::int64_t change, std::int64_t open) {
  if (open == 0) {
    return 0;
  }
  const Int128 twice = Int128{change} * 200'000 / open;
  return static_cast<std::int64_t>((twice + (twice < 0 ? -1 : 1)) / 2);
}

}  // namespace

void SymbolMarket::Seed(const SymbolSeed& seed) {
  const Candle& present = seed.present[static_cast<std::size_t>(CandleInterval::k1m)];
  for (const Candle& minute : seed.minutes) {
    if (present.trade_count == 0 || minute.open_ns < present.open_ns) {
      window_.Add(minute);
    }
  }
  candles_.Seed(seed.present);
  last_ = seed.last;
}

void SymbolMarket::RollTo(std::int64_t time_ns) {
  candles_.RollTo(time_ns, [this](const Candle& minute) { window_.Add(minute); });
}

void SymbolMarket::Add(const TradeTick& trade) {
  candles_.Add(trade.price_ticks, trade.quantity_lots, trade.taker_is_buyer, trade.trade_id);
  last_ = {.trade_id = trade.trade_id,
           .price_ticks = trade.price_ticks,
           .quantity_lots = trade.quantity_lots,
           .time_ns = trade.time_ns};
}

BestPrices SymbolMarket::Best() const {
  BestPrices best;
  book_.depth()
      .levels(BookSide::kBuy)
      .VisitBestFirst([&](std::int64_t price_ticks, const DepthLevel& level) {
        best.bid_ticks = price_ticks;
        best.bid_lots = level.quantity_lots;
        return false;
      });
  book_.depth()
      .levels(BookSide::kSell)
      .VisitBestFirst([&](std::int64_t price_ticks, const DepthLevel& level) {
        best.ask_ticks = price_ticks;
        best.ask_lots = level.quantity_lots;
        return false;
      });
  return best;
}

Int128 SymbolMarket::PriceOf(Int128 quote_volume, std::int64_t volume) const {
  // Whole ticks and the rest apart, so that nothing outgrows 128 bits.
  const int more_places = kTextDecimals - text_.price_scale();
  return TimesPowerOfTen(quote_volume / volume, more_places) +
         TimesPowerOfTen(quote_volume % volume, more_places) / volume;
}

TickerStatistics SymbolMarket::Statistics(std::int64_t wall_ns) {
  const std::int64_t now_ns = std::max(wall_ns, last_.time_ns);
  const TickerWindow::Totals totals =
      window_.TotalsAt(now_ns, candles_.Present(CandleInterval::k1m));
  TickerStatistics statistics{.open = last_.price_ticks,
                              .high = last_.price_ticks,
                              .low = last_.price_ticks,
                              .last = last_.price_ticks,
                              .last_quantity = last_.quantity_lots,
                              .previous_close = totals.previous_close,
                              .open_time_ns = totals.start_ns,
                              .close_time_ns = now_ns};
  if (totals.trade_count == 0) {
    return statistics;
  }
  statistics.open = totals.open;
  statistics.high = totals.high;
  statistics.low = totals.low;
  statistics.change = statistics.last - totals.open;
  statistics.change_thousandths_percent = PercentOf(statistics.change, totals.open);
  statistics.average = PriceOf(totals.quote_volume, totals.volume);
  statistics.volume = totals.volume;
  statistics.quote_volume = totals.quote_volume;
  statistics.first_trade_id = static_cast<std::int64_t>(totals.first_trade_id);
  statistics.last_trade_id = static_cast<std::int64_t>(totals.last_trade_id);
  statistics.trade_count = totals.trade_count;
  statistics.next_change_ns = totals.next_change_ns;
  return statistics;
}

AveragePrice SymbolMarket::Average(std::int64_t wall_ns) const {
  const std::int64_t now_ns = std::max(wall_ns, last_.time_ns);
  const TickerWindow::Average average =
      window_.AverageAt(now_ns, candles_.Present(CandleInterval::k1m));
  return {.price = average.volume > 0 ? PriceOf(average.quote_volume, average.volume)
                                      : PriceOf(last_.price_ticks, 1),
          .last_trade_ns = last_.time_ns,
          .next_change_ns = average.next_change_ns};
}

}  // namespace lockstep
