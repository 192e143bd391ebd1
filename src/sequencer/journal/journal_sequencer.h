// The sequencer of one machine: a log of segmented files with group commit, and snapshots by fork.
//
// Acknowledged (committed) = written and, under SyncPolicy::kAlways, synced.
// docs/formats/journal.md: the bytes, and how a torn tail is told from corruption. Errors of
// Recover: kCorruption (names file and offset; the files are not touched), kIoError, kAlreadyExists
// (another process has the directory). Memory: ring_bytes, and during Recover one segment.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "base/latency_histogram.h"
#include "base/posix_file.h"
#include "base/status.h"
#include "sequencer/journal/journal_options.h"
#include "sequencer/journal/log_reader.h"
#include "sequencer/journal/log_writer.h"
#include "sequencer/journal/mirrored_buffer.h"
#include "sequencer/journal/segment_allocator.h"
#include "sequencer/journal/storage_health.h"
#include "sequencer/sequencer.h"
#include "sequencer/snapshot_keeper.h"
#include "sequencer/snapshot_store.h"

namespace lockstep {

// What Recover did, for the operator.
struct RecoveryReport {
  std::int64_t snapshot_position = 0;  // 0: none
  std::uint64_t snapshot_bytes = 0;
  std::int64_t load_ns = 0;
  std::uint64_t replayed_entries = 0;
  std::uint64_t replayed_bytes = 0;
  std::int64_t replay_ns = 0;
  std::int64_t cut_bytes = 0;  // of a torn tail
};

class JournalSequencer final : public Sequencer {
 public:
  explicit JournalSequencer(JournalOptions options);
  // Commits and syncs what was appended. The threads must have stopped.
  ~JournalSequencer() override;

  [[nodiscard]] Status Recover(StateMachine& state) override;
  void SetEngineWaker(Waker& waker, const std::atomic<bool>& early) override {
    engine_waker_ = &waker;
    wake_engine_early_ = &early;
  }
  std::expected<std::int64_t, AppendError> Append(std::span<const std::byte> entry) override;
  std::size_t Commit() override;
  std::size_t ApplyCommitted(StateMachine& state, std::size_t limit) override;
  [[nodiscard]] Status TakeSnapshot(const StateMachine& state) override;

  [[nodiscard]] Role role() const override { return Role::kLeader; }
  [[nodiscard]] std::int64_t term() const override { return 1; }
  [[nodiscard]] std::int32_t leader_hint() const override { return 0; }
  [[nodiscard]] std::int64_t appended_position() const override {
    return writer_.appended_position();
  }
  [[nodiscard]] std::int64_t committed_position() const override {
    return writer_.committed_position();
  }
  [[nodiscard]] std::int64_t applied_position() const override {
    return applied_position_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::int64_t snapshot_position() const override { return keeper_.position(); }
  [[nodiscard]] bool storage_failed() const override { return !health_.accepts(); }
  [[nodiscard]] std::string StorageError() const override { return health_.Message(); }

  // For metrics; any thread.
  [[nodiscard]] const LatencyHistogram& sync_latency() const { return writer_.sync_latency(); }
  [[nodiscard]] const LatencyHistogram& commit_latency() const { return writer_.commit_latency(); }

  // After Recover.
  [[nodiscard]] const RecoveryReport& recovery() const { return recovery_; }

 private:
  [[nodiscard]] Status LockDirectory();
  [[nodiscard]] Status LoadSnapshot(StateMachine& state);
  [[nodiscard]] Status ReplayLog(StateMachine& state);
  [[nodiscard]] Status OpenLog(std::vector<Segment>& segments, const LogEnd& end);

  const JournalOptions options_;
  const std::string log_directory_;
  FileDescriptor lock_;
  StorageHealth health_;
  MirroredBuffer ring_;
  SnapshotStore snapshots_;
  SegmentAllocator allocator_;
  LogWriter writer_;
  SnapshotKeeper keeper_;
  RecoveryReport recovery_;
  Waker* engine_waker_ = nullptr;
  const std::atomic<bool>* wake_engine_early_ = nullptr;
  std::int64_t apply_cursor_ = 0;  // engine's own: the next frame in the ring
  std::atomic<std::int64_t> freed_{0};
  std::atomic<std::int64_t> applied_position_{0};
};

}  // namespace lockstep
