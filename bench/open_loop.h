// Sends orders at a fixed rate, whether or not answers come, and measures each from the moment it
// should have been sent: a stall counts against every order that it delays (no coordinated
// omission).
//
// One thread: an order rests far from the market and the next cancels it, so the book stays as it
// was.
#pragma once

#include <cstdint>

#include "base/histogram.h"
#include "base/status.h"
#include "client/sbe_client.h"

namespace lockstep {

struct OpenLoopFigures {
  Histogram round_trip_ns;  // intended send → answer read
  // The parts of the way, by the answer's stamps.
  Histogram to_gateway_ns;    // sent → received by the gateway
  Histogram to_sequencer_ns;  // received → stamped by the sequencer
  Histogram to_matched_ns;    // → durable and matched
  Histogram to_sent_ns;       // → written to the socket
  Histogram to_client_ns;     // → read by the client
  std::uint64_t rejects = 0;
};

// `client` is logged on; `symbol` has prices of two decimals.
[[nodiscard]] Result<OpenLoopFigures> RunOpenLoop(SbeClient& client, std::uint32_t symbol,
                                                  double orders_per_second, double seconds);

}  // namespace lockstep
