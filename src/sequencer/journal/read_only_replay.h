// A state machine brought to the end of a data directory's log without touching the directory: for
// inspection, and to check that a running or recovered process has the state that its log says.
//
// Takes no lock: of a directory in use it sees the log up to somewhere near its end.
#pragma once

#include <cstdint>
#include <string>

#include "base/state_machine.h"
#include "base/status.h"
#include "sequencer/journal/log_reader.h"
#include "sequencer/snapshot_store.h"

namespace lockstep {

// What is in a data directory: DIR/journal and DIR/snapshots.
[[nodiscard]] std::string LogDirectoryOf(const std::string& directory);
[[nodiscard]] std::string SnapshotDirectoryOf(const std::string& directory);

struct ReadOnlyReplay {
  SnapshotFacts snapshot;  // position 0: none was used
  LogEnd end;
  std::int64_t replay_ns = 0;
};

// `use_snapshots` false: from the log's very first entry. Errors as JournalSequencer::Recover.
Result<ReadOnlyReplay> ReplayReadOnly(const std::string& directory, bool use_snapshots,
                                      StateMachine& state, const WarningHandler& warn);

}  // namespace lockstep
