// What the HTTP and WebSocket port has done since it started, for metrics. Written by its loops,
// read by any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "gateway/gateway_counters.h"

namespace lockstep {

struct WebCounters {
  using Counter = std::atomic<std::uint64_t>;

  Counter connections_open{0};  // a gauge; WebSockets too
  Counter websockets_open{0};   // a gauge
  Counter connections_accepted{0};
  Counter connections_over_bound{0};  // taken on a reserved place
  Counter accept_pauses{0};           // out of file descriptors
  Counter requests{0};
  Counter answers_2xx{0};
  Counter answers_3xx{0};
  Counter answers_4xx{0};
  Counter answers_5xx{0};
  Counter malformed{0};  // bytes that are no HTTP or no WebSocket frame
  Counter timeouts{0};   // request, answer, idle or write
  Counter held_over_bound{0};
  Counter messages_received{0};
  Counter messages_sent{0};
  Counter messages_throttled{0};  // WebSockets ended for it
  Counter slow_consumers{0};
  Counter pong_timeouts{0};
  Counter bytes_received{0};
  Counter bytes_sent{0};
};

inline void Uncount(WebCounters::Counter& gauge) { gauge.fetch_sub(1, std::memory_order_relaxed); }

}  // namespace lockstep
