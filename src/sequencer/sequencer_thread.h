// The sequencer's thread: append what waits, commit it as one group, sleep on the ingress ring when
// idle.
//
// Stopping drains: Stop returns when all that was in the ring is committed, or when the sequencer
// refuses to take it for `drain_limit_ns`. The gateway must have stopped writing before.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "base/clock.h"
#include "base/ingress_ring.h"
#include "base/thread_kind.h"
#include "sequencer/batcher.h"
#include "sequencer/sequencer.h"

namespace lockstep {

struct SequencerThreadOptions {
  // kUrgent in a cluster, whose heartbeats this thread sends.
  ThreadKind kind = ThreadKind::kPrompt;
  // Entries that one commit makes durable together: bounds how long the first of them waits for the
  // others.
  std::size_t entries_per_commit = 64;
  // Looks again this long after it has run out of work before it sleeps.
  std::int64_t spin_ns = 5'000;
  // Sleeps at most this long: bounds how late a timed sync or a Tick is.
  std::int64_t idle_ns = 20'000'000;
  // Sleeps this long while the sequencer refuses entries.
  std::int64_t held_back_ns = 200'000;
  std::int64_t drain_limit_ns = 5'000'000'000;
};

class SequencerThread {
 public:
  // All must outlive this.
  SequencerThread(const SequencerThreadOptions& options, Batcher& batcher, Sequencer& sequencer,
                  IngressRing& ring, const Clock& clock);
  ~SequencerThread() { Stop(); }
  SequencerThread(const SequencerThread&) = delete;
  SequencerThread& operator=(const SequencerThread&) = delete;

  void Start();
  // Drains and joins. Idempotent.
  void Stop();

  // One duty cycle: returns the entries appended and committed. Public for tests that run it by
  // hand instead of Start.
  std::size_t DoWork();

  // Groups made durable so far. Any thread.
  [[nodiscard]] std::uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }

 private:
  void Run();
  void Sleep();
  [[nodiscard]] bool DrainedOrLate(std::int64_t stop_seen_ns) const;

  const SequencerThreadOptions options_;
  Batcher& batcher_;
  Sequencer& sequencer_;
  IngressRing& ring_;
  const Clock& clock_;
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace lockstep
