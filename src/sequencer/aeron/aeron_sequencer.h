// The sequencer of a cluster: Aeron Cluster in a Java virtual machine inside this process, embedded
// without a copy of what it delivers.
//
// Acknowledged (committed) = recorded by a majority. Positions are those of Aeron's log.
// Threads: two of Java's are this process's: "aeron-io" (media driver and archive) and "engine"
// (the service: it applies entries and answers queries, see RunsEngine). The consensus module runs
// in Commit, on the sequencer's thread.
// Errors of Recover: kInvalidArgument (settings), kNotFound (no Java, no jars), kAlreadyExists
// (another process has the directory), kIoError. What Aeron cannot get over afterwards ends the
// process: its place in the cluster is taken again by a restart.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/leadership.h"
#include "base/posix_file.h"
#include "base/status.h"
#include "base/waker.h"
#include "sequencer/aeron/aeron_natives.h"
#include "sequencer/aeron/aeron_options.h"
#include "sequencer/aeron/socket_waiter.h"
#include "sequencer/sequencer.h"
#include "sequencer/snapshot_keeper.h"
#include "sequencer/snapshot_store.h"

namespace lockstep {

class AeronSequencer final : public Sequencer, private AeronHost {
 public:
  // What else is to be told on the engine's thread: this node's way into the log was closed.
  using IngressClosed = std::function<void()>;

  AeronSequencer(AeronOptions options, Leadership& leadership, IngressClosed on_ingress_closed);
  ~AeronSequencer() override;
  AeronSequencer(const AeronSequencer&) = delete;
  AeronSequencer& operator=(const AeronSequencer&) = delete;

  // Of the commands' ring: who sleeps until there is something for Commit. Before Recover.
  void SetSequencerWaker(Waker& waker) { sequencer_waker_ = &waker; }

  // Returns when the newest snapshot is loaded and the node takes part; the log behind it is
  // replayed on the engine's thread.
  [[nodiscard]] Status Recover(StateMachine& state) override;
  void SetEngineWaker(Waker& waker, const std::atomic<bool>& /*early*/) override {
    engine_waker_ = &waker;
  }
  void SetEngineWork(const EngineWork& work) override { engine_work_ = work; }
  [[nodiscard]] bool RunsEngine() const override { return true; }

  // ---- sequencer thread ----
  std::expected<std::int64_t, AppendError> Append(std::span<const std::byte> entry) override;
  std::size_t Commit() override;
  [[nodiscard]] bool HasWork() const override;

  // ---- engine thread ----
  std::size_t ApplyCommitted(StateMachine& /*state*/, std::size_t /*limit*/) override { return 0; }
  [[nodiscard]] Status TakeSnapshot(const StateMachine& /*state*/) override {
    return {StatusCode::kUnavailable, "the leader takes snapshots"};
  }

  // ---- any thread ----
  // All nodes take a snapshot at one position, soon, if this one leads.
  void RequestSnapshot() { snapshot_requested_.store(true); }
  // Of the older of the two newest snapshots that are kept; 0: there are not two.
  [[nodiscard]] std::int64_t older_snapshot_position() const { return older_snapshot_.load(); }
  // Removes this node's log before `position`, which must not be behind older_snapshot_position().
  // Waits for the disk.
  [[nodiscard]] Status PurgeLog(std::int64_t position);
  [[nodiscard]] Role role() const override { return role_.load(std::memory_order_acquire); }
  [[nodiscard]] std::int64_t term() const override { return term_.load(); }
  [[nodiscard]] std::int32_t leader_hint() const override { return leadership_.leader(); }
  // Of the ingress, not of the log: counts what this node has appended.
  [[nodiscard]] std::int64_t appended_position() const override { return committed_position(); }
  [[nodiscard]] std::int64_t committed_position() const override {
    return committed_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::int64_t applied_position() const override {
    return applied_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::int64_t snapshot_position() const override { return keeper_.position(); }
  [[nodiscard]] bool storage_failed() const override { return false; }
  [[nodiscard]] std::string StorageError() const override { return {}; }

  // Leaves the cluster: followers hear of it at once and elect another leader. After the
  // sequencer's thread has ended. Idempotent; the process can only exit then.
  void Stop();

 private:
  [[nodiscard]] Status CheckOptions() const;
  [[nodiscard]] Status LockDirectory();
  [[nodiscard]] Status RemoveStaleMarks() const;
  [[nodiscard]] std::string Settings() const;
  [[nodiscard]] std::string MembersText() const;
  void FollowBlock();
  void SnapshotIfDue();

  // AeronHost
  void OnIoThread() override;
  void WaitForIo() override;
  void OnSocketsChange() override { sockets_changed_.store(true); }
  void OnServiceThread() override;
  void WaitForCommits() override;
  bool LoadSnapshot(std::int64_t position) override;
  void OnEntry(std::span<const std::byte> entry, std::int64_t position,
               std::int64_t timestamp_ns) override;
  void OnTerm(std::int64_t term, std::int64_t position, std::int32_t leader) override;
  void OnIngressClosed(std::int64_t position) override;
  int BackgroundWork() override;
  bool TakeSnapshotAt(std::int64_t position) override;
  bool HasSnapshot(std::int64_t position) override;
  bool AwaitAdmission(std::int64_t recorded_position) override;
  void WakeService() override;
  void WakeConsensus() override;
  void Report(std::string_view text, bool is_fatal) override;

  const AeronOptions options_;
  Leadership& leadership_;
  const IngressClosed on_ingress_closed_;
  SnapshotStore snapshots_;
  SnapshotKeeper keeper_;
  FileDescriptor lock_;
  StateMachine* state_ = nullptr;
  EngineWork engine_work_;
  Waker* engine_waker_ = nullptr;
  Waker* sequencer_waker_ = nullptr;
  Waker io_waker_;
  SocketWaiter sockets_;

  // Of the sequencer's thread.
  AeronBlock block_;
  std::int64_t snapshot_asked_position_ = 0;
  std::int64_t snapshot_asked_ns_ = 0;

  // Counted up by whoever has work for the thread; what it has seen is its own.
  std::atomic<std::uint64_t> service_work_{0};
  std::uint64_t service_work_seen_ = 0;
  std::atomic<std::uint64_t> consensus_work_{0};
  std::uint64_t consensus_work_seen_ = 0;
  std::atomic<std::uint64_t> io_work_{0};
  std::uint64_t io_work_seen_ = 0;
  std::atomic<bool> sockets_changed_{true};

  std::atomic<Role> role_{Role::kFollower};
  std::atomic<std::int64_t> term_{-1};
  std::atomic<std::int64_t> committed_{0};
  std::atomic<std::int64_t> applied_{0};
  std::atomic<std::int64_t> older_snapshot_{0};
  std::atomic<bool> snapshot_requested_{false};
  std::atomic<bool> stopping_{false};
  bool started_ = false;
};

}  // namespace lockstep
