// Candles (OHLCV) and their intervals, as Binance names and aligns them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/int128.h"

namespace lockstep {

enum class CandleInterval : std::uint8_t {
  k1s,
  k1m,
  k3m,
  k5m,
  k15m,
  k30m,
  k1h,
  k2h,
  k4h,
  k6h,
  k8h,
  k12h,
  k1d,
  k3d,
  k1w,
  k1M,
};
inline constexpr int kCandleIntervals = 16;

// "1m", "1M", …; nothing for anything else.
[[nodiscard]] std::optional<CandleInterval> ParseCandleInterval(std::string_view text);
[[nodiscard]] std::string_view CandleIntervalText(CandleInterval interval);

// Start of the candle that `time_ns` (UTC, >= 0) lies in. Weeks begin on Monday, months on the
// first, three days count from 1970-01-01.
[[nodiscard]] std::int64_t CandleOpenNs(CandleInterval interval, std::int64_t time_ns);
// Start of the candle after the one that begins at `open_ns`.
[[nodiscard]] std::int64_t NextCandleOpenNs(CandleInterval interval, std::int64_t open_ns);

// What was traded in one interval. Prices in ticks, base volumes in lots, quote volumes in
// price × quantity units: 10^-(price_scale + quantity_scale) of the quote asset, which 128 bits
// hold without a bound on the number of trades.
struct Candle {
  std::int64_t open_ns = 0;
  std::int64_t open = 0;
  std::int64_t high = 0;
  std::int64_t low = 0;
  std::int64_t close = 0;
  std::int64_t volume = 0;
  Int128 quote_volume = 0;
  std::int64_t taker_buy_volume = 0;
  Int128 taker_buy_quote_volume = 0;
  std::uint64_t trade_count = 0;
  std::uint64_t first_trade_id = 0;
  std::uint64_t last_trade_id = 0;

  // Takes in one trade, which must lie in this candle's interval.
  void Add(std::int64_t price_ticks, std::int64_t quantity_lots, bool taker_is_buyer,
           std::uint64_t trade_id);
  // Takes in the candle that follows within the same longer interval.
  void Merge(const Candle& later);
};

}  // namespace lockstep
