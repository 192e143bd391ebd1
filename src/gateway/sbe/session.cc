#include "gateway/sbe/session.h"

#include <cstring>
#include <utility>

#include "gateway/sbe/client_message.h"
#include "lockstep_sbe/Heartbeat.h"
#include "lockstep_sbe/Logon.h"
#include "lockstep_sbe/Logout.h"
#include "lockstep_sbe/Query.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/ResendRequest.h"
#include "lockstep_sbe/Subscribe.h"
#include "protocol/commands.h"
#include "protocol/shape.h"

namespace lockstep {
namespace {

using Error = sbe::SessionError;

constexpr MessageShape kSessionShapes[] = {
    ShapeOf<sbe::Logon>(1),         ShapeOf<sbe::Heartbeat>(0), ShapeOf<sbe::Logout>(0),
    ShapeOf<sbe::ResendRequest>(0), ShapeOf<sbe::Subscribe>(0), ShapeOf<sbe::Query>(1),
};

std::uint32_t Milliseconds(std::int64_t ns) { return static_cast<std::uint32_t>(ns / 1'000'000); }

std::string_view TextOf(FrameError error) {
  switch (error) {
    case FrameError::kNone:
      break;
    case FrameError::kTooShort:
      return "frame length does not cover a message header";
    case FrameError::kTooLarge:
      return "frame length above the largest client message";
    case FrameError::kWrongEncoding:
      return "frame encoding is not 0xEB50 (SBE 1.0 little-endian)";
  }
  return "";
}

}  // namespace

Session::Session(SessionId id, SessionServices& services, SessionTransport& transport)
    : id_(id),
      services_(services),
      transport_(transport),
      challenge_(NewChallenge()),
      parser_(services.limits.max_inbound_message_bytes),
      throttle_(services.limits.max_messages_per_second),
      event_feed_(services.events, services.clock, services.limits.resend_window_bytes),
      started_ns_(services.clock.MonotonicNs()),
      last_received_ns_(started_ns_),
      last_sent_ns_(started_ns_) {
  services_.egress.Register(id_, *this);
  Send(MakeChallenge(services_.clock.WallNs(), Milliseconds(services_.limits.heartbeat_interval_ns),
                     static_cast<std::uint32_t>(services_.limits.max_inbound_message_bytes),
                     challenge_)
           .bytes());
}

Session::~Session() {
  EnterClosing();
  services_.egress.Remove(id_);
  if (!subscriptions_.empty()) {
    services_.market_data->Disconnected(SubscriberId(id_.value()));
  }
}

void Session::OnBytes(std::span<std::byte> bytes) {
  if (state_ == State::kClosing) {
    return;
  }
  Count(services_.counters.bytes_received, bytes.size());
  received_wall_ns_ = services_.clock.WallNs();
  const FrameError error =
      parser_.Feed(bytes, [this](std::span<std::byte> message) { return OnMessage(message); });
  if (error == FrameError::kTooLarge && state_ != State::kClosing) {
    Count(services_.counters.malformed);
    Close(Error::MESSAGE_TOO_LARGE, TextOf(error));
  } else if (error != FrameError::kNone && state_ != State::kClosing) {
    CloseMalformed(TextOf(error));
  }
}

bool Session::OnMessage(std::span<std::byte> message) {
  const std::int64_t now_ns = services_.clock.MonotonicNs();
  last_received_ns_ = now_ns;
  const MessageHeaderView header = ReadMessageHeader(message);
  const std::uint16_t template_id = header.template_id;
  if (header.schema_id != sbe::Logon::sbeSchemaId()) {
    CloseMalformed("schema id is not 7001");
    return false;
  }
  if (!throttle_.Take(now_ns)) {
    RefuseMessage(message, Error::TOO_MANY_REQUESTS, "messages per second",
                  throttle_.RetryAfterMs(now_ns));
    return state_ != State::kClosing;
  }
  const bool command = IsOrderCommand(template_id) || IsAdminCommand(template_id);
  const ShapeError shape =
      command ? CheckShape(message, kCommandShapes) : CheckShape(message, kSessionShapes);
  if (shape == ShapeError::kUnknownTemplate) {
    RefuseMessage(message, Error::UNKNOWN_TEMPLATE, "no client message has this template id");
  } else if (shape == ShapeError::kMalformed) {
    CloseMalformed("message shorter than its fields");
  } else if (!command && template_id != sbe::Query::sbeTemplateId()) {
    OnSessionMessage(template_id, message);
  } else if (state_ == State::kAwaitingLogon) {
    Close(Error::NOT_LOGGED_ON, "log on first");
  } else if (state_ == State::kLoggingOn) {
    RefuseMessage(message, Error::NOT_LOGGED_ON, "wait for LogonAck");
  } else if (command) {
    OnCommand(message);
  } else {
    OnQuery(message);
  }
  return state_ != State::kClosing;
}

void Session::OnSessionMessage(std::uint16_t template_id, std::span<const std::byte> message) {
  switch (template_id) {
    case sbe::Logon::sbeTemplateId():
      OnLogon(message);
      return;
    case sbe::Heartbeat::sbeTemplateId():
      OnHeartbeat(message);
      return;
    case sbe::Logout::sbeTemplateId():
      EnterClosing();
      return;
    default:
      break;
  }
  if (state_ == State::kAwaitingLogon) {
    Close(Error::NOT_LOGGED_ON, "log on first");
  } else if (state_ == State::kLoggingOn) {
    RefuseMessage(message, Error::NOT_LOGGED_ON, "wait for LogonAck");
  } else if (template_id == sbe::ResendRequest::sbeTemplateId()) {
    OnResendRequest(message);
  } else {
    OnSubscribe(message);
  }
}

void Session::OnLogon(std::span<const std::byte> message) {
  if (state_ != State::kAwaitingLogon) {
    RefuseMessage(message, Error::ALREADY_LOGGED_ON, "this connection is logged on");
    return;
  }
  auto logon = Decode<sbe::Logon>(message);
  LogonClaim claim{.api_key = {}, .timestamp_ns = logon.timestampNs(), .mac = {}};
  std::memcpy(claim.mac.data(), logon.mac(), claim.mac.size());
  claim.api_key = logon.getApiKeyAsStringView();
  const KeyStore& keys = services_.authenticator.keys();
  // Read before the key, so that a change between the two is seen by the next tick.
  key_generation_ = keys.generation();
  std::shared_ptr<const KeyRecord> key;
  switch (services_.authenticator.Verify(claim, challenge_, received_wall_ns_, key)) {
    case LogonResult::kAccepted:
      break;
    case LogonResult::kBadCredentials:
      Count(services_.counters.logon_failures);
      Close(Error::BAD_CREDENTIALS, "unknown API key or wrong mac");
      return;
    case LogonResult::kTimestampOutsideWindow:
      Count(services_.counters.logon_failures);
      Close(Error::TIMESTAMP_OUTSIDE_WINDOW, "timestampNs is too far from the server's clock");
      return;
  }
  account_ = key->account;
  permissions_ = key->permissions;
  api_key_ = claim.api_key;
  cancel_wanted_ = logon.cancelOnDisconnect() != 0;
  resend_wanted_ = logon.resend() != 0;
  resend_after_ = logon.lastPrivateSequence();
  state_ = State::kLoggingOn;
  // The engine tells the account's last number at a definite place among its events: all up to it
  // have passed here before the answer, all after it come behind.
  if (!services_.ingress.SubmitSequenceQuery(origin(), received_wall_ns_)) {
    Close(Error::BACK_PRESSURED, "too busy to log on, connect again");
  }
}

void Session::CompleteLogon(std::uint64_t last_private_sequence) {
  state_ = State::kActive;
  cancel_on_disconnect_ = cancel_wanted_;
  services_.events.NoteLast(account_, last_private_sequence);
  services_.egress.Join(id_, account_);
  Count(services_.counters.sessions_open);
  Send(MakeLogonAck(account_, id_, last_private_sequence, permissions_,
                    Milliseconds(services_.limits.heartbeat_interval_ns))
           .bytes());
  event_feed_.Begin(account_, last_private_sequence);
  if (resend_wanted_ && event_feed_.StartResend(resend_after_ + 1, 0)) {
    PumpEvents();
  }
}

void Session::OnHeartbeat(std::span<const std::byte> message) {
  if (Decode<sbe::Heartbeat>(message).echo() != 0) {
    Send(MakeHeartbeat(services_.clock.WallNs(), false).bytes());
  }
}

void Session::OnResendRequest(std::span<const std::byte> message) {
  auto request = Decode<sbe::ResendRequest>(message);
  if (!event_feed_.StartResend(request.fromSequence(), request.toSequence())) {
    RefuseMessage(message, Error::TOO_MANY_REQUESTS, "a resend is under way: wait for ResendEnd");
    return;
  }
  PumpEvents();
}

void Session::OnSubscribe(std::span<const std::byte> message) {
  auto request = Decode<sbe::Subscribe>(message);
  const auto kind = static_cast<std::uint8_t>(request.kindRaw());
  if (services_.market_data == nullptr) {
    RefuseMessage(message, Error::UNKNOWN_SYMBOL, "no market data on this gateway");
    return;
  }
  if (kind < static_cast<std::uint8_t>(FeedKind::kTrades) ||
      kind > static_cast<std::uint8_t>(FeedKind::kOrders)) {
    CloseMalformed("unknown MarketDataKind");
    return;
  }
  const SubscriberId subscriber(id_.value());
  const SymbolId symbol(request.symbol());
  const RequestId request_id{request.requestIdHigh(), request.requestIdLow()};
  const auto feed_kind = static_cast<FeedKind>(kind);
  if (request.unsubscribe() != 0) {
    subscriptions_.erase({symbol.value(), kind});
    services_.market_data->Unsubscribe(subscriber, *services_.market_data_sink, symbol, feed_kind,
                                       request_id);
    return;
  }
  subscriptions_.insert({symbol.value(), kind});
  if (subscriptions_.size() > services_.limits.max_subscriptions) {
    subscriptions_.erase({symbol.value(), kind});
    RefuseMessage(message, Error::TOO_MANY_SUBSCRIPTIONS, "unsubscribe from something first");
    return;
  }
  services_.market_data->Subscribe(subscriber, *services_.market_data_sink, symbol, feed_kind,
                                   request_id);
}

void Session::OnPrivateEvent(const PrivateEvent& event) {
  if (event.own && !event.answers_query) {
    commands_.Answered(event.position, event.command_index, RequestIdOfEvent(event.message()));
  }
  if (state_ == State::kLoggingOn) {
    if (event.template_id == sbe::QueryEnd::sbeTemplateId()) {
      auto end = Decode<sbe::QueryEnd>(event.message());
      CompleteLogon(end.reply().privateSequence());
    }
    return;
  }
  if (state_ != State::kActive) {
    return;
  }
  if (event.template_id == sbe::QueryEnd::sbeTemplateId() && queries_ > 0) {
    --queries_;
  }
  const bool numbered_here = event.private_sequence != 0 && event.account == account_;
  if (!numbered_here || event_feed_.TakeLive(event.private_sequence)) {
    Count(services_.counters.private_events_sent);
    Send(event.framed);
    EndIfTooSlow();
  } else {
    // Not live: its turn comes behind what is still to be sent from the store.
    PumpEvents();
  }
}

void Session::OnMarketData(std::shared_ptr<const std::vector<std::byte>> framed_messages) {
  if (state_ != State::kActive) {
    return;
  }
  outbound_.AppendShared(std::move(framed_messages));
  last_sent_ns_ = services_.clock.MonotonicNs();
  EndIfTooSlow();
}

bool Session::OnTick() {
  if (state_ == State::kClosing) {
    return false;
  }
  const std::int64_t now_ns = services_.clock.MonotonicNs();
  if (state_ != State::kActive) {
    if (now_ns - started_ns_ >= services_.limits.logon_timeout_ns) {
      Close(Error::LOGON_TIMEOUT, "not logged on in time");
      return true;
    }
    return false;
  }
  CheckKeyStillValid();
  if (state_ == State::kActive && now_ns - last_received_ns_ >= services_.limits.idle_timeout_ns) {
    Count(services_.counters.heartbeat_timeouts);
    Close(Error::HEARTBEAT_TIMEOUT, "no whole message for too long");
  }
  if (state_ == State::kActive &&
      now_ns - last_sent_ns_ >= services_.limits.heartbeat_interval_ns) {
    Send(MakeHeartbeat(services_.clock.WallNs(), false).bytes());
  }
  return !outbound_.empty() || state_ == State::kClosing;
}

void Session::CheckKeyStillValid() {
  const KeyStore& keys = services_.authenticator.keys();
  const std::uint64_t generation = keys.generation();
  if (generation == key_generation_) {
    return;
  }
  key_generation_ = generation;
  const auto key = keys.Find(api_key_);
  if (key == nullptr || !key->enabled) {
    Close(Error::BAD_CREDENTIALS, "the API key has been revoked");
    return;
  }
  permissions_ = key->permissions;
}

void Session::OnDrained() {
  if (state_ == State::kActive) {
    PumpEvents();
  }
}

void Session::PumpEvents() {
  const std::size_t before = outbound_.size();
  if (!event_feed_.Pump(outbound_)) {
    Count(services_.counters.slow_consumers);
    Close(Error::SLOW_CONSUMER, "events still to be sent are no longer held");
  }
  if (outbound_.size() != before) {
    last_sent_ns_ = services_.clock.MonotonicNs();
  }
}

void Session::Close(sbe::SessionError::Value error, std::string_view text) {
  if (state_ == State::kClosing) {
    return;
  }
  Send(MakeSessionReject({.request_id = {},
                          .error = error,
                          .template_id = 0,
                          .closing = true,
                          .retry_after_ms = 0,
                          .text = text})
           .bytes());
  EnterClosing();
}

void Session::EnterClosing() {
  if (state_ == State::kActive) {
    services_.counters.sessions_open.fetch_sub(1, std::memory_order_relaxed);
  }
  state_ = State::kClosing;
}

void Session::CloseMalformed(std::string_view text) {
  Count(services_.counters.malformed);
  Close(Error::MALFORMED, text);
}

void Session::EndIfTooSlow() {
  if (state_ == State::kActive && outbound_.size() > services_.limits.max_outbound_bytes) {
    Count(services_.counters.slow_consumers);
    Close(Error::SLOW_CONSUMER, "too many bytes wait for this reader");
  }
}

void Session::RefuseMessage(std::span<const std::byte> message, sbe::SessionError::Value error,
                            std::string_view text, std::uint32_t retry_after_ms) {
  Count(services_.counters.messages_refused);
  const std::uint16_t template_id = ReadMessageHeader(message).template_id;
  Send(MakeSessionReject({.request_id = RequestIdOf(message, template_id),
                          .error = error,
                          .template_id = template_id,
                          .closing = false,
                          .retry_after_ms = retry_after_ms,
                          .text = text})
           .bytes());
  EndIfTooSlow();
}

bool Session::TakeCancelOnDisconnect() { return std::exchange(cancel_on_disconnect_, false); }

void Session::Send(std::span<const std::byte> framed_message) {
  outbound_.Append(framed_message);
  last_sent_ns_ = services_.clock.MonotonicNs();
}

}  // namespace lockstep
