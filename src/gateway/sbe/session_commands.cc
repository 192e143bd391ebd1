// The half of Session that hands commands and queries over to the rings.
#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/sbe/client_message.h"
#include "gateway/sbe/session.h"
#include "lockstep_sbe/CancelAll.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

using Error = sbe::SessionError;

constexpr std::uint32_t kBackPressureRetryMs = 10;
// An election takes tenths of a second.
constexpr std::uint32_t kNoLeaderRetryMs = 50;
constexpr std::string_view kUnknownText = "outcome unknown, retry with the same request id";

}  // namespace

void Session::OnQuery(std::span<std::byte> message) {
  if ((permissions_ & kPermissionRead) == 0) {
    RefuseMessage(message, Error::PERMISSION_DENIED, "this key may not READ");
  } else if (services_.cluster != nullptr &&
             !services_.cluster->MayAnswerQueries(services_.clock.MonotonicNs())) {
    const std::uint16_t template_id = ReadMessageHeader(message).template_id;
    Divert(RequestIdOf(message, template_id), template_id);
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
  } else if (services_.cluster != nullptr && !services_.cluster->TakesCommands()) {
    Divert(RequestIdOf(message, template_id), template_id);
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
      const bool leads = services_.cluster == nullptr || services_.cluster->TakesCommands();
      services_.audited->Refused(held.intent, leads ? Error::BACK_PRESSURED : Error::NOT_LEADER,
                                 "the gateway takes none now");
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
  const std::uint64_t tenure_before = tenure();
  if (services_.cluster != nullptr && tenure_before == Leadership::kNoTenure) {
    Divert(request_id, template_id);
    return false;
  }
  if (!services_.ingress.SubmitCommand(message, origin(), received_ns)) {
    Count(services_.counters.back_pressured);
    RefuseMessage(message, Error::BACK_PRESSURED, "the sequencer is behind", kBackPressureRetryMs);
    return false;
  }
  if (intent != 0) {
    services_.audited->Sent(id_, request_id, intent);
  }
  commands_.Sent({request_id, template_id, TakenSince(tenure_before)});
  Count(services_.counters.commands_accepted);
  return true;
}

void Session::AnswerInFlightAsUnknown() {
  AnswerAsUnknown(commands_.Take([](const SentRequest&) { return true; }), Error::STORAGE_FAILED);
}

void Session::AnswerAsUnknown(const std::vector<SentRequest>& requests,
                              sbe::SessionError::Value error) {
  for (const SentRequest& request : requests) {
    if (state_ != State::kActive) {
      return;
    }
    Send(MakeSessionReject({.request_id = request.request_id,
                            .error = error,
                            .template_id = request.template_id,
                            .closing = false,
                            .retry_after_ms = 0,
                            .text = kUnknownText})
             .bytes());
  }
}

// ---- in a cluster ----

std::uint64_t Session::tenure() const {
  return services_.cluster == nullptr ? Leadership::kNoTenure
                                      : services_.cluster->leadership().tenure();
}

TakenIn Session::TakenSince(std::uint64_t tenure_before) const {
  return {.tenure = tenure_before, .untold = tenure() != tenure_before};
}

void Session::Divert(const RequestId& request_id, std::uint16_t template_id) {
  // A node that takes commands but has no lease may be the only one that leads.
  const LeaderHint hint = services_.cluster->TakesCommands()
                              ? LeaderHint{.term = services_.cluster->term()}
                              : services_.cluster->Hint();
  Count(hint.address != nullptr ? services_.cluster_counters->redirected
                                : services_.cluster_counters->no_leader);
  Send(MakeRedirect({.request_id = request_id,
                     .template_id = template_id,
                     .retry_after_ms = kNoLeaderRetryMs},
                    hint)
           .bytes());
  EndIfTooSlow();
}

void Session::OnTenureEnded(std::uint64_t ended_tenure) {
  const auto lost = commands_.Take(
      [ended_tenure](const SentRequest& request) { return request.taken.IsEndedBy(ended_tenure); });
  Count(services_.cluster_counters->never_happened, lost.size());
  for (const SentRequest& request : lost) {
    if (services_.audited != nullptr) {
      services_.audited->NotDone(id_, request.request_id, Error::NOT_LEADER,
                                 "it never reached the log: this node did not lead any more");
    }
    if (state_ == State::kActive) {
      Divert(request.request_id, request.template_id);
    }
  }
}

void Session::OnTenureGivenUp(std::uint64_t tenure) {
  const auto given_up = commands_.Take(
      [tenure](const SentRequest& request) { return request.taken.tenure <= tenure; });
  Count(services_.cluster_counters->unknown, given_up.size());
  AnswerAsUnknown(given_up, Error::OUTCOME_UNKNOWN);
}

void Session::TellLeader(const LeaderHint& hint) {
  if (state_ == State::kActive) {
    Send(MakeNewLeaderEvent(hint).bytes());
    EndIfTooSlow();
  }
}

bool Session::SubmitDisconnectCancel() {
  const std::uint64_t tenure_before = tenure();
  if (!services_.ingress.SubmitDisconnectCancel(origin(), services_.clock.WallNs())) {
    return false;
  }
  cancel_on_disconnect_ = false;
  commands_.Sent({{}, sbe::CancelAll::sbeTemplateId(), TakenSince(tenure_before)});
  return true;
}

}  // namespace lockstep
