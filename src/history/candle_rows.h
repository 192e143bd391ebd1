// The candles that are stored (four base intervals, of each only those with trades) and how the
// sixteen that are asked for are made of them.
//
// Threads: those of the store.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/status.h"
#include "base/strong_id.h"
#include "history/history.h"
#include "history/store.h"
#include "protocol/candle.h"

namespace lockstep {

inline constexpr std::array<CandleInterval, 4> kBaseIntervals = {
    CandleInterval::k1s, CandleInterval::k1m, CandleInterval::k1h, CandleInterval::k1d};

// The longest base interval of which every candle of `interval` is a whole number.
[[nodiscard]] CandleInterval BaseIntervalOf(CandleInterval interval);

// The stored candles of a symbol and base interval, in order of time.
class CandleRows {
 public:
  CandleRows(const HistoryStore& store, SymbolId symbol, CandleInterval base);

  // To the first that opens at or after `open_ns`, the last that opens at or before it, the first
  // or the last of all. False: there is none, or it cannot be read (see status).
  bool Seek(std::int64_t open_ns);
  bool SeekForPrev(std::int64_t open_ns);
  bool SeekToFirst();
  bool SeekToLast();
  bool Next();

  // The present one.
  [[nodiscard]] const Candle& candle() const { return candle_; }
  [[nodiscard]] Status status() const;

 private:
  bool Take(bool found);

  SymbolId symbol_;
  CandleInterval base_;
  HistoryCursor cursor_;
  Candle candle_;
  Status status_;
};

// As HistoryView::Candles.
[[nodiscard]] Result<std::vector<Candle>> ReadCandles(const HistoryStore& store, SymbolId symbol,
                                                      CandleInterval interval,
                                                      const HistoryRange& range,
                                                      std::int64_t now_ns);

}  // namespace lockstep
