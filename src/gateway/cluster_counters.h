// What one gateway has done for requests that came to a node which may not serve them. Written by
// its loop, read by any thread.
#pragma once

#include "gateway/gateway_counters.h"

namespace lockstep {

struct ClusterCounters {
  using Counter = GatewayCounters::Counter;

  Counter redirected{0};      // answers that name the leader
  Counter held{0};            // requests that waited
  Counter held_now{0};        // a gauge
  Counter served_late{0};     // of those held: served here
  Counter no_leader{0};       // answers that say that nobody leads
  Counter never_happened{0};  // commands in flight that were proved never to happen
  Counter unknown{0};         // … and that nothing was known of in time
};

}  // namespace lockstep
