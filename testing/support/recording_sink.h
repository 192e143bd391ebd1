// An EventSink that keeps the events in memory, for tests.
//
// Shape: a slot of limits::kMaxEventBytes for each event; a slot does not move while it is filled.
// Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <vector>

#include "base/assert.h"
#include "base/event_sink.h"
#include "base/limits.h"

namespace lockstep::testing {

class RecordingSink final : public EventSink {
 public:
  std::byte* Claim(std::size_t length) override {
    LOCKSTEP_ASSERT(length <= limits::kMaxEventBytes);
    slots_.resize(committed_ + 1);
    return slots_.back().bytes.data();
  }

  void Commit(std::size_t length) override {
    LOCKSTEP_ASSERT(committed_ < slots_.size() && length <= limits::kMaxEventBytes);
    slots_[committed_++].length = length;
  }

  // The events since the last call, as SBE messages.
  [[nodiscard]] std::vector<std::vector<std::byte>> Take() {
    std::vector<std::vector<std::byte>> events;
    events.reserve(committed_);
    for (std::size_t i = 0; i < committed_; ++i) {
      const auto begin = slots_[i].bytes.begin();
      events.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(slots_[i].length));
    }
    slots_.clear();
    committed_ = 0;
    return events;
  }

 private:
  struct Slot {
    // Not zero: the engine must write every byte of its event.
    Slot() { bytes.fill(std::byte{0xa5}); }
    alignas(8) std::array<std::byte, limits::kMaxEventBytes> bytes;
    std::size_t length = 0;
  };

  std::deque<Slot> slots_;
  std::size_t committed_ = 0;
};

}  // namespace lockstep::testing
