// Where the Java adapter and C++ meet. Java's side: java/lockstep/aeron.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace lockstep {

// What the consensus module says after each of its turns; the same longs in Node.java.
struct AeronBlock {
  std::int64_t role = 0;          // of io.aeron.cluster.service.Cluster.Role: 2 is the leader
  std::int64_t election = 0;      // of ElectionState: 17 is closed
  std::int64_t module_state = 0;  // of ConsensusModule.State: 1 is active, 3 snapshot
  std::int64_t term = -1;
  std::int64_t leader = -1;  // member; -1: an election is under way
  std::int64_t commit_position = 0;
  std::int64_t ready = 0;  // 1: leads, has seen all that was logged before, and can append
  std::int64_t snapshots = 0;
};
inline constexpr std::int64_t kAeronLeaderRole = 2;

// Calls from Java. Threads: as each says. No call may throw.
class AeronHost {
 public:
  virtual ~AeronHost() = default;

  // ---- driver's and archive's thread ----
  virtual void OnIoThread() = 0;
  virtual void WaitForIo() = 0;
  // A socket is being opened or closed; maybe before the thread has begun.
  virtual void OnSocketsChange() = 0;

  // ---- service's thread: the engine's ----
  virtual void OnServiceThread() = 0;
  virtual void WaitForCommits() = 0;
  // The state as of `position`; 0: empty.
  virtual bool LoadSnapshot(std::int64_t position) = 0;
  virtual void OnEntry(std::span<const std::byte> entry, std::int64_t position,
                       std::int64_t timestamp_ns) = 0;
  virtual void OnTerm(std::int64_t term, std::int64_t position, std::int32_t leader) = 0;
  virtual void OnIngressClosed(std::int64_t position) = 0;
  virtual int BackgroundWork() = 0;
  virtual bool TakeSnapshotAt(std::int64_t position) = 0;

  // ---- the thread that starts ----
  virtual bool HasSnapshot(std::int64_t position) = 0;
  // Returns when this node, whose recorded log ends at the position, may take part; false: it is to
  // stop instead.
  virtual bool AwaitAdmission(std::int64_t recorded_position) = 0;

  // ---- any thread ----
  virtual void WakeService() = 0;
  virtual void WakeConsensus() = 0;
  virtual void Report(std::string_view text, bool is_fatal) = 0;
};

// Calls to Java. One in a process, as the machine. Threads: as Node.java says.
class AeronNode {
 public:
  static constexpr std::int64_t kRefused = 0;
  static constexpr std::int64_t kBackPressured = -1;

  // Names the methods on both sides; `host` must outlive the process's threads of Java.
  [[nodiscard]] static Status Bind(AeronHost& host);

  [[nodiscard]] static Status Start(const std::string& settings);
  // Returns what was done; -1: the consensus module has ended.
  static int Duty(AeronBlock& block);
  // A position in the ingress, or one of the constants.
  static std::int64_t Append(std::span<const std::byte> entry);
  [[nodiscard]] static std::size_t MaxEntryBytes();
  static bool RequestSnapshot();
  // Removes whole segments of the log before `position`. Waits; any thread.
  [[nodiscard]] static Status Purge(std::int64_t position);
  static void Stop(std::int64_t linger_ns);
};

}  // namespace lockstep
