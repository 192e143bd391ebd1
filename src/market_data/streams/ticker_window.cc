#include "market_data/streams/ticker_window.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>

#include "protocol/candle.h"

namespace lockstep {
namespace {

// Open time of the first of `minutes` whole minutes before the one of `now_ns`.
std::int64_t StartNs(std::int64_t now_ns, std::int64_t minutes) {
  const std::int64_t minute_ns = CandleOpenNs(CandleInterval::k1m, now_ns);
  return std::max<std::int64_t>(0, minute_ns - minutes * TickerWindow::kMinuteNs);
}

// When a minute is no longer among the `minutes` before the present one.
std::int64_t LeavesAt(const Candle& minute, std::int64_t minutes) {
  return minute.open_ns + (minutes + 1) * TickerWindow::kMinuteNs;
}

}  // namespace

template <class Better>
void TickerWindow::Push(std::deque<Extreme>& queue, Extreme extreme, Better better) {
  while (!queue.empty() && !better(queue.back().price_ticks, extreme.price_ticks)) {
    queue.pop_back();
  }
  queue.push_back(extreme);
}

void TickerWindow::Add(const Candle& minute) {
  minutes_.push_back(minute);
  volume_ += minute.volume;
  quote_volume_ += minute.quote_volume;
  trade_count_ += minute.trade_count;
  Push(highs_, {.open_ns = minute.open_ns, .price_ticks = minute.high}, std::greater<>());
  Push(lows_, {.open_ns = minute.open_ns, .price_ticks = minute.low}, std::less<>());
  // Also when nobody ever asks, no more is kept than counts.
  DropBefore(StartNs(minute.open_ns, kWindowMinutes));
}

void TickerWindow::DropBefore(std::int64_t start_ns) {
  while (!minutes_.empty() && minutes_.front().open_ns < start_ns) {
    const Candle& minute = minutes_.front();
    volume_ -= minute.volume;
    quote_volume_ -= minute.quote_volume;
    trade_count_ -= minute.trade_count;
    previous_close_ = minute.close;
    minutes_.pop_front();
  }
  for (std::deque<Extreme>* queue : {&highs_, &lows_}) {
    while (!queue->empty() && queue->front().open_ns < start_ns) {
      queue->pop_front();
    }
  }
}

TickerWindow::Totals TickerWindow::TotalsAt(std::int64_t now_ns, const Candle& present) {
  Totals totals;
  totals.start_ns = StartNs(now_ns, kWindowMinutes);
  DropBefore(totals.start_ns);
  totals.previous_close = previous_close_;
  if (!minutes_.empty()) {
    totals.open = minutes_.front().open;
    totals.high = highs_.front().price_ticks;
    totals.low = lows_.front().price_ticks;
    totals.volume = volume_;
    totals.quote_volume = quote_volume_;
    totals.trade_count = trade_count_;
    totals.first_trade_id = minutes_.front().first_trade_id;
    totals.last_trade_id = minutes_.back().last_trade_id;
    totals.next_change_ns = LeavesAt(minutes_.front(), kWindowMinutes);
  }
  if (present.trade_count == 0) {
    return totals;
  }
  if (present.open_ns < totals.start_ns) {
    totals.previous_close = present.close;
    return totals;
  }
  if (totals.trade_count == 0) {
    totals.open = present.open;
    totals.high = present.high;
    totals.low = present.low;
    totals.first_trade_id = present.first_trade_id;
    totals.next_change_ns = LeavesAt(present, kWindowMinutes);
  }
  totals.high = std::max(totals.high, present.high);
  totals.low = std::min(totals.low, present.low);
  totals.volume += present.volume;
  totals.quote_volume += present.quote_volume;
  totals.trade_count += present.trade_count;
  totals.last_trade_id = present.last_trade_id;
  return totals;
}

TickerWindow::Average TickerWindow::AverageAt(std::int64_t now_ns, const Candle& present) const {
  constexpr std::int64_t kBefore = kAverageMinutes - 1;
  const std::int64_t start_ns = StartNs(now_ns, kBefore);
  Average average;
  const auto take = [&](const Candle& minute) {
    average.volume += minute.volume;
    average.quote_volume += minute.quote_volume;
    average.next_change_ns = LeavesAt(minute, kBefore);  // of the oldest: it comes last
  };
  if (present.trade_count > 0 && present.open_ns >= start_ns) {
    take(present);
  }
  for (auto minute = minutes_.rbegin(); minute != minutes_.rend() && minute->open_ns >= start_ns;
       ++minute) {
    take(*minute);
  }
  return average;
}

}  // namespace lockstep
