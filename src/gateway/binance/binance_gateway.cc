#include "gateway/binance/binance_gateway.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <utility>

#include "gateway/binance/account_endpoints.h"
#include "gateway/binance/api_core.h"
#include "gateway/binance/authorization.h"
#include "gateway/binance/engine_queries.h"
#include "gateway/binance/gateway_state.h"
#include "gateway/binance/history_access.h"
#include "gateway/binance/leader_gate.h"
#include "gateway/binance/market_endpoints.h"
#include "gateway/binance/rest_handler.h"
#include "gateway/binance/trade_endpoints.h"
#include "gateway/binance/user_streams.h"
#include "gateway/binance/websocket_api.h"
#include "gateway/egress_publisher.h"
#include "gateway/ingress_adapter.h"
#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/LeadershipTerm.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

// Events handled before sockets get their turn again.
constexpr std::size_t kEventsAtATime = 1'024;
constexpr auto kTick = std::chrono::milliseconds(50);
// Sessions of the binary gateway count from the time as well, below this bit: a reply to one of
// them finds no session here, nor one of ours there.
constexpr std::uint64_t kOurSessions = std::uint64_t{1} << 63U;

}  // namespace

class BinanceGateway::Impl final : public EventObserver {
 public:
  Impl(const BinanceGatewayConfig& config, const Surroundings& around)
      : state_{.clock = around.clock,
               .reference = {},
               .limits = RateLimits(config.rate_limits),
               .engine_position = around.engine_position},
        reader_(around.reader),
        trading_(around.trading),
        next_session_(kOurSessions | static_cast<std::uint64_t>(around.clock.WallNs())),
        ingress_(around.commands, around.queries, config.node,
                 [this](std::function<void()> wake) { trading_.Post(std::move(wake)); }),
        egress_(around.reader, nullptr, around.clock, config.node, this),
        history_(state_, around.history, around.trading),
        gate_(around.cluster, config.gate, around.clock, around.trading),
        desk_(SessionId(next_session_), config.orders, ingress_, egress_, history_, around.clock,
              counters_, gate_),
        queries_(SessionId(next_session_ + 1), ingress_, egress_, counters_),
        streams_(SessionId(next_session_ + 2), state_, egress_, around.trading, counters_),
        authorization_(around.keys),
        trade_(state_, desk_, queries_),
        account_(state_, history_, queries_),
        market_(state_, history_, around.feed, around.trading),
        core_({.state = state_,
               .authorization = authorization_,
               .desk = desk_,
               .trade = trade_,
               .account = account_,
               .market = market_,
               .gate = gate_}),
        rest_(core_),
        websocket_(core_, streams_) {
    trading_.Watch(
        reader_.waker(), [this] { return egress_.Poll(kEventsAtATime) == kEventsAtATime; },
        [this] { return reader_.Empty(); });
    trading_.Every(kTick, [this] { OnTick(); });
    gate_.OnChange([this] { websocket_.EndSessionsNotLed(); });
  }

  void OnRingEvent(std::uint16_t template_id, std::span<const std::byte> message) override {
    switch (template_id) {
      case sbe::BatchEnd::sbeTemplateId(): {
        auto end = Decode<sbe::BatchEnd>(message);
        state_.position = end.position();
        state_.applied_ns = end.timestampNs();
        gate_.OnApplied();
        break;
      }
      case sbe::LeadershipTerm::sbeTemplateId(): {
        auto term = Decode<sbe::LeadershipTerm>(message);
        gate_.OnLeadershipTerm(term.term(), term.endedTenure());
        break;
      }
      case sbe::AssetDefinition::sbeTemplateId():
        state_.reference.Apply(message);
        break;
      case sbe::SymbolDefinition::sbeTemplateId():
        state_.reference.Apply(message);
        // Of a loaded snapshot, which no BatchEnd follows.
        state_.position =
            std::max(state_.position, Decode<sbe::SymbolDefinition>(message).header().position());
        break;
      default:
        break;
    }
  }

  void SetRefusal(TradingRefusal refusal) {
    trading_.Post([this, refusal] {
      switch (refusal) {
        case TradingRefusal::kNone:
          desk_.SetRefusal(std::nullopt, false);
          break;
        case TradingRefusal::kStorageFailed:
          desk_.SetRefusal(ErrorKind::kBusy, true);
          break;
        case TradingRefusal::kShuttingDown:
          desk_.SetRefusal(ErrorKind::kShuttingDown, false);
          break;
      }
    });
  }

  bool Drain(std::int64_t timeout_ns) {
    auto drained = std::make_shared<std::promise<void>>();
    auto done = drained->get_future();
    trading_.Post([this, drained] {
      if (!desk_.refusal()) {
        desk_.SetRefusal(ErrorKind::kShuttingDown, false);
      }
      drained_ = drained;
      OnTick();
    });
    return done.wait_for(std::chrono::nanoseconds(timeout_ns)) == std::future_status::ready;
  }

  // Three sessions are this gateway's own.
  Shared shared() {
    return {.ingress = ingress_,
            .egress = egress_,
            .reference = state_.reference,
            .gate = gate_,
            .first_session = next_session_ + 3};
  }
  HttpHandler& rest() { return rest_; }
  WebSocketHandler& websocket_api() { return websocket_; }
  [[nodiscard]] const GatewayCounters& counters() const { return counters_; }
  [[nodiscard]] const ClusterCounters& cluster_counters() const { return gate_.counters(); }

 private:
  void OnTick() {
    gate_.OnTick();
    desk_.OnTick();
    websocket_.OnTick();
    if (drained_ != nullptr && desk_.in_flight() == 0 && queries_.in_flight() == 0 &&
        gate_.held() == 0) {
      std::exchange(drained_, nullptr)->set_value();
    }
  }

  GatewayState state_;
  GatewayCounters counters_;
  EventRing::Reader& reader_;
  IoThread& trading_;
  std::uint64_t next_session_;
  IngressAdapter ingress_;
  EgressPublisher egress_;
  HistoryAccess history_;
  LeaderGate gate_;
  OrderDesk desk_;
  EngineQueries queries_;
  UserStreams streams_;
  Authorization authorization_;
  TradeEndpoints trade_;
  AccountEndpoints account_;
  MarketEndpoints market_;
  ApiCore core_;
  RestHandler rest_;
  WebSocketApi websocket_;
  std::shared_ptr<std::promise<void>> drained_;  // set while draining
};

BinanceGateway::BinanceGateway(const BinanceGatewayConfig& config, const Surroundings& surroundings)
    : impl_(std::make_unique<Impl>(config, surroundings)) {}

BinanceGateway::~BinanceGateway() = default;

BinanceGateway::Shared BinanceGateway::shared() { return impl_->shared(); }
HttpHandler& BinanceGateway::rest() { return impl_->rest(); }
WebSocketHandler& BinanceGateway::websocket_api() { return impl_->websocket_api(); }
void BinanceGateway::SetRefusal(TradingRefusal refusal) { impl_->SetRefusal(refusal); }
bool BinanceGateway::Drain(std::int64_t timeout_ns) { return impl_->Drain(timeout_ns); }
const GatewayCounters& BinanceGateway::counters() const { return impl_->counters(); }
const ClusterCounters& BinanceGateway::cluster_counters() const {
  return impl_->cluster_counters();
}

}  // namespace lockstep
