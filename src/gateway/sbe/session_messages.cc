#include "gateway/sbe/session_messages.h"

#include <cstdint>
#include <cstring>

#include "lockstep_sbe/Challenge.h"
#include "lockstep_sbe/Heartbeat.h"
#include "lockstep_sbe/LogonAck.h"
#include "lockstep_sbe/NewLeaderEvent.h"
#include "lockstep_sbe/Redirect.h"
#include "lockstep_sbe/ResendEnd.h"
#include "lockstep_sbe/SessionReject.h"
#include "protocol/entry.h"
#include "protocol/frame.h"

namespace lockstep {
namespace {

constexpr std::size_t kMaxTextBytes = 254;
static_assert(kFrameHeaderBytes + kMessageHeaderBytes + sbe::SessionReject::sbeBlockLength() + 1 +
                  kMaxTextBytes <=
              320);

static_assert(ClusterAddresses::kMaxHostBytes <= kMaxTextBytes);
static_assert(kFrameHeaderBytes + kMessageHeaderBytes + sbe::Redirect::sbeBlockLength() + 1 +
                  ClusterAddresses::kMaxHostBytes <=
              320);

}  // namespace

// `fill` sets every field of the codec that it is given.
template <class Codec, class Fill>
FramedMessage MakeFramed(Fill&& fill) {
  FramedMessage framed;
  std::byte* message = framed.buffer_.data() + kFrameHeaderBytes;
  auto codec = Encode<Codec>(message, framed.buffer_.size() - kFrameHeaderBytes);
  fill(codec);
  const std::size_t message_bytes = kMessageHeaderBytes + codec.encodedLength();
  WriteFrameHeader(framed.buffer_.data(), message_bytes);
  framed.size_ = kFrameHeaderBytes + message_bytes;
  return framed;
}

FramedMessage MakeChallenge(std::int64_t server_time_ns, std::uint32_t heartbeat_interval_ms,
                            std::uint32_t max_message_bytes, const LogonChallenge& challenge) {
  return MakeFramed<sbe::Challenge>([&](sbe::Challenge& message) {
    message.serverTimeNs(server_time_ns).heartbeatIntervalMs(heartbeat_interval_ms);
    message.maxMessageBytes(max_message_bytes);
    std::memcpy(message.challenge(), challenge.data(), challenge.size());
  });
}

FramedMessage MakeLogonAck(AccountId account, SessionId session, std::uint64_t private_sequence,
                           std::uint32_t permissions, std::uint32_t heartbeat_interval_ms) {
  return MakeFramed<sbe::LogonAck>([&](sbe::LogonAck& message) {
    message.account(account.value()).session(session.value()).privateSequence(private_sequence);
    message.permissions(permissions).heartbeatIntervalMs(heartbeat_interval_ms);
  });
}

FramedMessage MakeSessionReject(const Refusal& refusal) {
  return MakeFramed<sbe::SessionReject>([&](sbe::SessionReject& message) {
    message.requestIdHigh(refusal.request_id.high).requestIdLow(refusal.request_id.low);
    message.sessionError(refusal.error).templateId(refusal.template_id);
    message.closing(refusal.closing ? 1 : 0).reserved8(0).reserved16(0);
    message.retryAfterMs(refusal.retry_after_ms).reserved32(0);
    const std::string_view text = refusal.text.substr(0, kMaxTextBytes);
    message.putText(text.data(), static_cast<std::uint8_t>(text.size()));
  });
}

FramedMessage MakeRedirect(const Diversion& diversion, const LeaderHint& hint) {
  return MakeFramed<sbe::Redirect>([&](sbe::Redirect& message) {
    const MemberAddress nowhere;
    const bool known = hint.address != nullptr;
    const MemberAddress& address = known ? *hint.address : nowhere;
    message.requestIdHigh(diversion.request_id.high).requestIdLow(diversion.request_id.low);
    message.term(hint.term).leader(known ? hint.leader : Leadership::kNoLeader);
    message.retryAfterMs(known ? 0 : diversion.retry_after_ms);
    message.restPort(address.rest_port).sbePort(address.sbe_port);
    message.templateId(diversion.template_id).reserved16(0);
    message.putHost(address.SbeHost().data(), static_cast<std::uint8_t>(address.SbeHost().size()));
  });
}

FramedMessage MakeNewLeaderEvent(const LeaderHint& hint) {
  return MakeFramed<sbe::NewLeaderEvent>([&](sbe::NewLeaderEvent& message) {
    const MemberAddress nowhere;
    const MemberAddress& address = hint.address != nullptr ? *hint.address : nowhere;
    message.term(hint.term).leader(hint.leader);
    message.restPort(address.rest_port).sbePort(address.sbe_port);
    message.putHost(address.SbeHost().data(), static_cast<std::uint8_t>(address.SbeHost().size()));
  });
}

FramedMessage MakeHeartbeat(std::int64_t sent_ns, bool echo) {
  return MakeFramed<sbe::Heartbeat>([&](sbe::Heartbeat& message) {
    message.sentNs(sent_ns).echo(echo ? 1 : 0).reserved8(0).reserved16(0).reserved32(0);
  });
}

FramedMessage MakeResendEnd(std::uint64_t from_sequence, std::uint64_t to_sequence,
                            std::uint64_t first_available, std::uint64_t sent_count) {
  return MakeFramed<sbe::ResendEnd>([&](sbe::ResendEnd& message) {
    message.fromSequence(from_sequence).toSequence(to_sequence);
    message.firstAvailable(first_available).sentCount(sent_count);
  });
}

}  // namespace lockstep
