// The snapshots in one directory: DIR/<position, 20 digits>.snapshot. A file under this name was
// read again and found good after it was written; one that is being written is called
// `….snapshot.tmp`.
//
// Threads: any; the owner sees to it that only one removes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/state_machine.h"
#include "base/status.h"
#include "sequencer/snapshot_file.h"

namespace lockstep {

using WarningHandler = std::function<void(std::string_view)>;

class SnapshotStore {
 public:
  SnapshotStore(std::string directory, WarningHandler warn);

  // Makes the directory and removes files that were never finished.
  Status Prepare();

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::string PathOf(std::int64_t position) const;
  [[nodiscard]] std::string TemporaryPathOf(std::int64_t position) const;

  // Positions of the snapshots there are, newest first.
  [[nodiscard]] Result<std::vector<std::int64_t>> Positions() const;

  // Loads the newest good one into `state` and returns its facts; position 0: there is none (the
  // state is untouched). A bad one is passed over with a warning. An error: a file with good
  // checksums did not load and no older one is there.
  Result<SnapshotFacts> LoadNewest(StateMachine& state) const;

  // Loads the one of this position, or says why it is not good. The state is undefined then.
  Result<SnapshotFacts> LoadOne(std::int64_t position, StateMachine& state) const;

  // Reads the finished temporary file of `position` again; good: gives it its name for good.
  Status Verify(std::int64_t position) const;
  Status Accept(std::int64_t position) const;

  // Keeps the two newest that still read well and removes what is older. Returns the position of
  // the older of the two, behind which no log is needed any more; 0: fewer than two, everything is
  // needed.
  Result<std::int64_t> RemoveOld() const;

 private:
  Status VerifyOne(std::int64_t position) const;
  Status Load(const std::string& path, StateMachine& state, SnapshotFacts& facts) const;

  std::string directory_;
  WarningHandler warn_;
};

// Names of files that carry a position: 20 digits and an ending.
[[nodiscard]] std::string PositionFileName(std::int64_t position, std::string_view ending);
// The position of such a name; -1: not one.
[[nodiscard]] std::int64_t PositionOfFileName(std::string_view name, std::string_view ending);

}  // namespace lockstep
