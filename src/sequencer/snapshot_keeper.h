// Sees a snapshot through from fork to retention: waits for the child, reads the file again, waits
// until all that a start from it will not replay is durable elsewhere, gives it its name, then
// removes older snapshots and the log behind the older of the last two.
//
// Threads: Take the engine's; its own does the waiting and reading.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "base/state_machine.h"
#include "base/status.h"
#include "sequencer/forked_snapshot.h"
#include "sequencer/snapshot_gate.h"
#include "sequencer/snapshot_store.h"

namespace lockstep {

class SnapshotKeeper {
 public:
  // Removes the log before a position, which no start needs any more.
  using LogRemover = std::function<Status(std::int64_t position)>;
  struct Gates {
    // The log itself: a snapshot newer than the log that survives would be refused at start.
    DurabilityGate log;
    // What else a start from the snapshot would not bring back.
    DurabilityGate other;
  };

  // `store` must outlive the keeper. Gates and remover are called on the keeper's thread; unset:
  // not asked.
  SnapshotKeeper(SnapshotStore& store, Gates gates, LogRemover remove_log, WarningHandler warn);
  ~SnapshotKeeper() { Stop(); }
  SnapshotKeeper(const SnapshotKeeper&) = delete;
  SnapshotKeeper& operator=(const SnapshotKeeper&) = delete;

  // `position` of the snapshot that was loaded; 0: none.
  void Start(std::int64_t position);
  // Ends a child that is still writing. Idempotent.
  void Stop();

  // Forks a child that writes `state` as of `position`. kUnavailable while one is under way.
  Status Take(const StateMachine& state, std::int64_t position, std::int64_t now_ns);

  // One is under way. Any thread.
  [[nodiscard]] bool busy() const {
    const std::lock_guard lock(mutex_);
    return busy_;
  }
  // Of the newest snapshot that counts. Any thread.
  [[nodiscard]] std::int64_t position() const { return position_.load(std::memory_order_acquire); }

 private:
  void Run();
  Status SeeThrough(pid_t child, std::int64_t position);
  Status Await(const DurabilityGate& gate, std::int64_t position);
  // True: Stop has been called; else a little time has passed.
  bool PauseOrStop();

  SnapshotStore& store_;
  const Gates gates_;
  const LogRemover remove_log_;
  const WarningHandler warn_;
  ForkedSnapshot fork_;
  std::atomic<std::int64_t> position_{0};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool busy_ = false;  // a snapshot is under way
  pid_t child_ = 0;    // until it was reaped: only so long is the id its own; else 0
  std::int64_t child_position_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace lockstep
