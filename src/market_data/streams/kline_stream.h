// <s>@kline_<interval>: the candle under way, once in each period in which it changed, and once
// more, with x true, when it is over.
//
// It is over when a trade falls into a later one (said before that trade counts), or when the wall
// clock has gone kGraceNs beyond its end: entries take that long from their timestamp to here. A
// trade that comes later still is said with x true again. Nothing is said of intervals without a
// trade.
#pragma once

#include <cstdint>

#include "market_data/streams/stream.h"

namespace lockstep {

class KlineStream final : public Stream {
 public:
  static constexpr std::int64_t kGraceNs = 100'000'000;

  KlineStream(const SymbolMarket& market, const StreamKey& key, const StreamTopic& topic,
              StreamContext& context);

  void OnEntry(const MarketEntry& entry) override;
  void OnNextSecond(std::int64_t time_ns) override;
  void OnTimer() override;

 private:
  [[nodiscard]] std::int64_t EndNs(const Candle& candle) const {
    return NextCandleOpenNs(interval_, candle.open_ns);
  }
  void SendCandle(const Candle& candle, std::int64_t time_ns, bool over);

  const SymbolMarket& market_;
  CandleInterval interval_;
  std::int64_t period_ns_;
  bool changed_ = false;            // since the last message
  std::int64_t over_open_ns_ = -1;  // open time of the last candle that was said to be over
};

}  // namespace lockstep
