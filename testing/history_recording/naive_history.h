// What history should hold, kept the simplest way: every event in memory, every question by a walk
// over all of it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "base/strong_id.h"
#include "history/history.h"

namespace lockstep {

class NaiveHistory {
 public:
  using OrderKey = std::tuple<AccountId, SymbolId, OrderId>;

  // Any event with its message header; those that are no history are passed over.
  void Apply(std::span<const std::byte> event);

  // Ascending by account, symbol, order id.
  [[nodiscard]] const std::map<OrderKey, StoredOrder>& orders() const { return orders_; }
  // In the order in which they happened.
  [[nodiscard]] const std::vector<StoredFill>& fills() const { return fills_; }
  // By account, symbol, position and index of the command; ascending order id.
  using CommandKey = std::tuple<AccountId, SymbolId, std::int64_t, std::uint16_t>;
  [[nodiscard]] const std::map<CommandKey, std::vector<StoredChange>>& changes() const {
    return changes_;
  }
  [[nodiscard]] const std::map<SymbolId, std::vector<StoredTrade>>& trades() const {
    return trades_;
  }
  [[nodiscard]] std::vector<StoredAggregateTrade> AggregateTrades(SymbolId symbol) const;
  // From the first trade's candle to that of `now_ns`.
  [[nodiscard]] std::vector<Candle> Candles(SymbolId symbol, CandleInterval interval,
                                            std::int64_t now_ns) const;
  // Of the newest complete entry.
  [[nodiscard]] std::int64_t position() const { return position_; }

 private:
  std::map<OrderKey, StoredOrder> orders_;
  std::vector<StoredFill> fills_;
  std::map<CommandKey, std::vector<StoredChange>> changes_;
  std::map<SymbolId, std::vector<StoredTrade>> trades_;
  std::int64_t position_ = 0;
};

}  // namespace lockstep
