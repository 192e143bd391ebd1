// Rows on their way to the store: gathered in any order, handed over in the order of their keys.
//
// Shape: all bytes one behind the other in one block, and a place for each row, with the first 24
// bytes of its key as numbers, so that sorting rarely looks at the bytes themselves. Memory is kept
// for the next batch. Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "history/keys.h"

namespace lockstep {

class RowBatch {
 public:
  struct Row {
    std::string_view key;
    std::string_view value;
    bool is_deletion;
  };

  void Put(const HistoryKey& key, std::string_view value) { Add(key, value, false); }
  void Delete(const HistoryKey& key) { Add(key, {}, true); }

  // Puts the rows in the order of their keys. Of several with the same key the last one stays.
  void Sort();

  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] bool empty() const { return places_.empty(); }
  // Valid until the batch changes.
  [[nodiscard]] Row operator[](std::size_t index) const;
  void Clear();

 private:
  struct Place {
    std::array<std::uint64_t, 3> key_start;  // big-endian, zeros behind a shorter key
    std::uint32_t at;
    std::uint32_t value_bytes;
    std::uint16_t key_bytes;
    bool is_deletion;
  };

  void Add(const HistoryKey& key, std::string_view value, bool is_deletion);
  [[nodiscard]] std::string_view KeyOf(const Place& place) const {
    return std::string_view(bytes_).substr(place.at, place.key_bytes);
  }
  [[nodiscard]] bool HaveSameKey(const Place& a, const Place& b) const {
    return a.key_start == b.key_start && KeyOf(a) == KeyOf(b);
  }

  std::string bytes_;
  std::vector<Place> places_;
};

}  // namespace lockstep
