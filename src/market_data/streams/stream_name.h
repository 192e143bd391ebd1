// The names of streams and what they mean.
//
// Binance's, the symbol in lower case: <s>@trade, @aggTrade, @depth[@100ms|@1000ms],
// @depth5|10|20[@100ms|@1000ms], @bookTicker, @kline_<interval>, @ticker, @miniTicker, @avgPrice,
// and !miniTicker@arr[@1000ms]. Our own, the symbol as it is written: /topic/market/trade/SYMBOL
// and /topic/market/depth/SYMBOL, depth after every log entry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/candle.h"

namespace lockstep {

enum class StreamKind : std::uint8_t {
  kTrade,
  kAggregateTrade,
  kDiffDepth,
  kPartialDepth,
  kBookTicker,
  kKline,
  kTicker,
  kMiniTicker,
  kAllMiniTickers,
  kAveragePrice,
};

struct StreamKey {
  StreamKind kind = StreamKind::kTrade;
  std::string symbol;          // lower case; empty where the stream is of all symbols
  std::int64_t period_ns = 0;  // no two messages within one; 0: at once
  std::uint32_t levels = 0;    // kPartialDepth
  CandleInterval interval = CandleInterval::k1s;  // kKline

  friend bool operator==(const StreamKey&, const StreamKey&) = default;
};

// Nothing for what is no name of a stream.
[[nodiscard]] std::optional<StreamKey> ParseStreamName(std::string_view name);

// ASCII letters in lower case: how streams name a symbol.
[[nodiscard]] std::string LowerCase(std::string_view text);

}  // namespace lockstep
