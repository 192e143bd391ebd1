// Forking a process with much memory costs time for each page table entry that is copied, while the
// caller stands still.
#pragma once

#include <cstddef>
#include <span>

namespace lockstep {

// Leaves the whole pages inside `memory` out of every later fork: the child must not touch them.
// For rings and buffers that a snapshot does not need. Failure is harmless (the fork is slower) and
// ignored.
void KeepOutOfForks(std::span<std::byte> memory);

}  // namespace lockstep
