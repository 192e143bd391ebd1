// What was traded in the last 24 hours, rolling by minutes: the minute under way and the 1,440
// before it, so that the window is up to 59.999 s longer than a day.
//
// Shape: a queue of the minutes in which anything was traded, with running sums; high and low from
// monotonic queues. Cost: O(1) amortised for each minute that comes or goes, nothing for a trade.
// Time also passes when nothing is traded: what has grown too old leaves when somebody asks. Time
// that steps back brings nothing back. Threads: one.
#pragma once

#include <cstdint>
#include <deque>

#include "base/int128.h"
#include "protocol/candle.h"

namespace lockstep {

class TickerWindow {
 public:
  static constexpr std::int64_t kMinuteNs = 60'000'000'000;
  static constexpr std::int64_t kWindowMinutes = 1'440;  // besides the one under way
  static constexpr int kAverageMinutes = 5;              // of avgPrice, with the one under way

  struct Totals {
    std::int64_t open = 0;  // all prices 0 when nothing was traded
    std::int64_t high = 0;
    std::int64_t low = 0;
    std::int64_t volume = 0;
    Int128 quote_volume = 0;
    std::uint64_t trade_count = 0;
    std::uint64_t first_trade_id = 0;
    std::uint64_t last_trade_id = 0;
    // Price of the trade before the first in the window; 0: there was none.
    std::int64_t previous_close = 0;
    std::int64_t start_ns = 0;  // of the window
    // When something that counts now will have grown too old; INT64_MAX: nothing counts.
    std::int64_t next_change_ns = INT64_MAX;
  };

  struct Average {
    std::int64_t volume = 0;
    Int128 quote_volume = 0;
    std::int64_t next_change_ns = INT64_MAX;
  };

  // A minute that has ended. Later than all before, with a trade at least.
  void Add(const Candle& minute);

  // As of `now_ns`. `present`: the minute of the last trade, not yet added; it need not be that of
  // `now_ns`.
  [[nodiscard]] Totals TotalsAt(std::int64_t now_ns, const Candle& present);
  [[nodiscard]] Average AverageAt(std::int64_t now_ns, const Candle& present) const;

 private:
  struct Extreme {
    std::int64_t open_ns;  // of its minute
    std::int64_t price_ticks;
  };

  void DropBefore(std::int64_t start_ns);
  // Keeps those of `queue` that are better than what comes after them.
  template <class Better>
  static void Push(std::deque<Extreme>& queue, Extreme extreme, Better better);

  std::deque<Candle> minutes_;
  std::deque<Extreme> highs_;
  std::deque<Extreme> lows_;
  std::int64_t volume_ = 0;
  Int128 quote_volume_ = 0;
  std::uint64_t trade_count_ = 0;
  std::int64_t previous_close_ = 0;
};

}  // namespace lockstep
