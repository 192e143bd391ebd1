// The order books of all symbols: which orders rest, at which price, in which order. Knows nothing
// of money or events.
//
// Invariants: a level is in its side's index and list exactly while it has orders; total_lots is
// the sum of their leaves. Cost: best price O(1); leave a level O(1); join one: one descent of the
// radix tree.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/arena.h"
#include "engine/price_index.h"
#include "engine/records.h"
#include "engine/slot_pool.h"
#include "engine/symbol.h"

namespace lockstep {

class OrderBook {
 public:
  static std::size_t ArenaBytes(std::size_t max_orders);
  OrderBook(Arena& arena, std::size_t max_orders);
  void Reset();

  // Puts the order at the end of its price's queue. Requires price, leaves and side set, and level
  // 0.
  void Rest(Symbol& symbol, std::uint32_t order);
  // Takes it out again; the order itself stays in its slot.
  void Remove(Symbol& symbol, std::uint32_t order);
  // Shrinks a resting order that keeps its place. Requires lots <= leaves; an order left with
  // nothing must be removed next.
  void Reduce(std::uint32_t order, std::int64_t lots) {
    orders[order].leaves_lots -= lots;
    levels[orders[order].level].total_lots -= lots;
  }

  // Slot of the level at exactly this price; 0: none.
  [[nodiscard]] std::uint32_t FindLevel(const BookSide& side, std::int64_t price_ticks) const {
    return index_.Locate(side.index, price_ticks).level;
  }

  // The next level away from the best, of the side on which `level` stands.
  [[nodiscard]] std::uint32_t NextWorse(std::uint8_t side, std::uint32_t level) const {
    return side == kBuy ? levels[level].lower : levels[level].higher;
  }

  SlotPool<Order> orders;
  SlotPool<PriceLevel> levels;

 private:
  std::uint32_t LevelFor(BookSide& side, std::int64_t price_ticks);

  NodePools nodes_;
  PriceIndex index_;
};

}  // namespace lockstep
