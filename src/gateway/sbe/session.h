// One connection of the binary gateway, from its first byte to its last: what each message that
// comes in leads to, and what goes out.
//
// Knows no socket: bytes come in by OnBytes, what is to be written collects in outbound(). Life
// (docs/protocol.md):
//   kAwaitingLogon → (Logon believed) kLoggingOn → (the engine has told the account's last number)
//   kActive → kClosing
// In kClosing nothing is taken in and nothing is added; the connection writes what is queued and
// closes. Every bound of GatewayLimits that concerns one session is kept here; nothing a peer sends
// can trip an assertion. Threads: the gateway's I/O thread alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "base/strong_id.h"
#include "gateway/authenticator.h"
#include "gateway/cluster_counters.h"
#include "gateway/cluster_membership.h"
#include "gateway/egress_publisher.h"
#include "gateway/gateway_counters.h"
#include "gateway/gateway_limits.h"
#include "gateway/ingress_adapter.h"
#include "gateway/private_event_store.h"
#include "gateway/sbe/audited_commands.h"
#include "gateway/sbe/event_feed.h"
#include "gateway/sbe/frame_parser.h"
#include "gateway/sbe/in_flight.h"
#include "gateway/sbe/outbound_queue.h"
#include "gateway/sbe/session_messages.h"
#include "gateway/throttle.h"
#include "market_data/feed.h"

namespace lockstep {

// Why the gateway takes no new commands at present; error NONE: it does.
struct CommandStop {
  sbe::SessionError::Value error = sbe::SessionError::NONE;
  std::string text;
};

// What all sessions of one gateway share. Outlives them.
struct SessionServices {
  const GatewayLimits& limits;
  const Clock& clock;
  const Authenticator& authenticator;
  IngressAdapter& ingress;
  EgressPublisher& egress;
  PrivateEventStore& events;
  MarketDataFeed* market_data;  // null: no market data here
  MarketDataSink* market_data_sink;
  GatewayCounters& counters;
  const CommandStop& stop;
  AuditedCommands* audited = nullptr;           // null: operators' commands are not audited here
  ClusterMembership* cluster = nullptr;         // null: the node is alone
  ClusterCounters* cluster_counters = nullptr;  // null: the node is alone
};

// The connection, as its session sees it.
class SessionTransport {
 public:
  virtual ~SessionTransport() = default;
  // outbound() has grown, or the session is closing: write.
  virtual void Flush() = 0;
  [[nodiscard]] virtual std::string PeerAddress() const = 0;  // numeric
};

class Session final : public EgressSession {
 public:
  enum class State : std::uint8_t { kAwaitingLogon, kLoggingOn, kActive, kClosing };

  // Registers with the egress publisher and queues the Challenge.
  Session(SessionId id, SessionServices& services, SessionTransport& transport);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Bytes as they came; they are changed. The caller flushes afterwards.
  void OnBytes(std::span<std::byte> bytes);
  void OnPrivateEvent(const PrivateEvent& event) override;
  void FlushEvents() override { transport_.Flush(); }
  void OnMarketData(std::shared_ptr<const std::vector<std::byte>> framed_messages);

  // Time-outs, heartbeats, revoked keys. A few times a second. True: there is something to flush.
  [[nodiscard]] bool OnTick();

  // The queue has been written down to a resend's window: adds what comes next.
  void OnDrained();

  // The audit log has the line of the oldest command held for it, or why it has not.
  void OnAnnounced(const Result<std::uint64_t>& intent);

  // Ends the session with a SessionReject.
  void Close(sbe::SessionError::Value error, std::string_view text);

  // Storage has failed: what is in flight may or may not have happened.
  void AnswerInFlightAsUnknown();

  // What is in flight since tenures up to this one never happened, as far as that can be told
  // (TakenIn::IsEndedBy).
  void OnTenureEnded(std::uint64_t ended_tenure);
  // … is not waited for any longer.
  void OnTenureGivenUp(std::uint64_t tenure);
  // Tells a session that is logged on who leads.
  void TellLeader(const LeaderHint& hint);

