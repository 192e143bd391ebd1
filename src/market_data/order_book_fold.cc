#include "market_data/order_book_fold.h"

#include "base/assert.h"

namespace lockstep {

OrderBookFold::Node& OrderBookFold::Known(std::uint64_t order_id) {
  const std::uint32_t slot = index_.Find(order_id);
  LOCKSTEP_ASSERT(slot != kNoSlot);
  return pool_[slot];
}

const FoldedOrder* OrderBookFold::First(BookSide side) const {
  const FoldedOrder* first = nullptr;
  (side == BookSide::kBuy ? bids_ : asks_).VisitBestFirst([&](std::int64_t, const Queue& queue) {
    first = &pool_[queue.first].order;
    return false;
  });
  return first;
}

void OrderBookFold::Join(std::uint32_t slot) {
  Node& node = pool_[slot];
  Queue& queue = Levels(node.order.side).FindOrInsert(node.order.price_ticks);
  node.previous = queue.last;
  node.next = kNoSlot;
  if (queue.last == kNoSlot) {
    queue.first = slot;
  } else {
    pool_[queue.last].next = slot;
  }
  queue.last = slot;
}

void OrderBookFold::Leave(std::uint32_t slot) {
  const Node& node = pool_[slot];
  PriceLevels<Queue>& levels = Levels(node.order.side);
  if (node.previous == kNoSlot && node.next == kNoSlot) {
    levels.Erase(node.order.price_ticks);
    return;
  }
  if (node.previous != kNoSlot && node.next != kNoSlot) {
    pool_[node.previous].next = node.next;
    pool_[node.next].previous = node.previous;
    return;
  }
  Queue& queue = *levels.Find(node.order.price_ticks);
  if (node.previous == kNoSlot) {
    queue.first = node.next;
    pool_[node.next].previous = kNoSlot;
  } else {
    queue.last = node.previous;
    pool_[node.previous].next = kNoSlot;
  }
}

void OrderBookFold::Add(const FoldedOrder& order) {
  LOCKSTEP_ASSERT(order.order_id > 0 && order.price_ticks > 0 && order.quantity_lots > 0);
  LOCKSTEP_ASSERT(!Contains(order.order_id));
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(pool_.size());
    pool_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  pool_[slot].order = order;
  index_.Insert(order.order_id, slot);
  Join(slot);
}

FoldedOrder OrderBookFold::Reduce(std::uint64_t order_id, std::int64_t quantity_lots) {
  FoldedOrder& order = Known(order_id).order;
  const FoldedOrder before = order;
  LOCKSTEP_ASSERT(quantity_lots > 0 && quantity_lots < order.quantity_lots);
  order.quantity_lots = quantity_lots;
  return before;
}

FoldedOrder OrderBookFold::Remove(std::uint64_t order_id) {
  const std::uint32_t slot = index_.Erase(order_id);
  LOCKSTEP_ASSERT(slot != kNoSlot);
  Leave(slot);
  free_.push_back(slot);
  return pool_[slot].order;
}

FoldedOrder OrderBookFold::Move(std::uint64_t order_id, std::int64_t price_ticks,
                                std::int64_t quantity_lots) {
  LOCKSTEP_ASSERT(price_ticks > 0 && quantity_lots > 0);
  const std::uint32_t slot = index_.Find(order_id);
  LOCKSTEP_ASSERT(slot != kNoSlot);
  const FoldedOrder before = pool_[slot].order;
  Leave(slot);
  pool_[slot].order.price_ticks = price_ticks;
  pool_[slot].order.quantity_lots = quantity_lots;
  Join(slot);
  return before;
}

void OrderBookFold::Clear() {
  bids_.Clear();
  asks_.Clear();
  index_.Clear();
  pool_.clear();
  free_.clear();
}

}  // namespace lockstep
