// Folds Trades into rows of trades, aggregate trades and candles of the base intervals.
//
// The candles under way are kept in memory, and read from the store when a symbol trades for the
// first time after a start. All trades of an aggregate trade lie in one log entry. Rows are handed
// over at the end of a log entry only. Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>

#include "base/status.h"
#include "base/strong_id.h"
#include "history/candle_rows.h"
#include "history/history.h"
#include "history/row_batch.h"
#include "history/store.h"

namespace lockstep {

class TradeFold {
 public:
  explicit TradeFold(const HistoryStore& store) : store_(store) {}

  // A Trade. Its own row goes to `rows` at once. An error: the candles under way could not be
  // read; nothing has changed then, and the same trade may be given again.
  [[nodiscard]] Status Apply(std::span<const std::byte> trade, RowBatch& rows);
  // Puts what is under way and has changed into `rows`.
  void Finish(RowBatch& rows);

 private:
  struct Market {
    std::array<Candle, kBaseIntervals.size()> candles{};  // the newest of each; no trade: none yet
    StoredAggregateTrade aggregate{};                     // the newest; id 0: none since Finish
    bool changed = false;
  };

  [[nodiscard]] Result<Market*> Of(SymbolId symbol);
  void PutCandle(SymbolId symbol, std::size_t base, const Candle& candle, RowBatch& rows);
  void PutAggregate(SymbolId symbol, const StoredAggregateTrade& aggregate, RowBatch& rows);

  const HistoryStore& store_;
  std::unordered_map<std::uint32_t, Market> markets_;
  std::string value_;  // scratch
};

}  // namespace lockstep
