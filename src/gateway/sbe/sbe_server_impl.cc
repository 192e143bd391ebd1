#include "gateway/sbe/sbe_server_impl.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <utility>

#include "base/thread_kind.h"
#include "lockstep_sbe/SessionError.h"

namespace lockstep {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Events handled before sockets get their turn again: bounds how long a burst keeps a reader
// waiting.
constexpr std::size_t kEventsAtATime = 1'024;
// Time-outs are seconds; a finer tick would only cost idle wake-ups.
constexpr auto kTick = std::chrono::milliseconds(50);
constexpr auto kDoze = std::chrono::milliseconds(2);
constexpr int kListenBacklog = 1'024;

}  // namespace

SbeServer::Impl::Impl(const SbeServerConfig& config, const Clock& clock, const KeyStore& keys,
                      IngressRing& commands, IngressRing& queries, EventRing::Reader& reader,
                      MarketDataFeed* market_data, MarketDataSink& sink, AuditLog* audit,
                      ClusterMembership* cluster)
    : config_(config),
      clock_(clock),
      cluster_(cluster),
      authenticator_(keys, config_.limits.timestamp_window_ns),
      ingress_(commands, queries, config_.node),
      events_(config_.limits.private_event_bytes),
      audited_(audit == nullptr
                   ? nullptr
                   : std::make_unique<AuditedCommands>(
                         *audit, clock, config_.node,
                         [this](std::function<void()> work) { asio::post(io_, std::move(work)); },
                         [this](SessionId session, const Result<std::uint64_t>& intent) {
                           OnAnnounced(session, intent);
                         })),
      reader_(reader),
      egress_(reader, &events_, clock, config_.node, this),
      cancels_(ingress_),
      services_{.limits = config_.limits,
                .clock = clock_,
                .authenticator = authenticator_,
                .ingress = ingress_,
                .egress = egress_,
                .events = events_,
                .market_data = market_data,
                .market_data_sink = &sink,
                .counters = counters_,
                .stop = stop_,
                .audited = audited_.get(),
                .cluster = cluster,
                .cluster_counters = &cluster_counters_},
      work_(io_.get_executor()),
      // Starts with the time, so that a reply on the log to a session of an earlier life of this
      // node finds no session here.
      next_session_(static_cast<std::uint64_t>(clock.WallNs())) {
  if (cluster_ != nullptr) {
    cluster_->leadership().Listen(alive_, [this] { asio::post(io_, [this] { OnLeadership(); }); });
  }
}

SbeServer::Impl::~Impl() { Stop(); }

void SbeServer::Impl::Start() {
  events_ready_.assign(reader_.waker().fd());
  asio::post(io_, [this] {
    PumpEvents();
    ScheduleTick();
  });
  thread_ = std::thread([this] {
    DescribeThread("sbe", ThreadKind::kPrompt);
    io_.run();
  });
}

Status SbeServer::Impl::Listen() {
  std::promise<Status> listening;
  asio::post(io_, [&] {
    error_code error;
    const auto address = asio::ip::make_address(config_.address, error);
    const tcp::endpoint endpoint(address, config_.port);
    if (!error) {
      acceptor_.open(endpoint.protocol(), error);
    }
    if (!error) {
      acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
      acceptor_.bind(endpoint, error);
    }
    if (!error) {
      acceptor_.listen(kListenBacklog, error);
    }
    if (error) {
      error_code ignored;
      acceptor_.close(ignored);
      listening.set_value({StatusCode::kIoError, "cannot listen on " + config_.address + ":" +
                                                     std::to_string(config_.port) + ": " +
                                                     error.message()});
      return;
    }
    port_ = acceptor_.local_endpoint().port();
    Accept();
    listening.set_value(Status::Ok());
  });
  return listening.get_future().get();
}

void SbeServer::Impl::Accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (!acceptor_.is_open()) {
      return;
    }
    if (!error) {
      OnAccepted(std::move(socket));
      Accept();
    } else if (error != asio::error::operation_aborted) {
      // Out of descriptors or the peer is gone already: the next tick tries again.
      accept_paused_ = true;
    }
  });
}

