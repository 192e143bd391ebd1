// Events of a made-up market, in the proportions of a busy one, for measuring who reads them: one
// symbol, orders added, cancelled, reduced and filled at random, private reports between the public
// events as the engine writes them.
//
// Prices: most changes happen near the touch, the rest anywhere within the given number of levels.
// Deterministic by seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "base/event_ring.h"
#include "base/strong_id.h"

namespace lockstep {

class SyntheticMarket {
 public:
  // Engine time begins at `start_ns`.
  SyntheticMarket(SymbolId symbol, EventRing& ring, std::int64_t levels_per_side,
                  std::int64_t start_ns)
      : symbol_(symbol),
        ring_(ring),
        levels_per_side_(levels_per_side),
        time_ns_(start_ns),
        random_(1) {}

  void WriteDefinition();
  // One order added, anywhere on its side.
  void AddFarOrder() { AddOrder(levels_per_side_); }
  // What one command causes: two events, or three for a fill.
  void WriteCommand();
  void EndBatch();

  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] std::size_t open_orders() const { return open_.size(); }

 private:
  struct Order {
    std::uint64_t order_id;
    std::int64_t price_ticks;
    std::int64_t quantity_lots;
    bool buy;
  };

  void AddOrder(std::int64_t levels);
  void WriteReport();
  void WriteChange(std::uint8_t action, const Order& before, const Order& after);
  void WriteTrade(const Order& maker, std::int64_t quantity_lots);
  void Forget(std::size_t at);

  SymbolId symbol_;
  EventRing& ring_;
  std::int64_t levels_per_side_;
  std::int64_t time_ns_;
  std::mt19937_64 random_;
  std::vector<Order> open_;
  std::uint64_t order_id_ = 0;
  std::uint64_t trade_id_ = 0;
  std::uint64_t symbol_sequence_ = 0;
  std::int64_t position_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace lockstep
