#include "engine/order_book.h"

namespace lockstep {

std::size_t OrderBook::ArenaBytes(std::size_t max_orders) {
  return SlotPool<Order>::ArenaBytes(max_orders) + SlotPool<PriceLevel>::ArenaBytes(max_orders) +
         NodePools::ArenaBytes(max_orders);
}

OrderBook::OrderBook(Arena& arena, std::size_t max_orders)
    : orders(arena, max_orders),
      levels(arena, max_orders),
      nodes_(arena, max_orders),
      index_(nodes_, levels) {}

void OrderBook::Reset() {
  orders.Reset();
  levels.Reset();
  nodes_.Reset();
}

// Whether an order has a neighbour at its price is anyone's guess. The links of one that is not
// there are written to slot 0, which nobody reads, instead of asking.
void OrderBook::Rest(Symbol& symbol, std::uint32_t order) {
  Order& joining = orders[order];
  const std::uint32_t slot = LevelFor(symbol.Side(joining.side), joining.price_ticks);
  PriceLevel& level = levels[slot];
  joining.level = slot;
  joining.next = 0;
  joining.previous = level.last;
  orders[level.last].next = order;
  level.first = level.last != 0 ? level.first : order;
  level.last = order;
  level.total_lots += joining.leaves_lots;
  ++level.order_count;
}

void OrderBook::Remove(Symbol& symbol, std::uint32_t order) {
  Order& leaving = orders[order];
  const std::uint32_t slot = leaving.level;
  PriceLevel& level = levels[slot];
  const std::uint32_t previous = leaving.previous;
  const std::uint32_t next = leaving.next;
  orders[previous].next = next;
  orders[next].previous = previous;
  level.first = previous != 0 ? level.first : next;
  level.last = next != 0 ? level.last : previous;
  leaving.level = 0;
  level.total_lots -= leaving.leaves_lots;
  if (--level.order_count != 0) {
    return;
  }
  BookSide& side = symbol.Side(leaving.side);
  (level.lower != 0 ? levels[level.lower].higher : side.lowest) = level.higher;
  (level.higher != 0 ? levels[level.higher].lower : side.highest) = level.lower;
  --side.level_count;
  index_.Erase(side.index, slot);
  levels.Free(slot);
}

std::uint32_t OrderBook::LevelFor(BookSide& side, std::int64_t price_ticks) {
  const PriceIndex::Place place = index_.Locate(side.index, price_ticks);
  if (place.level != 0) {
    return place.level;
  }
  const std::uint32_t lower = place.higher != 0 ? levels[place.higher].lower : place.lower;
  const std::uint32_t higher = lower != 0 ? levels[lower].higher : side.lowest;
  const std::uint32_t slot = levels.Take();
  levels[slot] = {.first = 0,
                  .last = 0,
                  .lower = lower,
                  .higher = higher,
                  .price_ticks = price_ticks,
                  .total_lots = 0,
                  .order_count = 0,
                  .node = {}};
  (lower != 0 ? levels[lower].higher : side.lowest) = slot;
  (higher != 0 ? levels[higher].lower : side.highest) = slot;
  ++side.level_count;
  index_.Insert(side.index, place, slot);
  return slot;
}

}  // namespace lockstep
