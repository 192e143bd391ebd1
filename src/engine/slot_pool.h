// A fixed number of records of one kind, named by index; index 0 is never given out and means
// "none".
//
// Shape: a contiguous array; freed slots are given out again last in, first out, through their
// first four bytes. Slot numbers are never visible outside the engine, so replicas may differ in
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/assert.h"
#include "engine/arena.h"

namespace lockstep {

template <class T>
class SlotPool {
 public:
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) >= sizeof(std::uint32_t));

  static std::size_t ArenaBytes(std::size_t max_slots) { return Arena::BytesFor<T>(max_slots + 1); }

  SlotPool(Arena& arena, std::size_t max_slots)
      : slots_(arena.Array<T>(max_slots + 1)), max_(static_cast<std::uint32_t>(max_slots)) {}

  [[nodiscard]] bool Full() const { return free_head_ == 0 && fresh_ == max_; }
  [[nodiscard]] std::uint32_t in_use() const { return in_use_; }

  // A slot with undefined contents. Requires !Full().
  std::uint32_t Take() {
    ++in_use_;
    if (free_head_ != 0) {
      const std::uint32_t slot = free_head_;
      std::memcpy(&free_head_, static_cast<const void*>(&slots_[slot]), sizeof(free_head_));
      return slot;
    }
    LOCKSTEP_ASSERT(fresh_ < max_);
    return ++fresh_;
  }

  void Free(std::uint32_t slot) {
    std::memcpy(static_cast<void*>(&slots_[slot]), &free_head_, sizeof(free_head_));
    free_head_ = slot;
    --in_use_;
  }

  void Prefetch(std::uint32_t slot) const {
    const char* const from = reinterpret_cast<const char*>(&slots_[slot]);
    for (std::size_t at = 0; at < sizeof(T); at += 64) {
      __builtin_prefetch(from + at, 1);
    }
  }

  T& operator[](std::uint32_t slot) { return slots_[slot]; }
  const T& operator[](std::uint32_t slot) const { return slots_[slot]; }

  // As new. The arena is cleared by its owner.
  void Reset() {
    free_head_ = 0;
    fresh_ = 0;
    in_use_ = 0;
  }

 private:
  T* slots_;
  std::uint32_t max_;
  std::uint32_t free_head_ = 0;
  std::uint32_t fresh_ = 0;
  std::uint32_t in_use_ = 0;
};

}  // namespace lockstep