void SbeServer::Impl::OnAccepted(tcp::socket socket) {
  error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) {
    return;
  }
  const GatewayLimits& limits = config_.limits;
  if (connections_.size() >= limits.max_connections) {
    TurnAway(std::move(socket), "too many connections to this gateway");
    return;
  }
  std::size_t& of_address = connections_of_address_[peer.address()];
  if (of_address >= limits.max_connections_per_address) {
    TurnAway(std::move(socket), "too many connections from this address");
    return;
  }
  ++of_address;
  Count(counters_.connections_accepted);
  Count(counters_.connections_open);
  const SessionId id(next_session_++);
  auto connection =
      std::make_shared<Connection>(std::move(socket), peer.address(), id, services_, *this);
  connections_.emplace(id.value(), connection);
  connection->Start();
}

void SbeServer::Impl::TurnAway(tcp::socket socket, std::string_view text) {
  Count(counters_.connections_refused);
  const FramedMessage reject = MakeSessionReject({.request_id = {},
                                                  .error = sbe::SessionError::TOO_MANY_CONNECTIONS,
                                                  .template_id = 0,
                                                  .closing = true,
                                                  .retry_after_ms = 1'000,
                                                  .text = text});
  error_code ignored;
  socket.non_blocking(true, ignored);
  // An empty send buffer takes a message of this size at once.
  socket.send(asio::buffer(reject.bytes().data(), reject.bytes().size()), 0, ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void SbeServer::Impl::OnSessionEnded(Connection& connection) {
  Session& session = connection.session();
  // Only a node that leads can keep the promise.
  if (session.TakeCancelOnDisconnect() && stop_.error != sbe::SessionError::STORAGE_FAILED &&
      TakesCommands()) {
    Count(counters_.cancels_on_disconnect);
    cancels_.Add(session.origin());
    cancels_.Retry(clock_.WallNs());
  }
}

void SbeServer::Impl::OnClosed(Connection& connection) {
  // Posted: the connection, or the publisher that flushes it, may still be at work above this call.
  asio::post(io_, [this, id = connection.session().id().value()] {
    const auto found = connections_.find(id);
    if (found == connections_.end()) {
      return;
    }
    const auto of_address = connections_of_address_.find(found->second->peer());
    if (--of_address->second == 0) {
      connections_of_address_.erase(of_address);
    }
    counters_.connections_open.fetch_sub(1, std::memory_order_relaxed);
    connections_.erase(found);
  });
}

Connection* SbeServer::Impl::Find(std::uint64_t session) const {
  const auto found = connections_.find(session);
  return found == connections_.end() ? nullptr : found->second.get();
}

void SbeServer::Impl::PumpEvents() {
  for (;;) {
    const std::size_t taken = egress_.Poll(kEventsAtATime);
    if (taken == kEventsAtATime) {
      asio::post(io_, [this] { PumpEvents(); });
      return;
    }
    if (taken > 0 && connections_.empty()) {
      Doze();
      return;
    }
    reader_.waker().Arm();
    if (reader_.Empty()) {
      break;
    }
    reader_.waker().Disarm();
  }
  AwaitEvents();
}

// Events flow, but nobody is there to be told: they are only kept, and that has time.
void SbeServer::Impl::Doze() {
  reader_.Doze(true);
  doze_.expires_after(kDoze);
  doze_.async_wait([this](const error_code& error) {
    reader_.Doze(false);
    if (!error) {
      PumpEvents();
    }
  });
}

void SbeServer::Impl::AwaitEvents() {
  events_ready_.async_wait(asio::posix::stream_descriptor::wait_read,
                           [this](const error_code& error) {
                             if (error) {
                               return;
                             }
                             reader_.waker().Disarm();
                             PumpEvents();
                           });
}

void SbeServer::Impl::Deliver(std::span<const SubscriberId> subscribers,
                              std::shared_ptr<const std::vector<std::byte>> framed_messages) {
  bool first = false;
  {
    const std::lock_guard lock(deliveries_mutex_);
    first = deliveries_.empty();
    deliveries_.push_back({{subscribers.begin(), subscribers.end()}, std::move(framed_messages)});
  }
  if (first) {
    asio::post(io_, [this] { DeliverWaiting(); });
  }
}

void SbeServer::Impl::DeliverWaiting() {
  {
    const std::lock_guard lock(deliveries_mutex_);
    delivering_.swap(deliveries_);
  }
  for (const Delivery& delivery : delivering_) {
    for (const SubscriberId subscriber : delivery.subscribers) {
      if (Connection* connection = Find(subscriber.value())) {
        connection->session().OnMarketData(delivery.framed_messages);
      }
    }
  }
  // Flushing an empty queue costs nothing, so those that occur several times are written once.
  for (const Delivery& delivery : delivering_) {
    for (const SubscriberId subscriber : delivery.subscribers) {
      if (Connection* connection = Find(subscriber.value())) {
        connection->Flush();
      }
    }
  }
  delivering_.clear();
}

void SbeServer::Impl::SetRefusal(GatewayRefusal refusal, const std::string& text) {
  asio::post(io_, [this, refusal, text] {
    stop_ = {static_cast<sbe::SessionError::Value>(refusal), text};
    answer_in_flight_at_ns_ = INT64_MAX;
    if (refusal == GatewayRefusal::kStorageFailed) {
      cancels_.Clear();
      answer_in_flight_at_ns_ = clock_.MonotonicNs() + config_.limits.hold_in_flight_ns;
    }
  });
}

void SbeServer::Impl::ScheduleTick() {
  tick_.expires_after(kTick);
  tick_.async_wait([this](const error_code& error) {
    if (error) {
      return;
    }
    OnTick();
    ScheduleTick();
  });
}

void SbeServer::Impl::OnTick() {
  if (accept_paused_ && acceptor_.is_open()) {
    accept_paused_ = false;
    Accept();
  }
  cancels_.Retry(clock_.WallNs());
  for (const auto& [id, connection] : connections_) {
    connection->OnTick();
  }
  if (clock_.MonotonicNs() >= answer_in_flight_at_ns_) {
    answer_in_flight_at_ns_ = INT64_MAX;
    AnswerHeldInFlight();
  }
  GiveUpTenures();
  AdvanceDrain();
}

void SbeServer::Impl::OnAnnounced(SessionId session, const Result<std::uint64_t>& intent) {
  if (Connection* const connection = Find(session.value())) {
    connection->session().OnAnnounced(intent);
    connection->Flush();
  } else if (intent) {
    audited_->Refused(*intent, sbe::SessionError::NOT_LOGGED_ON, "the session had ended");
  }
}

void SbeServer::Impl::AnswerHeldInFlight() {
  for (const auto& [id, connection] : connections_) {
    connection->session().AnswerInFlightAsUnknown();
    connection->Flush();
  }
}

bool SbeServer::Impl::AnythingInFlight() const {
  for (const auto& [id, connection] : connections_) {
    const bool active = connection->session().state() == Session::State::kActive;
    if (active && connection->session().InFlightCount() != 0) {
      return true;
    }
  }
  return !cancels_.empty();
}

void SbeServer::Impl::AdvanceDrain() {
  if (drain_ == DrainPhase::kAnswering && !AnythingInFlight()) {
    drain_ = DrainPhase::kCancelling;
  }
  if (drain_ == DrainPhase::kCancelling) {
    bool all_sent = true;
    for (const auto& [id, connection] : connections_) {
      Session& session = connection->session();
      if (session.cancel_on_disconnect() && TakesCommands() && !session.SubmitDisconnectCancel()) {
        all_sent = false;
        break;
      }
    }
    if (all_sent && !AnythingInFlight()) {
      drain_ = DrainPhase::kClosing;
      for (const auto& [id, connection] : connections_) {
        connection->session().Close(sbe::SessionError::SHUTTING_DOWN, "the exchange shuts down");
        connection->Flush();
      }
    }
  }
  if (drain_ == DrainPhase::kClosing && connections_.empty()) {
    drain_ = DrainPhase::kDone;
    drained_.set_value();
  }
}

bool SbeServer::Impl::Drain(std::int64_t timeout_ns) {
  auto drained = drained_.get_future();
  asio::post(io_, [this] {
    error_code ignored;
    acceptor_.close(ignored);
    if (stop_.error == sbe::SessionError::NONE) {
      stop_ = {sbe::SessionError::SHUTTING_DOWN, "the exchange shuts down"};
    }
    drain_ = DrainPhase::kAnswering;
    AdvanceDrain();
  });
  const bool in_time =
      drained.wait_for(std::chrono::nanoseconds(timeout_ns)) == std::future_status::ready;
  Stop();
  return in_time;
}

void SbeServer::Impl::Stop() {
  if (!thread_.joinable()) {
    return;
  }
  asio::post(io_, [this] {
    error_code ignored;
    acceptor_.close(ignored);
    for (const auto& [id, connection] : connections_) {
      connection->Abort();
    }
    // The descriptor is the waker's.
    events_ready_.cancel(ignored);
    events_ready_.release();
    tick_.cancel();
    work_.reset();
    asio::post(io_, [this] { io_.stop(); });
  });
  thread_.join();
  connections_.clear();
}

}  // namespace lockstep
