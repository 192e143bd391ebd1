// Which levels have changed since a stream last spoke, and from which update id on.
//
// Only prices are kept: the quantity is the book's when the changes are taken, which is what the
// update with the book's present id has to say. Memory: O(levels changed since). Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "market_data/depth_fold.h"

namespace lockstep {

class DepthAccumulator {
 public:
  // Nothing has changed since `update_id`.
  void Restart(std::uint64_t update_id);

  void Add(std::span<const DepthFold::Change> changes);
  [[nodiscard]] bool empty() const { return touched_.empty(); }

  // Replaces `changes` with each changed level as it stands in `depth`, bids first, best first, and
  // restarts from `update_id`, the present one. Returns the first update id that they cover: one
  // more than that of the last Restart or Take.
  std::uint64_t Take(const DepthFold& depth, std::uint64_t update_id,
                     std::vector<DepthFold::Change>& changes);

 private:
  struct Touched {
    BookSide side;
    std::int64_t key;  // ascending: best first, as PriceLevels

    friend auto operator<=>(const Touched&, const Touched&) = default;
  };
  void SortAndUnite();

  std::vector<Touched> touched_;
  std::size_t unite_at_ = kFewest;  // so many touches are worth looking for repeats
  std::uint64_t last_update_id_ = 0;

  static constexpr std::size_t kFewest = 1'024;
};

}  // namespace lockstep
