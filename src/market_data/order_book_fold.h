// The book order by order, folded from what the market publishes: every open order with its place
// in the queue of its price.
//
// Each change answers with the order as it stood before, which is what a fold by price needs
// besides. Requires that the changes are those of a correct engine in their order; anything else is
// a bug and stops the process. A subscriber's copy, which may have missed something, asks Contains
// first. Shape: orders in a pool with free list, linked in queue order; one PriceLevels per side;
// an OrderIndex by id. Cost: O(log levels) for each change; memory 48 bytes an order and 32 for its
// index. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "market_data/order_index.h"
#include "market_data/price_levels.h"

namespace lockstep {

struct FoldedOrder {
  std::uint64_t order_id = 0;
  std::int64_t price_ticks = 0;
  std::int64_t quantity_lots = 0;  // open
  BookSide side = BookSide::kBuy;

  friend bool operator==(const FoldedOrder&, const FoldedOrder&) = default;
};

class OrderBookFold {
 public:
  // At the end of its price's queue. Requires price_ticks > 0, quantity_lots > 0 and an id not in
  // the book.
  void Add(const FoldedOrder& order);

  // Sets the open quantity, which stays above 0; the place stays.
  FoldedOrder Reduce(std::uint64_t order_id, std::int64_t quantity_lots);

  FoldedOrder Remove(std::uint64_t order_id);

  // To the end of the queue of `price_ticks`, also when the price stays.
  FoldedOrder Move(std::uint64_t order_id, std::int64_t price_ticks, std::int64_t quantity_lots);

  // What a trade leaves of its maker: 0 removes it.
  FoldedOrder Fill(std::uint64_t order_id, std::int64_t leaves_quantity_lots) {
    return leaves_quantity_lots == 0 ? Remove(order_id) : Reduce(order_id, leaves_quantity_lots);
  }

  void Clear();

  [[nodiscard]] bool Contains(std::uint64_t order_id) const {
    return index_.Find(order_id) != OrderIndex::kNone;
  }
  [[nodiscard]] std::size_t size() const { return index_.size(); }

  // The order that trades next; null when the side is empty. Valid until the next change.
  [[nodiscard]] const FoldedOrder* First(BookSide side) const;

  // visit(const FoldedOrder&), best price first, in queue order.
  template <class Visitor>
  void VisitBestFirst(BookSide side, Visitor&& visit) const {
    (side == BookSide::kBuy ? bids_ : asks_).VisitBestFirst([&](std::int64_t, const Queue& queue) {
      for (std::uint32_t slot = queue.first; slot != kNoSlot; slot = pool_[slot].next) {
        visit(pool_[slot].order);
      }
      return true;
    });
  }

 private:
  static constexpr std::uint32_t kNoSlot = OrderIndex::kNone;

  struct Node {
    FoldedOrder order;
    std::uint32_t previous = kNoSlot;
    std::uint32_t next = kNoSlot;
  };
  struct Queue {
    std::uint32_t first = kNoSlot;
    std::uint32_t last = kNoSlot;
  };

  PriceLevels<Queue>& Levels(BookSide side) { return side == BookSide::kBuy ? bids_ : asks_; }
  [[nodiscard]] Node& Known(std::uint64_t order_id);
  void Join(std::uint32_t slot);
  void Leave(std::uint32_t slot);

  PriceLevels<Queue> bids_{BookSide::kBuy};
  PriceLevels<Queue> asks_{BookSide::kSell};
  OrderIndex index_;
  std::vector<Node> pool_;
  std::vector<std::uint32_t> free_;
};

}  // namespace lockstep
