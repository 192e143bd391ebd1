// Where the replicated log meets the state that it drives. The engine implements StateMachine; the
// sequencers (journal, later aeron and simulated) call it; neither knows the other.
//
// Threads: all calls come from one thread, the one that applies the log, except WriteSnapshot,
// which may also be called in a forked child that must not allocate, lock or touch any file but its
// own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/status.h"

namespace lockstep {

// Where a snapshot's bytes go. The sequencer owns the format around them (header, chunks with
// CRC32C, digest).
class SnapshotWriter {
 public:
  virtual ~SnapshotWriter() = default;

  // Appends bytes; any length. False: the disk failed, stop writing. Does not allocate.
  [[nodiscard]] virtual bool Write(std::span<const std::byte> bytes) = 0;
};

// Gives back, in order, exactly the bytes that were written.
class SnapshotReader {
 public:
  virtual ~SnapshotReader() = default;

  // Fills all of `bytes`. kCorruption when the snapshot ends early or a checksum is wrong.
  [[nodiscard]] virtual Status Read(std::span<std::byte> bytes) = 0;
};

class StateMachine {
 public:
  virtual ~StateMachine() = default;

  // Replaces the whole state. On an error the state is undefined and the caller tries an older
  // snapshot (which replaces it again) or stops.
  [[nodiscard]] virtual Status LoadSnapshot(SnapshotReader& reader) = 0;

  // Applies one committed entry. `position` grows with every entry; `timestamp_ns` is the
  // sequencer's clock when it was appended (nanoseconds since 1970, may step back: the state
  // machine keeps the maximum). `entry` is an SBE EntryHeader with its commands; it is valid only
  // during the call. Never fails: bad commands become reject events.
  virtual void Apply(std::int64_t position, std::int64_t timestamp_ns,
                     std::span<const std::byte> entry) = 0;

  // A new term has begun with this leader (member id). With the journal: once, at start.
  virtual void OnLeadership(std::int64_t term, std::int32_t leader) = 0;

  // Writes the whole state as of the last applied entry. False when the writer failed.
  [[nodiscard]] virtual bool WriteSnapshot(SnapshotWriter& writer) const = 0;

  // Digest of the whole state, kept up to date at each change; equal on all replicas at the same
  // position.
  [[nodiscard]] virtual std::uint64_t Digest() const = 0;

  // When the next thing that depends on time alone falls due, in the state machine's own time;
  // INT64_MAX: nothing. The sequencer logs a TICK then.
  [[nodiscard]] virtual std::int64_t NextDeadlineNs() const = 0;
};

}  // namespace lockstep