  // The way of this session's orders on disconnect. True once, if the session was logged on and
  // asked for it.
  [[nodiscard]] bool TakeCancelOnDisconnect();

  // Sends the cancel that is due at the end now and awaits its answer like a command's. False: the
  // ring is full.
  [[nodiscard]] bool SubmitDisconnectCancel();

  [[nodiscard]] bool cancel_on_disconnect() const { return cancel_on_disconnect_; }
  [[nodiscard]] SessionId id() const { return id_; }
  [[nodiscard]] Origin origin() const { return {id_, account_}; }
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] OutboundQueue& outbound() { return outbound_; }
  // Commands and queries without an answer.
  [[nodiscard]] std::size_t InFlightCount() const {
    return commands_.size() + queries_ + held_.size();
  }

 private:
  // Returns whether to go on with the next message.
  bool OnMessage(std::span<std::byte> message);
  void OnLogon(std::span<const std::byte> message);
  void CompleteLogon(std::uint64_t last_private_sequence);
  void OnHeartbeat(std::span<const std::byte> message);
  void OnResendRequest(std::span<const std::byte> message);
  void OnSubscribe(std::span<const std::byte> message);
  void OnQuery(std::span<std::byte> message);
  void OnCommand(std::span<std::byte> message);
  // The answer at a node that may not serve the message.
  void Divert(const RequestId& request_id, std::uint16_t template_id);
  void AnswerAsUnknown(const std::vector<SentRequest>& requests, sbe::SessionError::Value error);
  [[nodiscard]] std::uint64_t tenure() const;
  [[nodiscard]] TakenIn TakenSince(std::uint64_t tenure_before) const;
  void Hold(std::span<const std::byte> message, bool announced);
  void SendHeld();
  // 0: not announced. False: it was refused.
  bool SendCommand(std::span<std::byte> message, std::int64_t received_ns, std::uint64_t intent);
  [[nodiscard]] AuditedCommands::Sender sender() const;
  void OnSessionMessage(std::uint16_t template_id, std::span<const std::byte> message);

  void Send(std::span<const std::byte> framed_message);
  void RefuseMessage(std::span<const std::byte> message, sbe::SessionError::Value error,
                     std::string_view text, std::uint32_t retry_after_ms = 0);
  void CloseMalformed(std::string_view text);
  void EndIfTooSlow();
  void EnterClosing();
  void PumpEvents();
  void CheckKeyStillValid();

  SessionId id_;
  SessionServices& services_;
  SessionTransport& transport_;
  State state_ = State::kAwaitingLogon;
  LogonChallenge challenge_;
  FrameParser parser_;
  Throttle throttle_;
  OutboundQueue outbound_;
  EventFeed event_feed_;
  InFlight commands_;
  // Commands that wait for the audit log, and those behind them: they keep their order.
  struct Held {
    std::vector<std::byte> message;
    bool waits;  // for its line
    std::uint64_t intent;
    std::int64_t received_ns;  // wall
  };
  std::deque<Held> held_;
  std::size_t queries_ = 0;

  // Set by a Logon that was believed.
  AccountId account_;
  std::string api_key_;
  std::uint64_t key_generation_ = 0;
  std::uint32_t permissions_ = 0;
  bool cancel_wanted_ = false;
  bool cancel_on_disconnect_ = false;  // cancel_wanted_, once logged on and until it is taken
  bool resend_wanted_ = false;
  std::uint64_t resend_after_ = 0;

  std::set<std::pair<std::uint32_t, std::uint8_t>> subscriptions_;  // (symbol, kind)
  std::int64_t received_wall_ns_ = 0;
  std::int64_t started_ns_;  // these three: monotonic
  std::int64_t last_received_ns_;
  std::int64_t last_sent_ns_;
};

}  // namespace lockstep
