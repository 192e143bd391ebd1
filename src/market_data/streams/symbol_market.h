// All that the streams know of one symbol, whoever subscribes: how its numbers are written, its
// book, its last trade, its candles and its last 24 hours.
//
// Threads: the router's.
#pragma once

#include <cstdint>

#include "base/int128.h"
#include "market_data/streams/candle_fold.h"
#include "market_data/streams/json_text.h"
#include "market_data/streams/market_seed.h"
#include "market_data/streams/ticker_window.h"
#include "market_data/symbol_book.h"

namespace lockstep {

// One fill, as it is published.
struct TradeTick {
  std::uint64_t trade_id = 0;
  std::uint64_t aggregate_trade_id = 0;
  std::int64_t price_ticks = 0;
  std::int64_t quantity_lots = 0;
  std::int64_t time_ns = 0;  // engine time
  bool taker_is_buyer = false;
};

// Both sides' best levels; 0: the side is empty.
struct BestPrices {
  std::int64_t bid_ticks = 0;
  std::int64_t bid_lots = 0;
  std::int64_t ask_ticks = 0;
  std::int64_t ask_lots = 0;

  friend bool operator==(const BestPrices&, const BestPrices&) = default;
};

// 24 hours as a ticker tells them. Without a trade in them: all prices are the last one, the trade
// ids -1.
struct TickerStatistics {
  std::int64_t open = 0;
  std::int64_t high = 0;
  std::int64_t low = 0;
  std::int64_t last = 0;
  std::int64_t last_quantity = 0;
  std::int64_t change = 0;                      // last - open
  std::int64_t change_thousandths_percent = 0;  // of open, rounded half away from zero
  std::int64_t previous_close = 0;  // price of the trade before the window's first; 0: none
  Int128 average = 0;               // quote volume / volume, in 10^-8, cut off
  std::int64_t volume = 0;
  Int128 quote_volume = 0;
  std::int64_t first_trade_id = -1;
  std::int64_t last_trade_id = -1;
  std::uint64_t trade_count = 0;
  std::int64_t open_time_ns = 0;
  std::int64_t close_time_ns = 0;
  std::int64_t next_change_ns = INT64_MAX;  // by ageing alone
};

struct AveragePrice {
  Int128 price = 0;  // in 10^-8; the last price when nothing was traded in its minutes
  std::int64_t last_trade_ns = 0;
  std::int64_t next_change_ns = INT64_MAX;  // by ageing alone
};

class SymbolMarket {
 public:
  explicit SymbolMarket(const SymbolBook& book) : book_(book) {}

  void SetText(const SymbolText& text) { text_ = text; }
  // Before the first trade.
  void Seed(const SymbolSeed& seed);

  // A trade that lies in a later second than the last one needs RollTo first.
  [[nodiscard]] bool NeedsRoll(std::int64_t time_ns) const { return candles_.NeedsRoll(time_ns); }
  void RollTo(std::int64_t time_ns);
  void Add(const TradeTick& trade);

  [[nodiscard]] const SymbolBook& book() const { return book_; }
  [[nodiscard]] const SymbolText& text() const { return text_; }
  [[nodiscard]] const LastTrade& last() const { return last_; }
  [[nodiscard]] Candle PresentCandle(CandleInterval interval) const {
    return candles_.Present(interval);
  }
  [[nodiscard]] BestPrices Best() const;

  // As of `wall_ns`, or of the last trade, whichever is later.
  [[nodiscard]] TickerStatistics Statistics(std::int64_t wall_ns);
  [[nodiscard]] AveragePrice Average(std::int64_t wall_ns) const;

 private:
  // quote / volume in 10^-8, cut off. Requires volume > 0.
  [[nodiscard]] Int128 PriceOf(Int128 quote_volume, std::int64_t volume) const;

  const SymbolBook& book_;
  SymbolText text_;
  CandleFold candles_;
  TickerWindow window_;
  LastTrade last_;
};

}  // namespace lockstep
