// Puts entries in order, makes them durable and hands them to the state machine. One interface,
// three implementations: journal (one node, files), aeron (a cluster) and simulated (tests).
//
// Life: Recover() brings the state machine to the end of the log (snapshot, then replay); then two
// threads drive it.
//
// Sequencer thread: Append(entry)… then Commit(): all that was appended becomes durable as one
// group.
//
// Engine thread: ApplyCommitted(): what is committed goes to the state machine, in order.
//
// Positions: bytes of the log. The position of an entry is the one just behind it, so that
// "everything up to position P" includes the entry P; equal appended, committed and applied
// positions mean that nothing is under way.
//
// Half-failures: an entry whose Append was answered with a position, but whose Commit failed, was
// never acknowledged and never applied here; it may or may not be found in the log after a restart.
// After a failed Commit nothing is accepted until the process starts again.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>

#include "base/state_machine.h"
#include "base/status.h"
#include "base/waker.h"

namespace lockstep {

enum class AppendError : std::uint8_t {
  kNotLeader,      // ask the leader hint
  kBackPressured,  // the engine or the disk is behind: nothing was appended, try again
  kStorageFailed,  // nothing more is accepted; StorageError() says why
};

enum class Role : std::uint8_t { kFollower, kCandidate, kLeader };

// What else the engine's thread does.
struct EngineWork {
  // Answers some of the questions that wait; returns how many.
  std::function<std::size_t()> answer;
  // Questions wait.
  std::function<bool()> waiting;
};

class Sequencer {
 public:
  virtual ~Sequencer() = default;

  // Loads the newest good snapshot into `state` and replays the log behind it; then OnLeadership
  // says that what follows is live. Once, before the threads start. On an error the log on disk is
  // as it was and nothing else may be called.
  [[nodiscard]] virtual Status Recover(StateMachine& state) = 0;

  // Who sleeps until there are committed entries to apply: notified on each release and, while
  // `early` is set, before the sync that it waits for, so that it is awake when that is done.
  // Before the threads start; both must outlive the last Append or Commit.
  virtual void SetEngineWaker(Waker& waker, const std::atomic<bool>& early) = 0;

  // ---- sequencer thread ----

  // Adds one entry (an SBE EntryHeader and its commands, at most limits::kMaxBatchBytes). Returns
  // its position.
  virtual std::expected<std::int64_t, AppendError> Append(std::span<const std::byte> entry) = 0;

  // Makes everything appended durable and releases it to the engine thread. Returns the number of
  // entries committed. 0 with storage failed: see StorageError(). To be called also when nothing
  // was appended, before the thread sleeps: the sequencer then does what it does when idle.
  virtual std::size_t Commit() = 0;

  // Something has come for Commit to do: it must not wait. Any thread.
  [[nodiscard]] virtual bool HasWork() const { return false; }

  // ---- engine thread ----

  // True: the sequencer has a thread of its own on which it applies entries, and does there between
  // them what SetEngineWork says; ApplyCommitted and TakeSnapshot do nothing then.
  [[nodiscard]] virtual bool RunsEngine() const { return false; }
  // Before Recover.
  virtual void SetEngineWork(const EngineWork& /*work*/) {}

  // Applies up to `limit` committed entries to `state`. Returns how many.
  virtual std::size_t ApplyCommitted(StateMachine& state, std::size_t limit) = 0;

  // Starts a snapshot of the state as of the last applied entry; returns at once (a forked child
  // writes it). kUnavailable while one is under way. snapshot_position() moves when it counts.
  [[nodiscard]] virtual Status TakeSnapshot(const StateMachine& state) = 0;

  // ---- any thread ----
  [[nodiscard]] virtual Role role() const = 0;
  [[nodiscard]] virtual std::int64_t term() const = 0;
  // Member id of the leader, -1 when there is none known.
  [[nodiscard]] virtual std::int32_t leader_hint() const = 0;
  [[nodiscard]] virtual std::int64_t appended_position() const = 0;
  [[nodiscard]] virtual std::int64_t committed_position() const = 0;
  [[nodiscard]] virtual std::int64_t applied_position() const = 0;
  // Nothing that was appended waits to be committed: it is, or it never will be.
  [[nodiscard]] virtual bool IsQuiet() const { return committed_position() == appended_position(); }
  // Of the newest snapshot that was written, read again and found good; 0: none.
  [[nodiscard]] virtual std::int64_t snapshot_position() const = 0;
  // Nothing is accepted. Final after a failed write or sync; after a full disk it may end when
  // there is space again.
  [[nodiscard]] virtual bool storage_failed() const = 0;
  // Why, for a person: the file, the call, errno. Empty while storage works.
  [[nodiscard]] virtual std::string StorageError() const = 0;
};

}  // namespace lockstep
