// How often each thing has happened in the market since the process began, for metrics.
//
// The router counts the events of an entry and, at its end, adds them up or, for an entry that was
// replayed, drops them. Threads: Count, Commit, Discard: the router's. The rest: any; each number
// is true by itself.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace lockstep {

class EventCounts {
 public:
  enum class Kind : std::uint8_t {
    kAccepted,   // new orders that were not rejected
    kTrade,      // fills, each once
    kCanceled,   // orders
    kReplaced,   // amended or moved
    kExpired,    // orders, or what was left of them
    kPrevented,  // orders touched by self-trade prevention
    kReplayedRequest,
    kRejected,
  };
  static constexpr std::size_t kKinds = 8;
  // Values of RejectReason; those that this build does not know count as the last.
  static constexpr std::size_t kReasons = 64;

  // One event with its message header; kinds that are not counted are passed over.
  void Count(std::uint16_t template_id, std::span<const std::byte> message);
  void Commit();
  void Discard();

  [[nodiscard]] std::uint64_t Of(Kind kind) const {
    return totals_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t RejectedBecause(std::size_t reason) const {
    return rejects_[reason].load(std::memory_order_relaxed);
  }

 private:
  void Add(Kind kind) { ++pending_[static_cast<std::size_t>(kind)]; }

  std::array<std::uint64_t, kKinds> pending_{};
  std::array<std::uint64_t, kReasons> pending_rejects_{};
  std::array<std::atomic<std::uint64_t>, kKinds> totals_{};
  std::array<std::atomic<std::uint64_t>, kReasons> rejects_{};
};

}  // namespace lockstep
