// The binary gateway: SBE messages over TCP, framed by the FIX Simple Open Framing Header.
// docs/protocol.md is what a client sees.
//
// Shape: one I/O thread of its own, which reads and writes all sockets and polls the event ring. A
// slow, silent or broken peer costs at most what GatewayLimits grants it and never makes another
// wait. Use: Start() before the engine replays its log (the ring must be read, and the replayed
// private events are kept for resend); Listen() when the exchange can serve; Drain() on SIGTERM;
// Stop(), or the destructor, ends the thread. Replies never leave before commit: they come from the
// event ring alone. In a cluster any node takes any session; a command or query that it may not
// serve is answered with a Redirect, and so is a command in flight that was proved never to happen
// when the node ceased to lead; one whose fate is not known in time gets OUTCOME_UNKNOWN. Threads:
// all methods from one controlling thread, except SetRefusal, AnnounceLeader, Deliver and the
// counters, which any may call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audit/audit_log.h"
#include "auth/key_store.h"
#include "base/clock.h"
#include "base/event_ring.h"
#include "base/ingress_ring.h"
#include "base/status.h"
#include "base/strong_id.h"
#include "gateway/cluster_counters.h"
#include "gateway/cluster_membership.h"
#include "gateway/gateway_counters.h"
#include "gateway/gateway_limits.h"
#include "market_data/feed.h"

namespace lockstep {

struct SbeServerConfig {
  std::string address = "127.0.0.1";  // IPv4 or IPv6, numeric
  std::uint16_t port = 0;             // 0: any free one, see port()
  NodeId node = NodeId(
      1);  // must be the one that replays and engine events carry for this gateway's commands
  GatewayLimits limits;
};

// Why the server takes no commands. Values of the schema's SessionError, so that this header needs
// no generated code.
enum class GatewayRefusal : std::uint16_t {
  kNone = 0,
  kBackPressured = 14,
  kStorageFailed = 15,
  kNotLeader = 16,
  kShuttingDown = 17,
};

class SbeServer final : public MarketDataSink {
 public:
  // All references must outlive the server; `reader` is attached to the engine's event ring and
  // read by nobody else. `market_data` may be null: Subscribe is then refused. `audit` may be null:
  // operators' commands then leave no line; what it has been given posts to this server until it is
  // stopped, so it is stopped before the server is destroyed. `cluster` null: the node is alone.
  SbeServer(const SbeServerConfig& config, const Clock& clock, const KeyStore& keys,
            IngressRing& commands, IngressRing& queries, EventRing::Reader& reader,
            MarketDataFeed* market_data, AuditLog* audit = nullptr,
            ClusterMembership* cluster = nullptr);
  ~SbeServer() override;
  SbeServer(const SbeServer&) = delete;
  SbeServer& operator=(const SbeServer&) = delete;

  // Starts the I/O thread.
  void Start();

  // Opens the port. kIoError: names address and reason. Requires Start.
  [[nodiscard]] Status Listen();

  // The port that is listened on, after Listen.
  [[nodiscard]] std::uint16_t port() const;

  // From now on commands are answered with this error and text; kNone: taken again. Queries and
  // market data go on. With kStorageFailed the commands in flight are answered as "outcome unknown"
  // unless their real answer comes within GatewayLimits::hold_in_flight_ns.
  void SetRefusal(GatewayRefusal refusal, const std::string& text);

  // Pushes a NewLeaderEvent to every session that is logged on: before a node that leads steps down
  // (kNoLeader: nobody leads yet). A change of leader that Leadership tells of needs no call.
  // Requires a cluster.
  void AnnounceLeader(std::int32_t member);

  // No new connections and no new commands (SHUTTING_DOWN); waits until what is in flight has been
  // answered, the orders of cancel-on-disconnect sessions are cancelled and all connections are
  // closed. The sequencer and engine must still run. False: `timeout_ns` passed first, and the
  // connections were cut.
  bool Drain(std::int64_t timeout_ns);

  // Ends all connections and the thread. Idempotent.
  void Stop();

  void Deliver(std::span<const SubscriberId> subscribers,
               std::shared_ptr<const std::vector<std::byte>> framed_messages) override;

  [[nodiscard]] const GatewayCounters& counters() const;
  [[nodiscard]] const ClusterCounters& cluster_counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
