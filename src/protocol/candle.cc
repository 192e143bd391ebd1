#include "protocol/candle.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

namespace lockstep {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kMinuteNs = 60 * kSecondNs;
constexpr std::int64_t kHourNs = 60 * kMinuteNs;
constexpr std::int64_t kDayNs = 24 * kHourNs;
constexpr std::int64_t kWeekNs = 7 * kDayNs;
// 1970-01-01 was a Thursday; the first Monday came four days later.
constexpr std::int64_t kFirstMondayNs = 4 * kDayNs;

struct Shape {
  std::string_view text;
  std::int64_t length_ns;  // 0: calendar months
};
constexpr std::array<Shape, kCandleIntervals> kShapes = {{{"1s", kSecondNs},
                                                          {"1m", kMinuteNs},
                                                          {"3m", 3 * kMinuteNs},
                                                          {"5m", 5 * kMinuteNs},
                                                          {"15m", 15 * kMinuteNs},
                                                          {"30m", 30 * kMinuteNs},
                                                          {"1h", kHourNs},
                                                          {"2h", 2 * kHourNs},
                                                          {"4h", 4 * kHourNs},
                                                          {"6h", 6 * kHourNs},
                                                          {"8h", 8 * kHourNs},
                                                          {"12h", 12 * kHourNs},
                                                          {"1d", kDayNs},
                                                          {"3d", 3 * kDayNs},
                                                          {"1w", kWeekNs},
                                                          {"1M", 0}}};

const Shape& ShapeOf(CandleInterval interval) {
  return kShapes[static_cast<std::size_t>(interval)];
}

std::chrono::year_month_day DateOf(std::int64_t time_ns) {
  return std::chrono::sys_days(std::chrono::days(time_ns / kDayNs));
}

std::int64_t NsOf(std::chrono::sys_days day) {
  return std::int64_t{day.time_since_epoch().count()} * kDayNs;
}

}  // namespace

std::optional<CandleInterval> ParseCandleInterval(std::string_view text) {
  for (std::size_t i = 0; i < kShapes.size(); ++i) {
    if (kShapes[i].text == text) {
      return static_cast<CandleInterval>(i);
    }
  }
  return std::nullopt;
}

std::string_view CandleIntervalText(CandleInterval interval) { return ShapeOf(interval).text; }

std::int64_t CandleOpenNs(CandleInterval interval, std::int64_t time_ns) {
  const std::int64_t length_ns = ShapeOf(interval).length_ns;
  if (length_ns == 0) {
    const auto date = DateOf(time_ns);
    return NsOf(std::chrono::sys_days(date.year() / date.month() / 1));
  }
  if (length_ns == kWeekNs) {
    const std::int64_t since = time_ns - kFirstMondayNs;
    return time_ns - ((since % kWeekNs + kWeekNs) % kWeekNs);
  }
  return time_ns - time_ns % length_ns;
}

std::int64_t NextCandleOpenNs(CandleInterval interval, std::int64_t open_ns) {
  const std::int64_t length_ns = ShapeOf(interval).length_ns;
  if (length_ns != 0) {
    return open_ns + length_ns;
  }
  const auto date = DateOf(open_ns);
  return NsOf(std::chrono::sys_days((date.year() / date.month() + std::chrono::months(1)) / 1));
}

void Candle::Add(std::int64_t price_ticks, std::int64_t quantity_lots, bool taker_is_buyer,
                 std::uint64_t trade_id) {
  if (trade_count == 0) {
    open = high = low = price_ticks;
    first_trade_id = trade_id;
  }
  high = std::max(high, price_ticks);
  low = std::min(low, price_ticks);
  close = price_ticks;
  volume += quantity_lots;
  const Int128 quote = Int128{price_ticks} * quantity_lots;
  quote_volume += quote;
  if (taker_is_buyer) {
    taker_buy_volume += quantity_lots;
    taker_buy_quote_volume += quote;
  }
  ++trade_count;
  last_trade_id = trade_id;
}

void Candle::Merge(const Candle& later) {
  if (later.trade_count == 0) {
    return;
  }
  if (trade_count == 0) {
    const std::int64_t own_open_ns = open_ns;
    *this = later;
    open_ns = own_open_ns;
    return;
  }
  high = std::max(high, later.high);
  low = std::min(low, later.low);
  close = later.close;
  volume += later.volume;
  quote_volume += later.quote_volume;
  taker_buy_volume += later.taker_buy_volume;
  taker_buy_quote_volume += later.taker_buy_quote_volume;
  trade_count += later.trade_count;
  last_trade_id = later.last_trade_id;
}

}  // namespace lockstep
