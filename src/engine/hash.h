// The two mixing functions of the engine: for hash tables and for the digest. Fixed constants, so
// that all replicas agree.
#pragma once

#include <cstdint>

#include "base/int128.h"

namespace lockstep {

// 64 × 64 → 128 bit product, folded. Both inputs are blinded so that a zero does not wipe out the
// other.
constexpr std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  const UInt128 product =
      static_cast<UInt128>(a ^ 0x9e37'79b9'7f4a'7c15ULL) * (b ^ 0xd6e8'feb8'6659'fd93ULL);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

constexpr std::uint64_t Mix(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  return Mix(Mix(a, b), c);
}

// For the hash tables of ids that are mostly dense: 64 consecutive ids of one space stand in one
// block of a HashIndex. Recent ones, used together, then share cache lines, and pages, of which the
// processor can keep only so many at hand. The place within the block is mixed as well, so that ids
// that are multiples of something spread too.
inline constexpr std::uint32_t kDenseBlock = 64;
constexpr std::uint32_t DenseHash(std::uint64_t space, std::uint64_t id) {
  const std::uint64_t block = Mix(space, id / kDenseBlock);
  return static_cast<std::uint32_t>(block ^ id % kDenseBlock);
}

}  // namespace lockstep
