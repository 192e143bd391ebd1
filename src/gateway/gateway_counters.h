// What a gateway has done since it started, for metrics. Written by its I/O thread, read by any.
#pragma once

#include <atomic>
#include <cstdint>

namespace lockstep {

struct GatewayCounters {
  using Counter = std::atomic<std::uint64_t>;

  Counter connections_open{0};  // a gauge
  Counter sessions_open{0};     // a gauge: logged on
  Counter connections_accepted{0};
  Counter connections_refused{0};  // over a bound of connections
  Counter logon_failures{0};
  Counter commands_accepted{0};  // written to the ingress ring
  Counter queries_accepted{0};
  Counter messages_refused{0};  // answered with SessionReject
  Counter back_pressured{0};    // of those: the ring was full
  Counter malformed{0};
  Counter slow_consumers{0};
  Counter heartbeat_timeouts{0};
  Counter private_events_sent{0};
  Counter bytes_received{0};
  Counter bytes_sent{0};
  Counter cancels_on_disconnect{0};
};

inline void Count(GatewayCounters::Counter& counter, std::uint64_t by = 1) {
  counter.fetch_add(by, std::memory_order_relaxed);
}

}  // namespace lockstep
