#include "history/candle_rows.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "history/records.h"

namespace lockstep {
namespace {

// Where an answer begins and ends, both as the opening of a candle of the interval asked for.
struct Span {
  std::int64_t first_ns;
  std::int64_t last_ns;
};

// Nothing: no candle of the symbol lies in the range. `oldest_ns` and `newest_ns` lie in the first
// and the last candle that there is.
std::optional<Span> SpanOf(CandleInterval interval, const HistoryRange& range,
                           std::int64_t oldest_ns, std::int64_t newest_ns) {
  const std::int64_t end_ns = std::min(newest_ns, range.end_ns.value_or(INT64_MAX));
  if (range.limit == 0 || end_ns < 0) {
    return std::nullopt;
  }
  const std::int64_t oldest_open_ns = CandleOpenNs(interval, oldest_ns);
  const std::int64_t last_ns = CandleOpenNs(interval, end_ns);
  std::int64_t first_ns = oldest_open_ns;
  if (!range.start_ns) {
    first_ns = last_ns;
    for (std::size_t i = 1; i < range.limit && first_ns > oldest_open_ns; ++i) {
      first_ns = CandleOpenNs(interval, first_ns - 1);
    }
  } else if (*range.start_ns > last_ns) {
    return std::nullopt;
  } else if (*range.start_ns > oldest_open_ns) {
    const std::int64_t open_ns = CandleOpenNs(interval, *range.start_ns);
    first_ns = open_ns == *range.start_ns ? open_ns : NextCandleOpenNs(interval, open_ns);
  }
  if (first_ns < oldest_open_ns || first_ns > last_ns) {
    return std::nullopt;
  }
  return Span{.first_ns = first_ns, .last_ns = last_ns};
}

Candle FlatCandle(std::int64_t open_ns, std::int64_t price_ticks) {
  Candle candle{.open_ns = open_ns};
  candle.open = candle.high = candle.low = candle.close = price_ticks;
  return candle;
}

}  // namespace

CandleInterval BaseIntervalOf(CandleInterval interval) {
  return *std::find_if(kBaseIntervals.rbegin(), kBaseIntervals.rend(),
                       [&](CandleInterval base) { return base <= interval; });
}

CandleRows::CandleRows(const HistoryStore& store, SymbolId symbol, CandleInterval base)
    : symbol_(symbol), base_(base), cursor_(store, HistoryKey::Prefix(symbol, base)) {}

bool CandleRows::Take(bool found) {
  if (!found) {
    return false;
  }
  constexpr std::size_t kOpenOffset = 1 + 4 + 1;
  candle_.open_ns = static_cast<std::int64_t>(KeyNumber64(cursor_.key(), kOpenOffset));
  status_ = DecodeCandle(cursor_.value(), candle_);
  return status_.ok();
}

bool CandleRows::Seek(std::int64_t open_ns) {
  return Take(cursor_.Seek(HistoryKey::OfCandle(symbol_, base_, open_ns)));
}
bool CandleRows::SeekForPrev(std::int64_t open_ns) {
  return Take(cursor_.SeekForPrev(HistoryKey::OfCandle(symbol_, base_, open_ns)));
}
bool CandleRows::SeekToFirst() { return Take(cursor_.SeekToFirst()); }
bool CandleRows::SeekToLast() { return Take(cursor_.SeekToLast()); }
bool CandleRows::Next() { return Take(cursor_.Next()); }

Status CandleRows::status() const { return status_.ok() ? cursor_.status() : status_; }

Result<std::vector<Candle>> ReadCandles(const HistoryStore& store, SymbolId symbol,
                                        CandleInterval interval, const HistoryRange& range,
                                        std::int64_t now_ns) {
  CandleRows rows(store, symbol, BaseIntervalOf(interval));
  std::vector<Candle> candles;
  const bool has_any = rows.SeekToFirst();
  const std::int64_t oldest_ns = rows.candle().open_ns;
  if (!has_any || !rows.SeekToLast()) {
    if (Status status = rows.status(); !status.ok()) {
      return std::unexpected(status);
    }
    return candles;
  }
  const std::int64_t newest_ns = std::max(now_ns, rows.candle().open_ns);
  const auto span = SpanOf(interval, range, oldest_ns, newest_ns);
  if (!span) {
    return candles;
  }
  std::int64_t close = 0;
  if (span->first_ns > oldest_ns && rows.SeekForPrev(span->first_ns - 1)) {
    close = rows.candle().close;
  }
  bool more = rows.Seek(span->first_ns);
  std::int64_t open_ns = span->first_ns;
  while (open_ns <= span->last_ns && candles.size() < range.limit) {
    const std::int64_t next_ns = NextCandleOpenNs(interval, open_ns);
    Candle candle{.open_ns = open_ns};
    for (; more && rows.candle().open_ns < next_ns; more = rows.Next()) {
      candle.Merge(rows.candle());
    }
    candles.push_back(candle.trade_count == 0 ? FlatCandle(open_ns, close) : candle);
    close = candles.back().close;
    open_ns = next_ns;
  }
  if (Status status = rows.status(); !status.ok()) {
    return std::unexpected(status);
  }
  return candles;
}

}  // namespace lockstep
