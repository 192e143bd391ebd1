// What a gateway grants its clients. Each bound exists so that no client, broken or hostile, can
// take from the others.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"
#include "protocol/frame.h"

namespace lockstep {

struct GatewayLimits {
  // ---- connections ----
  // File descriptors and read buffers (16 KiB each) are bounded by these two; one address cannot
  // take all of them.
  std::size_t max_connections = 1'024;
  std::size_t max_connections_per_address = 256;

  // ---- time, in ns of the monotonic clock ----
  // From connect to LogonAck: a half-open or silent peer holds a connection no longer than this.
  std::int64_t logon_timeout_ns = 5'000'000'000;
  // Longest silence of the server before it sends a Heartbeat.
  std::int64_t heartbeat_interval_ns = 5'000'000'000;
  // Without a whole message for this long the peer is dead. Bytes that never make a message do not
  // count, so a trickling sender ends here too. Three intervals: two heartbeats may be lost to a
  // stall of the peer.
  std::int64_t idle_timeout_ns = 15'000'000'000;
  // How far Logon.timestampNs may be from the gateway's wall clock, either way (DESIGN §6).
  std::int64_t timestamp_window_ns = 5'000'000'000;
  // After the last message of the server, how long the peer may take to read it and close.
  std::int64_t linger_ns = 1'000'000'000;
  // A request in flight when storage fails is held this long for its real result (DESIGN §4: some
  // clients give up at 1 s).
  std::int64_t hold_in_flight_ns = 900'000'000;

  // ---- bytes ----
  // Inbound message with its frame header: no client message is larger than the largest command.
  std::size_t max_inbound_message_bytes = limits::kMaxCommandBytes + kFrameHeaderBytes;
  // Queued for one reader that is slower than its data; past it the session ends with
  // SLOW_CONSUMER. Large enough for the order by order image of a book of a million orders (32
  // bytes each).
  std::size_t max_outbound_bytes = std::size_t{48} << 20U;
  // A resend fills the queue up to this and goes on when the peer has read: it never trips the
  // bound above.
  std::size_t resend_window_bytes = std::size_t{256} << 10U;
  // All private events held for resend, all accounts together.
  std::size_t private_event_bytes = std::size_t{64} << 20U;

  // ---- counts ----
  // Messages of one session in a second; a bucket of this size, so a burst of one second's worth
  // may come at once. 0: no bound. High, because the sequencer's back pressure already keeps the
  // log safe.
  std::uint32_t max_messages_per_second = 1'000'000;
  // Commands and queries of one session without an answer; bounds the memory that remembers them.
  std::size_t max_in_flight = 65'536;
  // (symbol, kind) pairs of one session: every symbol of a full engine, every kind.
  std::size_t max_subscriptions = 1'024;
};

static_assert(limits::kMaxCommandBytes + kFrameHeaderBytes <= limits::kMaxWireMessageBytes);

}  // namespace lockstep
