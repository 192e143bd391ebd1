// Makes log entries of the commands that wait in the ingress ring: all that is waiting, up to the
// batch limit, is ONE entry.
//
// Back pressure: when the sequencer takes nothing, the finished entry is kept and offered again
// before any other, and the commands behind it stay in the ring, which fills and so tells the
// gateway. Time: when the state machine's next deadline is due by the wall clock, a Tick goes in
// front; the next one not before that Tick was applied. Leadership: while this node takes no
// commands, what is in the ring is dropped, and nothing is logged. Thread: the sequencer's. The
// counters: any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/clock.h"
#include "base/ingress_ring.h"
#include "base/leadership.h"
#include "base/limits.h"
#include "protocol/entry.h"
#include "sequencer/sequencer.h"
#include "sequencer/state_machine_driver.h"

namespace lockstep {

struct BatcherOptions {
  std::uint16_t origin_node = 0;
  // Different at each start of the process: with batch_sequence, which counts from 1, it names an
  // entry of this life.
  std::uint64_t boot_id = 0;
  // Bytes of an entry, from limits::kMinBatchBytes to limits::kMaxBatchBytes.
  std::size_t batch_limit_bytes = limits::kMaxBatchBytes;
  // A Tick at least this often, and with each the lease for as long as `lease_ns` says. 0: only
  // when a deadline is due.
  std::int64_t tick_interval_ns = 0;
  std::int64_t lease_ns = 0;
  // May be null: always leads.
  Leadership* leadership = nullptr;
};

class Batcher {
 public:
  // All must outlive the batcher. `driver` tells the deadlines, and which batches it has applied:
  // its origin is this node and boot.
  Batcher(const BatcherOptions& options, IngressRing& ring, Sequencer& sequencer,
          const StateMachineDriver& driver, const Clock& clock);

  // Appends up to `entry_limit` entries. Returns how many; fewer when the ring is empty or the
  // sequencer refuses.
  std::size_t AppendWaiting(std::size_t entry_limit);

  // Nothing waits: neither in the ring nor as an entry that was refused.
  [[nodiscard]] bool Empty() const { return pending_.empty() && ring_.Empty(); }
  // The sequencer refused the last entry offered (back pressure or failed storage).
  [[nodiscard]] bool IsHeldBack() const { return !pending_.empty(); }
  // Wall-clock time at which a Tick is to be logged; INT64_MAX: none, or one is on its way.
  [[nodiscard]] std::int64_t NextTickNs() const;

  // ---- any thread ----
  [[nodiscard]] std::uint64_t commands_appended() const {
    return commands_appended_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t entries_appended() const {
    return entries_appended_.load(std::memory_order_relaxed);
  }
  // What was in the ring when this node took no commands.
  [[nodiscard]] std::uint64_t commands_dropped() const {
    return commands_dropped_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t times_refused() const {
    return times_refused_.load(std::memory_order_relaxed);
  }

 private:
  // Fills pending_ from the ring; leaves it empty when there is nothing to log.
  void BuildEntry();
  [[nodiscard]] bool AddTick();
  void DropWaiting();
  // True: pending_ was appended and is empty now.
  [[nodiscard]] bool AppendPending();

  const BatcherOptions options_;
  IngressRing& ring_;
  Sequencer& sequencer_;
  const StateMachineDriver& driver_;
  const Clock& clock_;
  std::array<std::byte, limits::kMaxBatchBytes> buffer_;
  EntryBuilder builder_;
  std::span<const std::byte> pending_;  // a finished entry in buffer_, not yet appended
  bool pending_has_tick_ = false;
  std::uint32_t pending_commands_ = 0;
  std::uint64_t batch_sequence_ = 0;
  std::uint64_t tick_batch_ = 0;  // with the last Tick; 0: none is on its way
  std::int64_t next_regular_tick_ns_ = 0;
  std::atomic<std::uint64_t> commands_appended_{0};
  std::atomic<std::uint64_t> entries_appended_{0};
  std::atomic<std::uint64_t> commands_dropped_{0};
  std::atomic<std::uint64_t> times_refused_{0};
};

}  // namespace lockstep
