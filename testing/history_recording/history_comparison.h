// Asks history and the naive model the same questions.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "history/history.h"
#include "protocol/candle.h"
#include "testing/history_recording/naive_history.h"

namespace lockstep {

// All rows of all tables, whole.
void ExpectSameRows(const HistoryView& view, const NaiveHistory& naive);
// All candles of all symbols and intervals that are not too many for it, up to `now_ns`.
void ExpectSameCandles(const HistoryView& view, const NaiveHistory& naive, std::int64_t now_ns);
void ExpectSameCandles(const std::vector<Candle>& candles, const std::vector<Candle>& expected);

// Asks and waits for the answer. A time-out fails the test.
void AskAndWait(History& history, std::int64_t position,
                const std::function<void(const HistoryView&)>& question);

}  // namespace lockstep
