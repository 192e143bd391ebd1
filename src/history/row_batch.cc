#include "history/row_batch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/assert.h"
#include "history/keys.h"

namespace lockstep {
namespace {

std::array<std::uint64_t, 3> StartOf(std::string_view key) {
  std::array<std::uint64_t, 3> start{};
  std::memcpy(start.data(), key.data(), std::min(key.size(), sizeof(start)));
  for (std::uint64_t& part : start) {
    part = __builtin_bswap64(part);
  }
  return start;
}

static_assert(std::endian::native == std::endian::little);

}  // namespace

void RowBatch::Add(const HistoryKey& key, std::string_view value, bool is_deletion) {
  const std::string_view name = key.view();
  LOCKSTEP_ASSERT(bytes_.size() + name.size() + value.size() <= UINT32_MAX);
  places_.push_back({.key_start = StartOf(name),
                     .at = static_cast<std::uint32_t>(bytes_.size()),
                     .value_bytes = static_cast<std::uint32_t>(value.size()),
                     .key_bytes = static_cast<std::uint16_t>(name.size()),
                     .is_deletion = is_deletion});
  bytes_ += name;
  bytes_ += value;
}

void RowBatch::Sort() {
  std::ranges::sort(places_, [this](const Place& a, const Place& b) {
    if (a.key_start != b.key_start) {
      return a.key_start < b.key_start;
    }
    const int order = KeyOf(a).compare(KeyOf(b));
    return order != 0 ? order < 0 : a.at < b.at;
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (i + 1 == places_.size() || !HaveSameKey(places_[i], places_[i + 1])) {
      places_[kept++] = places_[i];
    }
  }
  places_.resize(kept);
}

RowBatch::Row RowBatch::operator[](std::size_t index) const {
  const Place& place = places_[index];
  return {.key = KeyOf(place),
          .value = std::string_view(bytes_).substr(place.at + place.key_bytes, place.value_bytes),
          .is_deletion = place.is_deletion};
}

void RowBatch::Clear() {
  bytes_.clear();
  places_.clear();
}

}  // namespace lockstep
