// Stands between the sequencer and the engine: after each entry it writes BatchEnd (with the time
// when the matching was done) and publishes the entry's events; and it mirrors what other threads
// want to know of the state machine.
//
// Threads: the StateMachine calls as base/state_machine.h says; the mirrors any thread.
// The readers of the ring must be polling whenever entries are applied, Recover included: a full
// ring holds the driver back.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "base/clock.h"
#include "base/digest_trail.h"
#include "base/event_ring.h"
#include "base/leadership.h"
#include "base/state_machine.h"
#include "base/status.h"

namespace lockstep {

// Who this node is in this life of its process: what it has appended itself, it knows again by
// that.
struct DriverOrigin {
  std::uint16_t node = 0;
  std::uint64_t boot_id = 0;
  // Told of own batches, asked for tenures. Null: no LeadershipTerm is written.
  Leadership* leadership = nullptr;
  // Entries up to this position are of before this life of the process. -1: the first OnLeadership
  // tells where they end.
  std::int64_t replayed_up_to = -1;
};

class StateMachineDriver final : public StateMachine {
 public:
  // All must outlive the driver; `inner` writes its events to `ring`.
  StateMachineDriver(StateMachine& inner, EventRing& ring, const Clock& clock,
                     const DriverOrigin& origin = {});

  // Also publishes the events that the inner state machine wrote while loading.
  [[nodiscard]] Status LoadSnapshot(SnapshotReader& reader) override;
  // BatchEnd says replaying = 1 until OnLeadership was called first, and for what an earlier life
  // of this node has appended: nobody waits for the replies to those entries.
  void Apply(std::int64_t position, std::int64_t timestamp_ns,
             std::span<const std::byte> entry) override;
  // Also writes LeadershipTerm.
  void OnLeadership(std::int64_t term, std::int32_t leader) override;
  // What this node has appended and is not applied by now never will be: writes LeadershipTerm.
  void OnIngressClosed();
  [[nodiscard]] bool WriteSnapshot(SnapshotWriter& writer) const override;
  [[nodiscard]] std::uint64_t Digest() const override { return inner_.Digest(); }
  [[nodiscard]] std::int64_t NextDeadlineNs() const override { return inner_.NextDeadlineNs(); }

  // Before the first entry: history already holds what is up to this position.
  void SetReplayedUpTo(std::int64_t position) { replayed_up_to_ = position; }

  // ---- any thread: as of the last applied entry ----
  // Position, digest and deadline are each whole, but may be of two neighbouring entries;
  // `applied()` is of one.
  struct Applied {
    std::int64_t position;
    std::uint64_t digest;
  };
  // Waits while an entry is being applied; for those who look now and then.
  [[nodiscard]] Applied applied() const;
  [[nodiscard]] std::int64_t applied_position() const {
    return applied_position_.load(std::memory_order_acquire);
  }
  [[nodiscard]] const DigestTrail& digest_trail() const { return digest_trail_; }
  [[nodiscard]] std::uint64_t digest() const { return digest_.load(std::memory_order_acquire); }
  [[nodiscard]] std::int64_t next_deadline_ns() const {
    return next_deadline_ns_.load(std::memory_order_acquire);
  }
  // The last batch of this life of the process that was applied; 0: none yet.
  [[nodiscard]] std::uint64_t own_batch_applied() const {
    return own_batch_applied_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::uint64_t entries_applied() const {
    return entries_applied_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t commands_applied() const {
    return commands_applied_.load(std::memory_order_relaxed);
  }

 private:
  void Mirror();
  void WriteLeadershipTerm(std::uint64_t ended_tenure);

  StateMachine& inner_;
  EventRing& ring_;
  const Clock& clock_;
  const DriverOrigin origin_;
  std::int64_t replayed_up_to_;
  bool replaying_;
  std::int64_t term_ = -1;
  std::int32_t leader_ = Leadership::kNoLeader;
  DigestTrail digest_trail_;
  std::atomic<std::uint64_t> version_{0};  // odd while position and digest are not of one entry
  std::atomic<std::int64_t> applied_position_{0};
  std::atomic<std::uint64_t> digest_{0};
  std::atomic<std::int64_t> next_deadline_ns_{INT64_MAX};
  std::atomic<std::uint64_t> own_batch_applied_{0};
  std::atomic<std::uint64_t> entries_applied_{0};
  std::atomic<std::uint64_t> commands_applied_{0};
};

}  // namespace lockstep
