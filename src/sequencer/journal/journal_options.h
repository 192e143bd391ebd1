// Settings of the journal sequencer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "sequencer/snapshot_gate.h"
#include "sequencer/snapshot_store.h"

namespace lockstep {

enum class SyncPolicy : std::uint8_t {
  kAlways,    // acknowledged = survives loss of power: fdatasync in each commit
  kInterval,  // survives kill -9; loss of power may take the last sync_interval_ns
  kNone,      // survives kill -9; loss of power may take what the newest segment holds
};

struct JournalOptions {
  // Data directory: `lock`, `journal/` and `snapshots/` are made in it.
  std::string directory;
  SyncPolicy sync = SyncPolicy::kAlways;
  std::int64_t sync_interval_ns = 10'000'000;
  // Of segments made from now on; a multiple of 4,096, at least kMinSegmentBytes. A segment is
  // zeroed in the background before it is used, so it also is the step by which the log takes disk
  // space.
  std::int64_t segment_bytes = std::int64_t{64} << 20;
  // Memory between append and apply, a power of two: how far the engine may be behind before
  // entries are refused.
  std::size_t ring_bytes = std::size_t{16} << 20;
  // How long a start waits for the directory's lock. A process that was killed the moment it forked
  // for a snapshot leaves a child that holds the lock until it runs for the first time, sees that
  // it is orphaned and ends.
  std::int64_t lock_wait_ns = 3'000'000'000;
  // Must outlive the sequencer.
  const Clock* clock = nullptr;
  DurabilityGate snapshot_gate;
  // Told what was passed over or cut, naming file and reason. Called from several threads. Unset:
  // one line on stderr.
  WarningHandler warn;
};

inline constexpr std::int64_t kMinSegmentBytes = 65'536;
inline constexpr std::size_t kMinRingBytes = 65'536;

}  // namespace lockstep
