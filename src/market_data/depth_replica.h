// A subscriber's copy of a symbol's book by price, kept from the DepthUpdate messages of one
// subscription.
//
// Use: Apply each DepthUpdate in the order received; the book may be looked at while IsWhole().
// What comes from outside is checked and never asserted: anything that does not fit is answered,
// and the copy then waits for the next snapshot (subscribe again to get one). Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "market_data/depth_fold.h"

namespace lockstep {

class DepthReplica {
 public:
  enum class Outcome : std::uint8_t {
    kApplied,
    kGap,        // firstUpdateId is not the next one: something was missed
    kMalformed,  // not a whole DepthUpdate, or values that no book has
  };

  // `message` with its message header, without framing header.
  Outcome Apply(std::span<const std::byte> message);

  // A snapshot has been received in full, and no update is half received.
  [[nodiscard]] bool IsWhole() const { return state_ == State::kWhole; }
  [[nodiscard]] const DepthFold& depth() const { return depth_; }
  [[nodiscard]] std::uint64_t last_update_id() const { return last_update_id_; }

 private:
  enum class State : std::uint8_t { kNoSnapshot, kInSnapshot, kInUpdate, kWhole };

  DepthFold depth_;
  std::uint64_t last_update_id_ = 0;
  State state_ = State::kNoSnapshot;
};

}  // namespace lockstep
