// The engine's thread: applies committed entries, answers queries between them, starts snapshots,
// sleeps when idle.
//
// Stopping drains: Stop returns when everything committed is applied. The sequencer's thread must
// have stopped before.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <thread>

#include "base/clock.h"
#include "base/ingress_ring.h"
#include "base/state_machine.h"
#include "sequencer/sequencer.h"

namespace lockstep {

struct EngineThreadOptions {
  // Entries applied before queries get their turn, and queries answered before entries do.
  std::size_t entries_per_cycle = 64;
  std::size_t queries_per_cycle = 64;
  // A snapshot is started when the log has grown by this since the last one, or has grown at all
  // and this long has passed. They bound the replay after a restart and the disk that the log
  // takes.
  std::int64_t snapshot_log_bytes = std::int64_t{1} << 30;
  std::int64_t snapshot_interval_ns = 600'000'000'000;
  std::int64_t spin_ns = 5'000;
  // Stays awake this long for entries whose sync is under way: most syncs are shorter, and waking
  // up costs more than a tenth of one. It gives the core away whenever anybody else wants it, and
  // for a while then sleeps until they are committed.
  std::int64_t sync_wait_ns = 400'000;
  std::int64_t idle_ns = 100'000'000;
};

class EngineThread {
 public:
  // Called on this thread with each query message; what it writes to the event ring it must publish
  // itself.
  using QueryHandler = std::function<void(std::span<const std::byte>)>;

  // All must outlive this. Registers the query ring's waker as the one to be notified of commits.
  EngineThread(const EngineThreadOptions& options, Sequencer& sequencer, StateMachine& state,
               IngressRing& queries, QueryHandler on_query, const Clock& clock);
  ~EngineThread() { Stop(); }
  EngineThread(const EngineThread&) = delete;
  EngineThread& operator=(const EngineThread&) = delete;

  // Nothing, where the sequencer runs the engine.
  void Start();
  // Drains and joins. Idempotent.
  void Stop();

  // One duty cycle: returns the entries applied and queries answered. Public for tests.
  std::size_t DoWork();
  // The part of it that is not the sequencer's: answers queries, returns how many.
  std::size_t AnswerQueries();

  // Asks for a snapshot at the next turn, whatever the log's growth. Any thread.
  void RequestSnapshot();

  // How long the last and the longest start of a snapshot held the engine (the fork). Any thread.
  [[nodiscard]] std::int64_t snapshot_pause_ns_last() const { return pause_ns_last_.load(); }
  [[nodiscard]] std::int64_t snapshot_pause_ns_max() const { return pause_ns_max_.load(); }
  [[nodiscard]] std::uint64_t snapshots_started() const { return snapshots_started_.load(); }

 private:
  void Run();
  void Sleep();
  [[nodiscard]] bool SyncUnderWay() const;
  void SnapshotIfDue();

  const EngineThreadOptions options_;
  Sequencer& sequencer_;
  StateMachine& state_;
  IngressRing& queries_;
  const QueryHandler on_query_;
  const Clock& clock_;
  std::int64_t snapshot_started_position_ = 0;
  std::int64_t snapshot_started_ns_ = 0;
  std::atomic<bool> snapshot_requested_{false};
  std::atomic<bool> wake_early_{true};  // told to the sequencer: cores are not short
  std::atomic<std::int64_t> pause_ns_last_{0};
  std::atomic<std::int64_t> pause_ns_max_{0};
  std::atomic<std::uint64_t> snapshots_started_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace lockstep
