// One process at a time has a data directory.
//
// Thread: the one that starts.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/posix_file.h"
#include "base/status.h"

namespace lockstep {

// Takes `directory`/lock, which is held as long as the descriptor is open. kAlreadyExists: another
// process holds it and did not let go within `wait_ns`; kIoError.
[[nodiscard]] Result<FileDescriptor> LockDataDirectory(const std::string& directory,
                                                       const Clock& clock, std::int64_t wait_ns);

}  // namespace lockstep
