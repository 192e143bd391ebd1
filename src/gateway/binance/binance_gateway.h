// The gateway in Binance's spot dialect: REST and the WebSocket API over the rings, independent of
// any transport. docs/api.md is what a client sees.
//
// Shape: everything runs on one loop, the trading one, which also reads the event ring: a reply
// leaves when its command's events come, and nothing is committed that has no events. The transport
// calls rest() and websocket_api() on that loop (routes /api/, /sapi/, /fapi/, /dapi/ and /ws-api).
// Lifetime: made before the loop starts; destroyed after the loop has stopped and after every
// WebSocketSession that it has opened. Threads: SetRefusal, Drain and counters() from any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>

#include "auth/key_store.h"
#include "base/clock.h"
#include "base/event_ring.h"
#include "base/ingress_ring.h"
#include "base/strong_id.h"
#include "gateway/binance/leader_gate.h"
#include "gateway/binance/order_desk.h"
#include "gateway/binance/rate_limits.h"
#include "gateway/cluster_counters.h"
#include "gateway/cluster_membership.h"
#include "gateway/gateway_counters.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/web_handler.h"
#include "history/history.h"
#include "market_data/stream_feed.h"

namespace lockstep {

class EgressPublisher;
class IngressAdapter;
class ReferenceData;

struct BinanceGatewayConfig {
  NodeId node = NodeId(1);
  RateLimitSettings rate_limits;
  OrderDeskLimits orders;
  LeaderGateLimits gate;
};

// Why no commands are taken.
enum class TradingRefusal : std::uint8_t { kNone, kStorageFailed, kShuttingDown };

class BinanceGateway {
 public:
  struct Surroundings {
    const Clock& clock;
    const KeyStore& keys;
    IngressRing& commands;
    IngressRing& queries;
    EventRing::Reader& reader;  // read by this gateway alone; see shared()
    StreamFeed& feed;
    History& history;
    IoThread& trading;
    ClusterMembership* cluster = nullptr;  // null: the node is alone, and always leads
    // What the engine has applied, from any thread; needed in a cluster.
    std::function<std::int64_t()> engine_position = nullptr;
  };

  BinanceGateway(const BinanceGatewayConfig& config, const Surroundings& surroundings);
  ~BinanceGateway();
  BinanceGateway(const BinanceGateway&) = delete;
  BinanceGateway& operator=(const BinanceGateway&) = delete;

  // What another gateway on the same loop shares, since an event ring has few readers: both ways
  // of the rings, the definitions as the ring has told them, and session ids from this one on.
  struct Shared {
    IngressAdapter& ingress;
    EgressPublisher& egress;
    const ReferenceData& reference;
    LeaderGate& gate;
    std::uint64_t first_session;
  };
  [[nodiscard]] Shared shared();

  [[nodiscard]] HttpHandler& rest();
  [[nodiscard]] WebSocketHandler& websocket_api();

  // From now on commands are answered with 503; kNone: taken again. Queries and market data go on.
  // With kStorageFailed what is in flight is answered as unknown unless its real answer comes
  // within OrderDeskLimits::hold_ns.
  void SetRefusal(TradingRefusal refusal);

  // Takes no new commands and waits until those in flight are answered. The loop, sequencer and
  // engine must still run. False: `timeout_ns` passed first.
  bool Drain(std::int64_t timeout_ns);

  [[nodiscard]] const GatewayCounters& counters() const;
  // Of everything that comes by HTTP, the operators' requests too.
  [[nodiscard]] const ClusterCounters& cluster_counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
