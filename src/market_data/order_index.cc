#include "market_data/order_index.h"

#include <utility>

namespace lockstep {

std::uint32_t OrderIndex::Find(std::uint64_t order_id) const {
  const std::size_t mask = places_.size() - 1;
  for (std::size_t at = Home(order_id);; at = (at + 1) & mask) {
    const Place& place = places_[at];
    if (place.order_id == order_id || place.order_id == 0) {
      return place.slot;
    }
  }
}

void OrderIndex::Insert(std::uint64_t order_id, std::uint32_t slot) {
  if (2 * (size_ + 1) > places_.size()) {
    Grow();
  }
  const std::size_t mask = places_.size() - 1;
  std::size_t at = Home(order_id);
  while (places_[at].order_id != 0) {
    at = (at + 1) & mask;
  }
  places_[at] = {.order_id = order_id, .slot = slot};
  ++size_;
}

std::uint32_t OrderIndex::Erase(std::uint64_t order_id) {
  const std::size_t mask = places_.size() - 1;
  std::size_t hole = Home(order_id);
  while (places_[hole].order_id != order_id) {
    if (places_[hole].order_id == 0) {
      return kNone;
    }
    hole = (hole + 1) & mask;
  }
  const std::uint32_t slot = places_[hole].slot;
  for (std::size_t at = (hole + 1) & mask; places_[at].order_id != 0; at = (at + 1) & mask) {
    // An entry may move into the hole unless its home lies behind the hole, within (hole, at].
    const std::size_t home = Home(places_[at].order_id);
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      places_[hole] = places_[at];
      hole = at;
    }
  }
  places_[hole] = {};
  --size_;
  return slot;
}

void OrderIndex::Clear() {
  places_.assign(kInitialPlaces, {});
  size_ = 0;
}

void OrderIndex::Grow() {
  std::vector<Place> old(places_.size() * 2);
  std::swap(old, places_);
  const std::size_t mask = places_.size() - 1;
  for (const Place& place : old) {
    if (place.order_id != 0) {
      std::size_t at = Home(place.order_id);
      while (places_[at].order_id != 0) {
        at = (at + 1) & mask;
      }
      places_[at] = place;
    }
  }
}

}  // namespace lockstep
