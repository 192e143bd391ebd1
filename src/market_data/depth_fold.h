// The book by price: open quantity and number of orders at each level, and which levels have
// changed since last asked.
//
// The router adds deltas (Add) and takes the changes at each BatchEnd; a subscriber sets what a
// DepthUpdate says (Set). Range: quantities are positive and their sum at a level fits int64 (the
// ledger's bound on balances sees to it). Cost: O(log levels) for each change; TakeChanges is
// O(changes · log changes). Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "market_data/price_levels.h"

namespace lockstep {

struct DepthLevel {
  std::int64_t quantity_lots = 0;
  std::uint32_t order_count = 0;

  friend bool operator==(const DepthLevel&, const DepthLevel&) = default;
};

class DepthFold {
 public:
  // A level as it stands now; quantity 0: it is gone.
  struct Change {
    std::int64_t price_ticks;
    std::int64_t quantity_lots;
    std::uint32_t order_count;
    BookSide side;
  };

  void Add(BookSide side, std::int64_t price_ticks, std::int64_t quantity_delta_lots,
           std::int32_t order_count_delta);
  void Set(BookSide side, std::int64_t price_ticks, std::int64_t quantity_lots,
           std::uint32_t order_count);
  void Clear();

  [[nodiscard]] bool HasChanges() const { return !touched_.empty(); }

  // Replaces `changes` with each level that was added to since the last call, once, bids first,
  // best first.
  void TakeChanges(std::vector<Change>& changes);

  // Drops the record of what has changed: what is folded is not to be published.
  void ForgetChanges() { touched_.clear(); }

  [[nodiscard]] const PriceLevels<DepthLevel>& levels(BookSide side) const {
    return side == BookSide::kBuy ? bids_ : asks_;
  }
  [[nodiscard]] std::size_t LevelCount() const { return bids_.size() + asks_.size(); }

 private:
  struct Touched {
    std::int64_t key;  // ascending: best first, as PriceLevels
    BookSide side;

    friend auto operator<=>(const Touched&, const Touched&) = default;
  };

  PriceLevels<DepthLevel>& Levels(BookSide side) { return side == BookSide::kBuy ? bids_ : asks_; }

  PriceLevels<DepthLevel> bids_{BookSide::kBuy};
  PriceLevels<DepthLevel> asks_{BookSide::kSell};
  std::vector<Touched> touched_;
};

}  // namespace lockstep
