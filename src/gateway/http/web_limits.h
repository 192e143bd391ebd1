// What the HTTP and WebSocket port grants its peers. Each bound exists so that no peer, broken or
// hostile, can take from the others.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lockstep {

struct WebLimits {
  // ---- connections ----
  // Ten thousand subscribers and room for the REST clients beside them. WebServer lowers it where
  // the process may not open as many files.
  std::size_t max_connections = 10'500;
  // Behind one proxy all clients have one address, so this is a setting, not a guess.
  std::size_t max_connections_per_address = 10'500;
  // Past either bound a connection is still taken, up to this many, for /healthz and /metrics alone
  // (anything else is 503); the oldest of them makes place for the newest. A probe asks within one
  // round trip of its connect, so a flood cannot keep it out.
  std::size_t reserved_connections = 32;

  // ---- time, in ns of the monotonic clock ----
  // From the first byte of a request (or from connect) to its last: a trickling sender wins
  // nothing by each further byte.
  std::int64_t request_timeout_ns = 10'000'000'000;
  // Between two requests. Longer than the 60 s after which common clients and proxies drop idle
  // connections themselves, so that they, not we, end them.
  std::int64_t idle_timeout_ns = 75'000'000'000;
  // A handler that has not answered by then never will.
  std::int64_t answer_timeout_ns = 60'000'000'000;
  // Without one byte taken by the peer for this long an answer is given up.
  std::int64_t write_timeout_ns = 10'000'000'000;
  // After the last byte of ours, how long the peer may take to read it and close. Closing at once
  // would reset the connection, and the peer would lose the answer.
  std::int64_t linger_ns = 1'000'000'000;
  // Binance's: a ping every 20 s, the end without a pong for 60 s, or after a day.
  std::int64_t ping_interval_ns = 20'000'000'000;
  std::int64_t pong_timeout_ns = 60'000'000'000;
  std::int64_t websocket_life_ns = 86'400'000'000'000;
  // How often the bounds above are looked at.
  std::int64_t tick_ns = 100'000'000;

  // ---- bytes ----
  std::uint32_t max_header_bytes = 16U << 10U;
  // A cancelReplace with every parameter is below 1 KiB.
  std::size_t max_body_bytes = std::size_t{64} << 10U;
  // One WebSocket message, in fragments or not: a SUBSCRIBE of 1,024 streams is about 32 KiB.
  std::size_t max_message_bytes = std::size_t{64} << 10U;
  // Requests and messages that have come in part, all connections of one loop together. What comes
  // whole in one segment is never held, so this ends only the slow. Ten thousand connections, each
  // a byte short of the bounds above, would hold 800 MB otherwise.
  std::size_t max_held_bytes = std::size_t{64} << 20U;
  // Queued for one WebSocket that reads too slowly; past it the session ends (1008).
  std::size_t max_outbound_bytes = std::size_t{8} << 20U;
  // Queued for all WebSockets of one loop; past it those end that have more than a fair share.
  std::size_t max_outbound_bytes_in_all = std::size_t{256} << 20U;
  std::size_t fair_outbound_bytes = std::size_t{128} << 10U;

  // ---- counts ----
  // Frames of any kind from one WebSocket in a second (a bucket of this size). A message may come
  // in fragments, hence more than the messages that a route allows; fragments of no length would
  // otherwise never meet a bound.
  std::uint32_t max_frames_per_second = 2'000;
  // Connections taken before sockets get their turn again.
  int accepts_at_a_time = 64;
};

}  // namespace lockstep
