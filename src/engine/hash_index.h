// From a key to the slot of a pool: open addressing with linear probing and backward-shift
// deletion, so that it never fills with tombstones.
//
// Shape: 8-byte entries {hash, slot}, twice as many as slots (a power of two); slot 0 means empty.
// The low bits of the hash are the home position. Entries come in blocks of 64, and what finds its
// position taken goes to the same position of the next block: two dense blocks (hash.h) that fall
// on each other cost one step each, not 64. The key itself stands in the pool, so Find takes a
// predicate. Cost: one cache line in nearly all cases.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "engine/arena.h"
#include "engine/hash.h"

namespace lockstep {

class HashIndex {
 public:
  static std::size_t ArenaBytes(std::size_t max_slots) {
    return Arena::BytesFor<Entry>(Capacity(max_slots));
  }

  HashIndex(Arena& arena, std::size_t max_slots)
      : entries_(arena.Array<Entry>(Capacity(max_slots))),
        mask_(static_cast<std::uint32_t>(Capacity(max_slots) - 1)) {}

  // The slot whose hash is equal and for which `is_key(slot)` holds; 0: none.
  template <class IsKey>
  [[nodiscard]] std::uint32_t Find(std::uint32_t hash, IsKey&& is_key) const {
    for (std::uint32_t at = hash & mask_;; at = Next(at)) {
      const Entry entry = entries_[at];
      if (entry.slot == 0) {
        return 0;
      }
      if (entry.hash == hash && is_key(entry.slot)) {
        return entry.slot;
      }
    }
  }

  struct Found {
    std::uint32_t slot;     // 0: none, and then
    std::uint32_t vacancy;  // is where InsertAt may put it, as long as the index does not change
  };
  template <class IsKey>
  [[nodiscard]] Found FindOrVacancy(std::uint32_t hash, IsKey&& is_key) const {
    for (std::uint32_t at = hash & mask_;; at = Next(at)) {
      const Entry entry = entries_[at];
      if (entry.slot == 0 || (entry.hash == hash && is_key(entry.slot))) {
        return {entry.slot, at};
      }
    }
  }
  void InsertAt(std::uint32_t vacancy, std::uint32_t hash, std::uint32_t slot) {
    entries_[vacancy] = {hash, slot};
  }

  // Requires that the key is absent and that fewer than max_slots are held.
  void Insert(std::uint32_t hash, std::uint32_t slot) {
    std::uint32_t at = hash & mask_;
    while (entries_[at].slot != 0) {
      at = Next(at);
    }
    entries_[at] = {hash, slot};
  }

  // Requires that (hash, slot) was inserted.
  void Erase(std::uint32_t hash, std::uint32_t slot) {
    std::uint32_t hole = hash & mask_;
    while (entries_[hole].slot != slot) {
      LOCKSTEP_DEBUG_ASSERT(entries_[hole].slot != 0);
      hole = Next(hole);
    }
    for (std::uint32_t at = Next(hole); entries_[at].slot != 0; at = Next(at)) {
      const std::uint32_t distance_from_home = Distance(entries_[at].hash & mask_, at);
      const std::uint32_t distance_from_hole = Distance(hole, at);
      if (distance_from_home >= distance_from_hole) {
        entries_[hole] = entries_[at];
        hole = at;
      }
    }
    entries_[hole] = {0, 0};
  }

  // The slot at the hash's home position, likely but not surely the one wanted; for prefetching
  // alone.
  [[nodiscard]] std::uint32_t Candidate(std::uint32_t hash) const {
    return entries_[hash & mask_].slot;
  }
  void Prefetch(std::uint32_t hash) const { __builtin_prefetch(&entries_[hash & mask_], 1); }

 private:
  struct Entry {
    std::uint32_t hash;
    std::uint32_t slot;
  };

  static std::size_t Capacity(std::size_t max_slots) {
    return std::max(std::bit_ceil(2 * max_slots + 2), std::size_t{kDenseBlock});
  }

  // All positions in a circle: one of each block, then the next one of each block.
  [[nodiscard]] std::uint32_t Next(std::uint32_t at) const {
    const std::uint32_t next = at + kDenseBlock;
    return next <= mask_ ? next : (next + 1) % kDenseBlock;
  }
  // Steps from one position to another on that circle.
  [[nodiscard]] std::uint32_t Distance(std::uint32_t from, std::uint32_t to) const {
    return (Order(to) - Order(from)) & mask_;
  }
  [[nodiscard]] std::uint32_t Order(std::uint32_t at) const {
    return at % kDenseBlock * ((mask_ + 1) / kDenseBlock) + at / kDenseBlock;
  }

  Entry* entries_;
  std::uint32_t mask_;
};

}  // namespace lockstep
