// User data streams: one account's events, as JSON, on one WebSocket.
//
// Shape: a stream is a session of the egress publisher, joined to its account. Balances that change
// are told once for each turn of the loop, behind the reports that changed them. Threads: the
// trading loop alone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/strong_id.h"
#include "gateway/binance/api_call.h"
#include "gateway/binance/gateway_state.h"
#include "gateway/egress_publisher.h"
#include "gateway/gateway_counters.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/web_handler.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/ExecutionReport.h"

namespace lockstep {

class UserStream final : public EgressSession {
 public:
  struct Target {
    WebSocketChannel* channel;  // null once the stream has ended
    std::uint32_t subscription_id;
    bool microseconds;
  };

  // Registers and joins: events follow from here on.
  UserStream(SessionId session, Identity identity, const Target& target, const GatewayState& state,
             EgressPublisher& egress, GatewayCounters& counters);
  ~UserStream() override;
  UserStream(const UserStream&) = delete;
  UserStream& operator=(const UserStream&) = delete;

  [[nodiscard]] const Identity& identity() const { return identity_; }
  // Tells the client that this is the end (if the channel still is).
  void SendTerminated();
  // Nothing is sent from here on.
  void Detach() { target_.channel = nullptr; }

  void OnPrivateEvent(const PrivateEvent& event) override;
  void FlushEvents() override;

 private:
  struct Balance {
    std::int64_t free;
    std::int64_t locked;
  };

  void OnReport(sbe::ExecutionReport& report);
  void OnBalanceUpdate(sbe::BalanceUpdate& update);
  // Sends what `write` writes, wrapped.
  template <class Write>
  void Send(Write&& write);

  SessionId session_;
  Identity identity_;
  Target target_;
  const GatewayState& state_;
  EgressPublisher& egress_;
  GatewayCounters& counters_;
  std::map<AssetId, Balance> changed_;  // since the last flush
  std::int64_t changed_at_ns_ = 0;
};

class UserStreams {
 public:
  UserStreams(SessionId first_session, const GatewayState& state, EgressPublisher& egress,
              IoThread& trading, GatewayCounters& counters)
      : next_session_(first_session.value()),
        state_(state),
        egress_(egress),
        trading_(trading),
        counters_(counters) {}

  [[nodiscard]] std::unique_ptr<UserStream> Open(const Identity& identity,
                                                 const UserStream::Target& target);

  // Ends a stream; it leaves the publisher later, since the publisher may be at work above this
  // call.
  void Close(std::unique_ptr<UserStream> stream);

 private:
  std::uint64_t next_session_;
  const GatewayState& state_;
  EgressPublisher& egress_;
  IoThread& trading_;
  GatewayCounters& counters_;
  std::vector<std::unique_ptr<UserStream>> closing_;
};

}  // namespace lockstep
