// One side of a book: a value for each price, best price first.
//
// Shape: sorted blocks of up to kBlockLevels prices; a directory holds each block's best key. A key
// is the price for the sell side and minus the price for the buy side, so that ascending keys are
// best first on both. Cost: O(log levels) to find, plus a move within one block to insert or erase;
// walking is a scan of arrays. Threads: one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

#include "base/assert.h"

namespace lockstep {

// As sbe::Side, without its NONE.
enum class BookSide : std::uint8_t { kBuy = 1, kSell = 2 };

template <class Value>
class PriceLevels {
  static_assert(std::is_trivially_copyable_v<Value>);

 public:
  explicit PriceLevels(BookSide side) : sign_(side == BookSide::kBuy ? -1 : 1) {}

  [[nodiscard]] std::size_t size() const { return size_; }

  // Null when there is no such level. Valid until the next FindOrInsert, Erase or Clear.
  [[nodiscard]] Value* Find(std::int64_t price_ticks);
  [[nodiscard]] const Value* Find(std::int64_t price_ticks) const {
    return const_cast<PriceLevels*>(this)->Find(price_ticks);
  }

  // A new level starts as Value{}.
  Value& FindOrInsert(std::int64_t price_ticks);

  // Requires that the level exists.
  void Erase(std::int64_t price_ticks);

  void Clear() {
    blocks_.clear();
    best_keys_.clear();
    size_ = 0;
  }

  // visit(price_ticks, const Value&) -> bool, best first; false ends the walk.
  template <class Visitor>
  void VisitBestFirst(Visitor&& visit) const {
    for (const auto& block : blocks_) {
      for (std::uint32_t i = 0; i < block->count; ++i) {
        if (!visit(sign_ * block->keys[i], block->values[i])) {
          return;
        }
      }
    }
  }

 private:
  static constexpr std::uint32_t kBlockLevels = 128;

  struct Block {
    std::uint32_t count = 0;
    std::array<std::int64_t, kBlockLevels> keys;
    std::array<Value, kBlockLevels> values;
  };

  // The block whose range covers `key`. Requires that there is one block at least.
  [[nodiscard]] std::size_t BlockOf(std::int64_t key) const {
    const auto after = std::upper_bound(best_keys_.begin(), best_keys_.end(), key);
    return after == best_keys_.begin() ? 0
                                       : static_cast<std::size_t>(after - best_keys_.begin()) - 1;
  }
  [[nodiscard]] static std::uint32_t PlaceIn(const Block& block, std::int64_t key) {
    const auto* end = block.keys.data() + block.count;
    return static_cast<std::uint32_t>(std::lower_bound(block.keys.data(), end, key) -
                                      block.keys.data());
  }
  static void MoveLevels(Block& to, std::uint32_t to_index, const Block& from,
                         std::uint32_t from_index, std::uint32_t count) {
    std::memmove(&to.keys[to_index], &from.keys[from_index], count * sizeof(std::int64_t));
    std::memmove(&to.values[to_index], &from.values[from_index], count * sizeof(Value));
  }
  void Split(std::size_t index);
  void MergeWithNext(std::size_t index);

  std::int64_t sign_;
  std::size_t size_ = 0;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<std::int64_t> best_keys_;
};

template <class Value>
Value* PriceLevels<Value>::Find(std::int64_t price_ticks) {
  if (blocks_.empty()) {
    return nullptr;
  }
  const std::int64_t key = sign_ * price_ticks;
  Block& block = *blocks_[BlockOf(key)];
  const std::uint32_t place = PlaceIn(block, key);
  return place < block.count && block.keys[place] == key ? &block.values[place] : nullptr;
}

template <class Value>
Value& PriceLevels<Value>::FindOrInsert(std::int64_t price_ticks) {
  const std::int64_t key = sign_ * price_ticks;
  if (blocks_.empty()) {
    blocks_.push_back(std::make_unique<Block>());
    best_keys_.push_back(key);
  }
  std::size_t index = BlockOf(key);
  std::uint32_t place = PlaceIn(*blocks_[index], key);
  if (place < blocks_[index]->count && blocks_[index]->keys[place] == key) {
    return blocks_[index]->values[place];
  }
  if (blocks_[index]->count == kBlockLevels) {
    Split(index);
    index = BlockOf(key);
    place = PlaceIn(*blocks_[index], key);
  }
  Block& block = *blocks_[index];
  if (place < block.count) {
    MoveLevels(block, place + 1, block, place, block.count - place);
  }
  block.keys[place] = key;
  block.values[place] = Value{};
  ++block.count;
  ++size_;
  best_keys_[index] = block.keys[0];
  return block.values[place];
}

template <class Value>
void PriceLevels<Value>::Erase(std::int64_t price_ticks) {
  LOCKSTEP_ASSERT(!blocks_.empty());
  const std::int64_t key = sign_ * price_ticks;
  const std::size_t index = BlockOf(key);
  Block& block = *blocks_[index];
  const std::uint32_t place = PlaceIn(block, key);
  LOCKSTEP_ASSERT(place < block.count && block.keys[place] == key);
  --block.count;
  --size_;
  if (place < block.count) {
    MoveLevels(block, place, block, place + 1, block.count - place);
  }
  if (block.count == 0) {
    blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(index));
    best_keys_.erase(best_keys_.begin() + static_cast<std::ptrdiff_t>(index));
    return;
  }
  best_keys_[index] = block.keys[0];
  // Merged well below full, so that a level that comes and goes does not split and merge each time.
  if (index + 1 < blocks_.size() && block.count + blocks_[index + 1]->count <= kBlockLevels / 2) {
    MergeWithNext(index);
  }
}

template <class Value>
void PriceLevels<Value>::Split(std::size_t index) {
  Block& block = *blocks_[index];
  auto upper = std::make_unique<Block>();
  const std::uint32_t kept = block.count / 2;
  upper->count = block.count - kept;
  MoveLevels(*upper, 0, block, kept, upper->count);
  block.count = kept;
  best_keys_.insert(best_keys_.begin() + static_cast<std::ptrdiff_t>(index) + 1, upper->keys[0]);
  blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(upper));
}

template <class Value>
void PriceLevels<Value>::MergeWithNext(std::size_t index) {
  Block& block = *blocks_[index];
  const Block& next = *blocks_[index + 1];
  MoveLevels(block, block.count, next, 0, next.count);
  block.count += next.count;
  blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(index) + 1);
  best_keys_.erase(best_keys_.begin() + static_cast<std::ptrdiff_t>(index) + 1);
}

}  // namespace lockstep
