// What all endpoints of the dialect share. Threads: the trading loop alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "gateway/binance/rate_limits.h"
#include "protocol/reference_data.h"

namespace lockstep {

struct GatewayState {
  const Clock& clock;
  ReferenceData reference;    // folded from the ring
  std::int64_t position = 0;  // of the newest log entry seen whole on the ring
  RateLimits limits;
  std::int64_t applied_ns = 0;  // when that entry was put in order
  // Of the engine, which may be ahead of what this loop has seen. Null on a node that is alone.
  std::function<std::int64_t()> engine_position = nullptr;

  // What an answer from history must hold: all that anybody can have been told of. A node that
  // leads has applied it before it may answer, but the ring may still bring it here.
  [[nodiscard]] std::int64_t PositionToRead() const {
    return engine_position == nullptr ? position : std::max(position, engine_position());
  }
};

}  // namespace lockstep
