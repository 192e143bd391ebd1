// A lease as a test wants it: as if a batch of the node had been logged and applied.
#pragma once

#include <cstdint>

#include "base/leadership.h"

namespace lockstep::testing_support {

inline void GrantLease(Leadership& leadership, std::int64_t until_ns) {
  leadership.ExpectLease(1, until_ns);
  leadership.OnOwnBatchApplied(1);
}

}  // namespace lockstep::testing_support
