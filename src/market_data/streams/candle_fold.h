// The candle under way of each interval, from trades in the order of engine time.
//
// Shape: a trade goes into the second's candle alone; when a second ends it is merged into its
// minute, and the minute, when that ends, into all longer intervals, every one of which is a whole
// number of minutes. So a trade costs one Candle::Add, whatever the number of intervals. Time moves
// by trades only (engine time never steps back); who wants to end a candle by the wall clock
// compares its open time himself. Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "protocol/candle.h"

namespace lockstep {

class CandleFold {
 public:
  // Of each interval the present candle, which all lie around the same moment; trade_count 0 where
  // nothing has been traded in it.
  using Candles = std::array<Candle, kCandleIntervals>;

  // Goes on from `present`. Before the first trade.
  void Seed(const Candles& present);

  // A trade at `time_ns` needs RollTo first.
  [[nodiscard]] bool NeedsRoll(std::int64_t time_ns) const { return time_ns >= second_end_ns_; }

  // The second of `time_ns` becomes the present one. on_minute(const Candle&) gets the minute that
  // has ended by that, if anything was traded in it. Requires NeedsRoll.
  template <class OnMinute>
  void RollTo(std::int64_t time_ns, OnMinute&& on_minute);

  // Requires that no roll is needed.
  void Add(std::int64_t price_ticks, std::int64_t quantity_lots, bool taker_is_buyer,
           std::uint64_t trade_id) {
    closed_[0].Add(price_ticks, quantity_lots, taker_is_buyer, trade_id);
  }

  // The candle that the last trade lies in; trade_count 0: there has been none yet.
  [[nodiscard]] Candle Present(CandleInterval interval) const;

 private:
  static constexpr auto kSecond = static_cast<std::size_t>(CandleInterval::k1s);
  static constexpr auto kMinute = static_cast<std::size_t>(CandleInterval::k1m);

  // Begins the candle of each interval that has ended by `time_ns`, but for second and minute.
  void RollLongIntervals(std::int64_t time_ns);

  // By interval: what has been merged so far. The second: all of it; the minute: its seconds that
  // have ended; the others: their minutes that have ended.
  Candles closed_{};
  std::array<std::int64_t, kCandleIntervals> end_ns_{};
  std::int64_t second_end_ns_ = 0;
};

template <class OnMinute>
void CandleFold::RollTo(std::int64_t time_ns, OnMinute&& on_minute) {
  closed_[kMinute].Merge(closed_[kSecond]);
  closed_[kSecond] = Candle{.open_ns = CandleOpenNs(CandleInterval::k1s, time_ns)};
  second_end_ns_ = NextCandleOpenNs(CandleInterval::k1s, closed_[kSecond].open_ns);
  if (time_ns < end_ns_[kMinute]) {
    return;
  }
  const Candle minute = closed_[kMinute];
  closed_[kMinute] = Candle{.open_ns = CandleOpenNs(CandleInterval::k1m, time_ns)};
  end_ns_[kMinute] = NextCandleOpenNs(CandleInterval::k1m, closed_[kMinute].open_ns);
  if (minute.trade_count > 0) {
    for (std::size_t i = kMinute + 1; i < closed_.size(); ++i) {
      closed_[i].Merge(minute);
    }
    on_minute(minute);
  }
  RollLongIntervals(time_ns);
}

}  // namespace lockstep
