#include "market_data/streams/depth_accumulator.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "market_data/depth_fold.h"
#include "market_data/price_levels.h"

namespace lockstep {

void DepthAccumulator::Restart(std::uint64_t update_id) {
  touched_.clear();
  unite_at_ = kFewest;
  last_update_id_ = update_id;
}

void DepthAccumulator::Add(std::span<const DepthFold::Change> changes) {
  for (const DepthFold::Change& change : changes) {
    touched_.push_back(
        {.side = change.side,
         .key = change.side == BookSide::kBuy ? -change.price_ticks : change.price_ticks});
  }
  if (touched_.size() >= unite_at_) {
    SortAndUnite();
    unite_at_ = std::max(kFewest, 2 * touched_.size());
  }
}

void DepthAccumulator::SortAndUnite() {
  std::sort(touched_.begin(), touched_.end());
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
}

std::uint64_t DepthAccumulator::Take(const DepthFold& depth, std::uint64_t update_id,
                                     std::vector<DepthFold::Change>& changes) {
  SortAndUnite();
  changes.clear();
  for (const Touched& touched : touched_) {
    const std::int64_t price_ticks = touched.side == BookSide::kBuy ? -touched.key : touched.key;
    const DepthLevel* level = depth.levels(touched.side).Find(price_ticks);
    const DepthLevel now = level == nullptr ? DepthLevel{} : *level;
    changes.push_back({.price_ticks = price_ticks,
                       .quantity_lots = now.quantity_lots,
                       .order_count = now.order_count,
                       .side = touched.side});
  }
  const std::uint64_t first_update_id = last_update_id_ + 1;
  Restart(update_id);
  return first_update_id;
}

}  // namespace lockstep
