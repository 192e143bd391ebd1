// What else must be durable up to a snapshot's position before the snapshot counts, because a start
// from it does not replay what lies before: history.
#pragma once

#include <cstdint>
#include <functional>

#include "base/status.h"

namespace lockstep {

// Asked again until it says true; an error: it will not get there, and the snapshot does not count.
// Called from the thread that keeps the snapshots; must not wait. Unset: nothing.
using DurabilityGate = std::function<Result<bool>(std::int64_t position)>;

}  // namespace lockstep
