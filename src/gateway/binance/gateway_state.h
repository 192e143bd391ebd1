// What all endpoints of the dialect share. Threads: the trading loop alone.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "gateway/binance/rate_limits.h"
#include "protocol/reference_data.h"

namespace lockstep {

struct GatewayState {
  const Clock& clock;
  ReferenceData reference;    // folded from the ring
  std::int64_t position = 0;  // of the newest log entry seen whole on the ring
  RateLimits limits;
};

}  // namespace lockstep
