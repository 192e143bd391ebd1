#include "market_data/depth_fold.h"

#include <algorithm>

#include "base/assert.h"

namespace lockstep {

void DepthFold::Add(BookSide side, std::int64_t price_ticks, std::int64_t quantity_delta_lots,
                    std::int32_t order_count_delta) {
  PriceLevels<DepthLevel>& levels = Levels(side);
  DepthLevel& level = levels.FindOrInsert(price_ticks);
  level.quantity_lots += quantity_delta_lots;
  level.order_count += static_cast<std::uint32_t>(order_count_delta);
  LOCKSTEP_ASSERT(level.quantity_lots >= 0);
  LOCKSTEP_ASSERT((level.quantity_lots == 0) == (level.order_count == 0));
  if (level.order_count == 0) {
    levels.Erase(price_ticks);
  }
  const Touched touched{.key = side == BookSide::kBuy ? -price_ticks : price_ticks, .side = side};
  // A run of fills at one price is one change; what is left is sorted out by TakeChanges.
  if (touched_.empty() || touched_.back() != touched) {
    touched_.push_back(touched);
  }
}

void DepthFold::Set(BookSide side, std::int64_t price_ticks, std::int64_t quantity_lots,
                    std::uint32_t order_count) {
  PriceLevels<DepthLevel>& levels = Levels(side);
  if (quantity_lots == 0) {
    if (levels.Find(price_ticks) != nullptr) {
      levels.Erase(price_ticks);
    }
    return;
  }
  levels.FindOrInsert(price_ticks) = {.quantity_lots = quantity_lots, .order_count = order_count};
}

void DepthFold::Clear() {
  bids_.Clear();
  asks_.Clear();
  touched_.clear();
}

void DepthFold::TakeChanges(std::vector<Change>& changes) {
  changes.clear();
  std::sort(touched_.begin(), touched_.end(), [](const Touched& left, const Touched& right) {
    return left.side != right.side ? left.side < right.side : left.key < right.key;
  });
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
  changes.reserve(touched_.size());
  for (const Touched& touched : touched_) {
    const std::int64_t price_ticks = touched.side == BookSide::kBuy ? -touched.key : touched.key;
    const DepthLevel* level = Levels(touched.side).Find(price_ticks);
    const DepthLevel now = level == nullptr ? DepthLevel{} : *level;
    changes.push_back({.price_ticks = price_ticks,
                       .quantity_lots = now.quantity_lots,
                       .order_count = now.order_count,
                       .side = touched.side});
  }
  touched_.clear();
}

}  // namespace lockstep
