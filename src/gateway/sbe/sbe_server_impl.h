// The inside of SbeServer: acceptor, table of connections, event pump, timer. Kept apart so that
// only this folder includes Boost.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "gateway/cancel_on_disconnect.h"
#include "gateway/cluster_counters.h"
#include "gateway/cluster_membership.h"
#include "gateway/sbe/connection.h"
#include "gateway/sbe/sbe_server.h"
#include "gateway/sbe/session.h"
#include "gateway/tenure_watch.h"

namespace lockstep {

class SbeServer::Impl final : public ConnectionOwner, public EventObserver {
 public:
  Impl(const SbeServerConfig& config, const Clock& clock, const KeyStore& keys,
       IngressRing& commands, IngressRing& queries, EventRing::Reader& reader,
       MarketDataFeed* market_data, MarketDataSink& sink, AuditLog* audit,
       ClusterMembership* cluster);
  ~Impl() override;

  void Start();
  Status Listen();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  void SetRefusal(GatewayRefusal refusal, const std::string& text);
  void AnnounceLeader(std::int32_t member);
  bool Drain(std::int64_t timeout_ns);
  void Stop();
  void Deliver(std::span<const SubscriberId> subscribers,
               std::shared_ptr<const std::vector<std::byte>> framed_messages);
  [[nodiscard]] const GatewayCounters& counters() const { return counters_; }
  [[nodiscard]] const ClusterCounters& cluster_counters() const { return cluster_counters_; }

  void OnSessionEnded(Connection& connection) override;
  void OnClosed(Connection& connection) override;
  void OnRingEvent(std::uint16_t template_id, std::span<const std::byte> message) override;

 private:
  enum class DrainPhase : std::uint8_t { kNot, kAnswering, kCancelling, kClosing, kDone };
  struct Delivery {
    std::vector<SubscriberId> subscribers;
    std::shared_ptr<const std::vector<std::byte>> framed_messages;
  };

  void Accept();
  void OnAccepted(boost::asio::ip::tcp::socket socket);
  void TurnAway(boost::asio::ip::tcp::socket socket, std::string_view text);
  void PumpEvents();
  void Doze();
  void AwaitEvents();
  void DeliverWaiting();
  void ScheduleTick();
  void OnTick();
  void OnAnnounced(SessionId session, const Result<std::uint64_t>& intent);
  void AnswerHeldInFlight();
  void OnLeadership();
  void TellLeader(std::int32_t member);
  void OnTenureEnded(std::uint64_t ended_tenure);
  void GiveUpTenures();
  [[nodiscard]] bool TakesCommands() const {
    return cluster_ == nullptr || cluster_->TakesCommands();
  }
  void AdvanceDrain();
  [[nodiscard]] bool AnythingInFlight() const;
  [[nodiscard]] Connection* Find(std::uint64_t session) const;

  const SbeServerConfig config_;
  const Clock& clock_;
  ClusterMembership* const cluster_;
  GatewayCounters counters_;
  ClusterCounters cluster_counters_;
  Authenticator authenticator_;
  IngressAdapter ingress_;
  PrivateEventStore events_;
  std::unique_ptr<AuditedCommands> audited_;  // null: no audit log
  EventRing::Reader& reader_;
  EgressPublisher egress_;
  CancelOnDisconnect cancels_;
  CommandStop stop_;
  std::int64_t answer_in_flight_at_ns_ = INT64_MAX;
  SessionServices services_;
  TenureWatch tenures_;
  std::int32_t told_leader_ = Leadership::kNoLeader;  // to the sessions
  std::shared_ptr<const void> alive_ = std::make_shared<int>(0);

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  boost::asio::posix::stream_descriptor events_ready_{io_};
  boost::asio::steady_timer tick_{io_};
  boost::asio::steady_timer doze_{io_};
  bool accept_paused_ = false;
  std::uint16_t port_ = 0;
  std::uint64_t next_session_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::map<boost::asio::ip::address, std::size_t> connections_of_address_;
  DrainPhase drain_ = DrainPhase::kNot;
  std::promise<void> drained_;

  std::mutex deliveries_mutex_;
  std::vector<Delivery> deliveries_;  // guarded by it
  std::vector<Delivery> delivering_;  // the I/O thread's

  std::thread thread_;
};

}  // namespace lockstep
