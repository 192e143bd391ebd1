// Order id → slot number: open addressing with linear probing, which is all that the fold of an
// order-by-order feed asks.
//
// Shape: a power-of-two array of (id, slot), at most half full; id 0 (no order has it) marks an
// empty place; an erase shifts the run behind it back, so there are no tombstones. Cost: O(1), one
// or two cache lines; growth doubles and rehashes. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lockstep {

class OrderIndex {
 public:
  static constexpr std::uint32_t kNone = 0xffff'ffffU;

  OrderIndex() : places_(kInitialPlaces) {}

  // kNone when there is no such order.
  [[nodiscard]] std::uint32_t Find(std::uint64_t order_id) const;

  // Requires order_id > 0 and not yet there.
  void Insert(std::uint64_t order_id, std::uint32_t slot);

  // Returns the slot it had; kNone when it was not there.
  std::uint32_t Erase(std::uint64_t order_id);

  [[nodiscard]] std::size_t size() const { return size_; }
  void Clear();

 private:
  static constexpr std::size_t kInitialPlaces = 1024;

  struct Place {
    std::uint64_t order_id = 0;
    std::uint32_t slot = kNone;
  };

  // Ids are given out in sequence; the multiplication spreads them so that long-lived ones form no
  // runs.
  [[nodiscard]] std::size_t Home(std::uint64_t order_id) const {
    return static_cast<std::size_t>((order_id * 0x9E37'79B9'7F4A'7C15U) >> 32) &
           (places_.size() - 1);
  }
  void Grow();

  std::vector<Place> places_;
  std::size_t size_ = 0;
};

}  // namespace lockstep
