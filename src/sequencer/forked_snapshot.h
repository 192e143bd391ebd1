// Writes a snapshot in a forked child, so that the market goes on: the child has the memory as it
// was at the fork, reads it and writes it with write(2); the parent only pays for the fork.
//
// The child allocates nothing, takes no lock, closes every descriptor it got (so it holds
// neither sockets nor the lock on the data directory) and dies with the thread that forked it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/posix_file.h"
#include "base/state_machine.h"
#include "base/status.h"
#include "sequencer/snapshot_file.h"

namespace lockstep {

class ForkedSnapshot {
 public:
  ForkedSnapshot();

  // On the state machine's thread, between two entries. Returns the child's process id; the caller
  // waits for it with AwaitChild and ReapChild. `path` is replaced. kIoError: no fork.
  Result<pid_t> Start(const StateMachine& state, const std::string& path, std::int64_t position,
                      std::int64_t written_ns);

 private:
  std::unique_ptr<SnapshotFileWriter> writer_;  // used in the child only
};

// Waits until the child has ended, but leaves its process id taken, so that another thread may
// still safely kill it. Any thread.
Status AwaitChild(pid_t child, const std::string& path);
// Frees the id of a child that has ended. kIoError: it failed; says how.
Status ReapChild(pid_t child, const std::string& path);

}  // namespace lockstep
