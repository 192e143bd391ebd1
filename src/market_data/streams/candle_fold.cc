#include "market_data/streams/candle_fold.h"

#include <cstddef>
#include <cstdint>

#include "protocol/candle.h"

namespace lockstep {
namespace {

// What was traded in `whole` before `part`, its newest piece. High and low are left as they are:
// they count again only together with `part`.
Candle Without(const Candle& whole, const Candle& part) {
  if (part.trade_count == 0 || part.open_ns < whole.open_ns) {
    return whole;
  }
  Candle rest = whole;
  rest.volume -= part.volume;
  rest.quote_volume -= part.quote_volume;
  rest.taker_buy_volume -= part.taker_buy_volume;
  rest.taker_buy_quote_volume -= part.taker_buy_quote_volume;
  rest.trade_count -= part.trade_count;
  return rest;
}

}  // namespace

void CandleFold::Seed(const Candles& present) {
  for (std::size_t i = 0; i < present.size(); ++i) {
    const auto interval = static_cast<CandleInterval>(i);
    closed_[i] = present[i];
    if (i == kMinute) {
      closed_[i] = Without(present[i], present[kSecond]);
    } else if (i > kMinute) {
      closed_[i] = Without(present[i], present[kMinute]);
    }
    end_ns_[i] = present[i].trade_count == 0 ? 0 : NextCandleOpenNs(interval, present[i].open_ns);
  }
  second_end_ns_ = end_ns_[kSecond];
}

void CandleFold::RollLongIntervals(std::int64_t time_ns) {
  for (std::size_t i = kMinute + 1; i < closed_.size(); ++i) {
    if (time_ns >= end_ns_[i]) {
      const auto interval = static_cast<CandleInterval>(i);
      closed_[i] = Candle{.open_ns = CandleOpenNs(interval, time_ns)};
      end_ns_[i] = NextCandleOpenNs(interval, closed_[i].open_ns);
    }
  }
}

Candle CandleFold::Present(CandleInterval interval) const {
  const auto index = static_cast<std::size_t>(interval);
  Candle candle = closed_[index];
  if (index > kMinute) {
    candle.Merge(closed_[kMinute]);
  }
  if (index > kSecond) {
    candle.Merge(closed_[kSecond]);
  }
  return candle;
}

}  // namespace lockstep
