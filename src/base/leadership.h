// Whether this node takes commands, and who does if it does not: what the sequencer knows of the
// cluster, for the gateways.
//
// A tenure is an unbroken time in which this node takes commands: one term of its leadership, or a
// part of one. Tenures are numbered from 1 and a number is never used again. A gateway remembers
// with each request the tenure in which it wrote the command, and asks once more after it has
// written: when the tenure is over by then, it cannot know whether the command will be logged.
// Otherwise the event LeadershipTerm tells: endedTenure says which tenures' commands either have
// been applied before it or never will be.
//
// Order, which makes this safe: the sequencer's thread closes the tenure first and drops what is in
// the ring of commands then; so what was written before it was closed is either logged or dropped.
//
// Threads: as each part says.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace lockstep {

class Leadership {
 public:
  static constexpr std::uint64_t kNoTenure = 0;
  static constexpr std::int32_t kNoLeader = -1;

  Leadership() = default;
  // A node that is alone, and so always leads: `member` is its id.
  static void MakeSole(Leadership& leadership, std::int32_t member);

  // ---- before the threads start ----

  // `changed` is called on the sequencer's thread whenever commands begin or cease to be taken here
  // or the leader changes, behind the change, as long as `owner` is there: it posts to a loop and
  // never waits. The owner goes when the sequencer's thread has stopped.
  void Listen(std::weak_ptr<const void> owner, std::function<void()> changed) {
    listeners_.push_back({.owner = std::move(owner), .changed = std::move(changed)});
  }

  // ---- sequencer thread ----

  // Commands are taken from now on, in `term`. Returns the tenure's number.
  std::uint64_t Open(std::int64_t term);
  // No longer. Idempotent.
  void Close();
  // A command is about to be logged as part of this node's batch `batch_sequence`: once it has been
  // applied, the lease lasts until `until_ns` (monotonic clock, counted from before it was logged).
  void ExpectLease(std::uint64_t batch_sequence, std::int64_t until_ns);
  // Who takes commands; kNoLeader: nobody is known to, or there is reason to think it dead.
  void SetLeader(std::int32_t member);

  // ---- engine thread ----

  // The last tenure that belongs to a term before `term`: its commands cannot come any more once
  // `term` has begun in the log. kNoTenure: there is none.
  [[nodiscard]] std::uint64_t LastBefore(std::int64_t term) const;
  // The last tenure that is over; an ingress of this node that was closed ends all of them.
  [[nodiscard]] std::uint64_t LastClosed() const;
  // A batch of this node in this life of the process was applied.
  void OnOwnBatchApplied(std::uint64_t batch_sequence) {
    if (batch_sequence >= expected_batch_.load(std::memory_order_acquire)) {
      TakeLease(batch_sequence);
    }
  }

  // ---- any thread ----

  // kNoTenure: commands are not taken here.
  [[nodiscard]] std::uint64_t tenure() const { return tenure_.load(std::memory_order_seq_cst); }
  [[nodiscard]] std::int32_t leader() const { return leader_.load(std::memory_order_acquire); }
  // What this node has applied is all that any node has acknowledged: it may answer questions about
  // accounts. `now_ns`: monotonic clock.
  [[nodiscard]] bool HoldsLease(std::int64_t now_ns) const {
    return tenure() != kNoTenure && now_ns < lease_until_ns_.load(std::memory_order_acquire);
  }

 private:
  void TakeLease(std::uint64_t batch_sequence);

  struct Tenure {
    std::uint64_t number;
    std::int64_t term;
  };
  // More than can be of interest: each is over long before.
  static constexpr std::size_t kRemembered = 64;

  void TellChange() const;

  struct Listener {
    std::weak_ptr<const void> owner;
    std::function<void()> changed;
  };
  std::vector<Listener> listeners_;
  std::atomic<std::uint64_t> tenure_{kNoTenure};
  std::atomic<std::int32_t> leader_{kNoLeader};
  std::atomic<std::int64_t> lease_until_ns_{INT64_MIN};
  std::atomic<std::uint64_t> expected_batch_{UINT64_MAX};
  mutable std::mutex mutex_;  // of what follows
  std::int64_t expected_until_ns_ = INT64_MIN;
  std::vector<Tenure> tenures_;  // in order, the last kRemembered
  std::uint64_t last_number_ = 0;
};

}  // namespace lockstep
