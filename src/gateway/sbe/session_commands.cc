// The half of Session that hands commands and queries over to the rings.
#include <algorithm>
#include <utility>

#include "gateway/sbe/client_message.h"
#include "gateway/sbe/session.h"
#include "lockstep_sbe/CancelAll.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

using Error = sbe::SessionError;

constexpr std::uint32_t kBackPressureRetryMs = 10;

}  // namespace

void Session::OnQuery(std::span<std::byte> message) {
  if ((permissions_ & kPermissionRead) == 0) {
    RefuseMessage(message, Error::PERMISSION_DENIED, "this key may not READ");
  } else if (InFlightCount() >= services_.limits.max_in_flight) {
    RefuseMessage(message, Error::TOO_MANY_REQUESTS, "too many requests without an answer");
  } else if (!services_.ingress.SubmitQuery(message, origin(), received_wall_ns_)) {
    Count(services_.counters.back_pressured);
    RefuseMessage(message, Error::BACK_PRESSURED, "the engine is behind", kBackPressureRetryMs);
  } else {
    ++queries_;
    Count(services_.counters.queries_accepted);
  }
}

void Session::OnCommand(std::span<std::byte> message) {
  const std::uint16_t template_id = ReadMessageHeader(message).template_id;
  const std::uint32_t needed = IsAdminCommand(template_id) ? kPermissionAdmin : kPermissionTrade;
  const bool audited = needed == kPermissionAdmin && services_.audited != nullptr;
  if ((permissions_ & needed) == 0) {
    const std::string_view text =
        needed == kPermissionAdmin ? "this key is not an ADMIN's" : "this key may not TRADE";
    if (audited) {
      services_.audited->NoteRefused(sender(), message, Error::PERMISSION_DENIED, text);
    }
    RefuseMessage(message, Error::PERMISSION_DENIED, text);
  } else if (services_.stop.error != Error::NONE) {
    RefuseMessage(message, services_.stop.error, services_.stop.text);
  } else if (InFlightCount() >= services_.limits.max_in_flight) {
    RefuseMessage(message, Error::TOO_MANY_REQUESTS, "too many requests without an answer");
  } else if (audited || !held_.empty()) {
    Hold(message, audited);
  } else {
    SendCommand(message, received_wall_ns_, 0);
  }
}

AuditedCommands::Sender Session::sender() const {
  return {
      .session = id_, .account = account_, .api_key = api_key_, .peer = transport_.PeerAddress()};
}

void Session::Hold(std::span<const std::byte> message, bool announced) {
  held_.push_back({.message = {message.begin(), message.end()},
                   .waits = announced,
                   .intent = 0,
                   .received_ns = received_wall_ns_});
  if (announced) {
    services_.audited->Announce(sender(), message);
  }
}

void Session::OnAnnounced(const Result<std::uint64_t>& intent) {
  const auto oldest = std::ranges::find_if(held_, [](const Held& held) { return held.waits; });
  if (state_ != State::kActive || oldest == held_.end()) {
    if (intent) {
      services_.audited->Refused(*intent, Error::NOT_LOGGED_ON, "the session had ended");
    }
    return;
  }
  oldest->waits = false;
  if (intent) {
    oldest->intent = *intent;
  } else {
    RefuseMessage(oldest->message, Error::STORAGE_FAILED,
                  "not done, the audit log cannot be written: " + intent.error().message());
    held_.erase(oldest);
  }
  SendHeld();
}

void Session::SendHeld() {
  while (!held_.empty() && !held_.front().waits && state_ == State::kActive) {
    Held held = std::move(held_.front());
    held_.pop_front();
    if (!SendCommand(held.message, held.received_ns, held.intent) && held.intent != 0) {
      services_.audited->Refused(held.intent, Error::BACK_PRESSURED, "the gateway takes none now");
    }
  }
}

bool Session::SendCommand(std::span<std::byte> message, std::int64_t received_ns,
                          std::uint64_t intent) {
  const std::uint16_t template_id = ReadMessageHeader(message).template_id;
  const RequestId request_id = RequestIdOf(message, template_id);
  if (services_.stop.error != Error::NONE) {  // may have come while the command was held
    RefuseMessage(message, services_.stop.error, services_.stop.text);
    return false;
  }
  if (!services_.ingress.SubmitCommand(message, origin(), received_ns)) {
    Count(services_.counters.back_pressured);
    RefuseMessage(message, Error::BACK_PRESSURED, "the sequencer is behind", kBackPressureRetryMs);
    return false;
  }
  if (intent != 0) {
    services_.audited->Sent(id_, intent);
  }
  commands_.Sent({request_id, template_id});
  Count(services_.counters.commands_accepted);
  return true;
}

void Session::AnswerInFlightAsUnknown() {
  while (!commands_.empty()) {
    const SentRequest request = commands_.TakeOldest();
    if (state_ != State::kActive) {
      continue;
    }
    Send(MakeSessionReject({.request_id = request.request_id,
                            .error = Error::STORAGE_FAILED,
                            .template_id = request.template_id,
                            .closing = false,
                            .retry_after_ms = 0,
                            .text = "outcome unknown, retry with the same request id"})
             .bytes());
  }
}

bool Session::SubmitDisconnectCancel() {
  if (!services_.ingress.SubmitDisconnectCancel(origin(), services_.clock.WallNs())) {
    return false;
  }
  cancel_on_disconnect_ = false;
  commands_.Sent({{}, sbe::CancelAll::sbeTemplateId()});
  return true;
}

}  // namespace lockstep
