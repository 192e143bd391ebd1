// What a snapshot of a full engine costs: how long the market stands still, how large the file is,
// how fast a restart is.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace lockstep {

struct SnapshotFigures {
  std::uint64_t resting_orders = 0;
  double pause_ms_max = 0;  // of the engine's thread in TakeSnapshot, over all rounds
  double pause_ms_median = 0;
  double pause_cpu_ms_max = 0;  // of that, what the thread worked: the rest waited for a core
  double slowest_entry_ms = 0;  // applied while the child was writing
  double slowest_entry_ms_before = 0;  // the same entries without a snapshot under way
  double until_verified_seconds = 0;   // from the fork until the snapshot counts, of the last round
  std::uint64_t snapshot_bytes = 0;
  double load_seconds = 0;               // of the snapshot at a restart
  double replay_entries_per_second = 0;  // at a restart without snapshot
  double replay_commands_per_second = 0;
};

// In an empty `directory`. kCorruption: a restart did not give the digest that was left.
Result<SnapshotFigures> MeasureSnapshots(const std::string& directory,
                                         std::uint64_t resting_orders);

}  // namespace lockstep
