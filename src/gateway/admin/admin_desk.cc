#include "gateway/admin/admin_desk.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "gateway/admin/admin_error.h"
#include "lockstep_sbe/AccountDefinition.h"
#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/CancelAllReport.h"
#include "lockstep_sbe/EventHeader.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/ReplyHeader.h"
#include "lockstep_sbe/RequestReplayed.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

constexpr std::size_t kReplyOffset = kMessageHeaderBytes + sbe::EventHeader::encodedLength();

RequestId RequestIdOf(std::span<const std::byte> message) {
  const sbe::ReplyHeader reply(SbeBuffer(message.data()), kReplyOffset, message.size(),
                               sbe::ReplyHeader::sbeSchemaVersion());
  return {reply.requestIdHigh(), reply.requestIdLow()};
}

// What the last event of a command says of it. Nothing: not the last.
std::optional<StepOutcome> OutcomeOf(const PrivateEvent& event) {
  StepOutcome outcome;
  outcome.position = event.position;
  switch (event.template_id) {
    case sbe::AssetDefinition::sbeTemplateId():
    case sbe::SymbolDefinition::sbeTemplateId():
    case sbe::AccountDefinition::sbeTemplateId():
      return outcome;
    case sbe::BalanceUpdate::sbeTemplateId(): {
      auto update = Decode<sbe::BalanceUpdate>(event.message());
      outcome.already_applied = update.alreadyApplied() != 0;
      outcome.balance = BalanceOfAsset{
          .asset = AssetId(update.asset()), .free = update.free(), .locked = update.locked()};
      return outcome;
    }
    case sbe::CancelAllReport::sbeTemplateId():
      outcome.count = Decode<sbe::CancelAllReport>(event.message()).cancelledCount();
      return outcome;
    case sbe::Reject::sbeTemplateId():
      outcome.reason = Decode<sbe::Reject>(event.message()).reason();
      return outcome;
    case sbe::RequestReplayed::sbeTemplateId(): {
      auto replayed = Decode<sbe::RequestReplayed>(event.message());
      outcome.replayed = true;
      outcome.reason = replayed.reason();
      outcome.position = replayed.firstPosition();
      outcome.count = static_cast<std::uint64_t>(replayed.cumulativeQuantity());
      return outcome;
    }
    default:
      return std::nullopt;
  }
}

// The gateway's own trouble is not what became of the request: it may be tried again.
bool IsFinal(const ApiAnswer& answer) { return answer.status < 500; }

}  // namespace

AdminDesk::AdminDesk(SessionId session, const Parts& parts) : session_(session), parts_(parts) {
  parts_.egress.Register(session_, *this);
  parts_.gate.Add(*this);
}

AdminDesk::~AdminDesk() { parts_.egress.Remove(session_); }

AdminDesk::Entry* AdminDesk::Find(const Key& key) {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

bool AdminDesk::AnswerKnown(const ApiCall& call) {
  Entry* const entry = Find({call.identity.account.value(), call.identity.request_id});
  if (entry == nullptr) {
    return false;
  }
  if (entry->answer) {
    call.reply->Send(*entry->answer);
  } else {
    entry->waiters.push_back(call.reply);
  }
  return true;
}

void AdminDesk::Do(const ApiCall& call, AdminAct act, const AuditAttempt& intent) {
  std::optional<ApiError> error;
  if (refusal_) {
    error = MakeError(*refusal_);
  } else if (in_flight_ >= kMaxInFlight) {
    error = MakeError(ErrorKind::kBusy);
  } else if (!act.rules_of.IsNone() && !rules_changing_.insert(act.rules_of.value()).second) {
    error = MakeAdminError(AdminErrorKind::kRulesChanging);
  }
  if (error) {
    parts_.audit.NoteRefused(intent, *error);
    call.Refuse(*error);
    return;
  }
  const Key key{call.identity.account.value(), call.identity.request_id};
  Entry& entry = entries_[key];
  entry.outcomes.resize(act.steps.size());
  entry.act = std::move(act);
  entry.name = intent.act;
  entry.received_ns = call.received_ns;
  entry.waiters.push_back(call.reply);
  if (parts_.gate.is_clustered()) {
    entry.call = call;
    entry.call->reply = nullptr;  // it is among the waiters
  }
  ++in_flight_;
  parts_.audit.Announce(
      intent, [this, key](const Result<std::uint64_t>& number) { OnIntent(key, number); });
}

void AdminDesk::OnIntent(const Key& key, const Result<std::uint64_t>& number) {
  Entry* const entry = Find(key);
  if (entry == nullptr || entry->answer) {
    // Given up on while storage failed: what was announced is not done.
    if (number) {
      parts_.audit.Conclude({.intent = *number,
                             .result = "REFUSED",
                             .code = MakeError(ErrorKind::kTimeout).code,
                             .reason = "given up before it was begun"});
    }
    return;
  }
  if (!number) {
    Finish(key, *entry,
           AnswerOf(MakeAdminError(AdminErrorKind::kAuditUnavailable, number.error().message())));
    return;
  }
  entry->intent = *number;
  if (refusal_) {
    Refuse(key, *entry, MakeError(*refusal_));
  } else if (!SendSteps(key, *entry)) {
    if (entry->sent == 0 && !parts_.gate.Admits(LeaderGate::Need::kCommands)) {
      LeaveToTheGate(key, *entry);
    } else if (entry->sent == 0) {
      Refuse(key, *entry, MakeError(ErrorKind::kBusy));
    } else {
      unsent_.push_back(key);
    }
  } else {
    CompleteIfAnswered(key);  // an act without steps is done
  }
}

bool AdminDesk::SendSteps(const Key& key, Entry& entry) {
  for (; entry.sent < entry.act.steps.size(); ++entry.sent) {
    ActStep& step = entry.act.steps[entry.sent];
    const std::uint64_t tenure = parts_.gate.tenure();
    if (parts_.gate.is_clustered() && tenure == Leadership::kNoTenure) {
      return false;
    }
    if (!parts_.ingress.SubmitCommand(step.command.bytes(), {session_, step.account},
                                      entry.received_ns)) {
      Count(parts_.counters.back_pressured);
      return false;
    }
    Count(parts_.counters.commands_accepted);
    if (parts_.gate.is_clustered()) {
      entry.taken.push_back(parts_.gate.Taken(tenure));
    }
    steps_[StepId(key.id, entry.sent)] = {.key = key, .step = entry.sent};
  }
  return true;
}

void AdminDesk::OnPrivateEvent(const PrivateEvent& event) {
  if (!event.own) {
    return;
  }
  const auto outcome = OutcomeOf(event);
  if (!outcome) {
    return;
  }
  const auto found = steps_.find(RequestIdOf(event.message()));
  if (found == steps_.end()) {
    return;  // given up on
  }
  const StepPlace place = found->second;
  steps_.erase(found);
  if (Entry* const entry = Find(place.key); entry != nullptr && !entry->answer) {
    entry->outcomes[place.step] = *outcome;
    ++entry->answered;
    touched_.push_back(place.key);
  }
}

void AdminDesk::FlushEvents() {
  for (const Key& key : std::exchange(touched_, {})) {
    CompleteIfAnswered(key);
  }
}

void AdminDesk::CompleteIfAnswered(const Key& key) {
  Entry* const entry = Find(key);
  if (entry == nullptr || entry->answer || entry->answered != entry->act.steps.size()) {
    return;
  }
  AuditOutcome told{.intent = entry->intent, .result = "DONE"};
  std::vector<StepOutcome> outcomes;
  auto reason = sbe::RejectReason::NONE;
  for (const auto& outcome : entry->outcomes) {
    outcomes.push_back(*outcome);
    told.position = std::max(told.position, outcome->position);
    told.already_applied = told.already_applied || outcome->already_applied || outcome->replayed;
    if (reason == sbe::RejectReason::NONE) {
      reason = outcome->reason;
    }
  }
  if (reason != sbe::RejectReason::NONE) {
    const ApiError error = MakeAdminError(reason, entry->act.what);
    told.result = "REFUSED";
    told.code = error.code;
    told.reason = error.message;
    parts_.audit.Conclude(told);
    Finish(key, *entry, AnswerOf(error));
    return;
  }
  parts_.audit.Conclude(told);
  ApiAnswer answer;
  JsonWriter json(answer.body);
  json.BeginObject();
  json.Field("act", entry->name);
  entry->act.write_answer(json, outcomes);
  if (told.position != 0) {
    json.Field("position", told.position);
  }
  json.Field("audit", entry->intent);
  json.EndObject();
  Finish(key, *entry, answer);
}

// Before any step was sent.
void AdminDesk::Refuse(const Key& key, Entry& entry, const ApiError& error) {
  parts_.audit.Conclude(
      {.intent = entry.intent, .result = "REFUSED", .code = error.code, .reason = error.message});
  Finish(key, entry, AnswerOf(error));
}

void AdminDesk::Finish(const Key& key, Entry& entry, const ApiAnswer& answer) {
  --in_flight_;
  rules_changing_.erase(entry.act.rules_of.value());
  const auto waiters = std::move(entry.waiters);
  if (IsFinal(answer)) {
    entry.answer = answer;
    entry.waiters = {};
    entry.act = {};
    entry.outcomes = {};
    entry.taken = {};
    entry.call = std::nullopt;
    kept_.push_back(
        {.until_ns = parts_.clock.MonotonicNs() + limits::kRequestMemoryNs, .key = key});
    if (kept_.size() > kMaxAnswersKept) {
      ForgetOldest();
    }
  } else {
    entries_.erase(key);
  }
  for (const auto& waiter : waiters) {
    waiter->Send(answer);
  }
}

void AdminDesk::ForgetOldest() {
  entries_.erase(kept_.front().key);
  kept_.pop_front();
}

void AdminDesk::SetRefusal(std::optional<ErrorKind> error, bool hold) {
  refusal_ = error;
  give_up_at_ns_ = hold ? parts_.clock.MonotonicNs() + kHoldNs : INT64_MAX;
}

void AdminDesk::OnTick() {
  for (const Key& key : std::exchange(unsent_, {})) {
    Entry* const entry = Find(key);
    if (entry != nullptr && !entry->answer && !SendSteps(key, *entry)) {
      unsent_.push_back(key);
    }
  }
  const std::int64_t now_ns = parts_.clock.MonotonicNs();
  while (!kept_.empty() && kept_.front().until_ns <= now_ns) {
    ForgetOldest();
  }
  if (now_ns >= give_up_at_ns_) {
    give_up_at_ns_ = INT64_MAX;
    AnswerInFlightAsUnknown();
  }
}

void AdminDesk::AnswerInFlightAsUnknown() {
  std::vector<Key> given_up;
  for (const auto& [key, entry] : entries_) {
    if (!entry.answer) {
      given_up.push_back(key);
    }
  }
  for (const Key& key : given_up) {
    AnswerAsUnknown(key);
  }
  steps_.clear();
}

void AdminDesk::AnswerAsUnknown(const Key& key) {
  const ApiError error = MakeError(ErrorKind::kTimeout);
  Entry& entry = entries_.at(key);
  if (entry.intent != 0) {
    parts_.audit.Conclude(
        {.intent = entry.intent, .result = "UNKNOWN", .code = error.code, .reason = error.message});
  }
  Finish(key, entry, AnswerOf(error));
}

// ---- when this node has ceased to take commands ----

void AdminDesk::LeaveToTheGate(const Key& key, Entry& entry) {
  const ApiError error = MakeError(ErrorKind::kNoLeader);
  parts_.audit.Conclude({.intent = entry.intent,
                         .result = "REFUSED",
                         .code = error.code,
                         .reason = "this node does not lead"});
  const auto waiters = std::move(entry.waiters);
  ApiCall call = std::move(*entry.call);
  const std::int64_t until_ns =
      entry.taken.empty() ? INT64_MAX : parts_.gate.WaitedUntil(entry.taken.front().tenure);
  --in_flight_;
  rules_changing_.erase(entry.act.rules_of.value());
  entries_.erase(key);
  for (const auto& waiter : waiters) {
    call.reply = waiter;
    // Not taken up again here: the intent's line has its outcome already.
    parts_.gate.Divert(call, LeaderGate::Need::kCommands, nullptr, until_ns);
  }
}

void AdminDesk::OnTenureEnded(std::uint64_t ended_tenure) {
  std::vector<Key> lost;
  for (const auto& [key, entry] : entries_) {
    const bool none_happened =
        !entry.answer && entry.answered == 0 && entry.sent != 0 &&
        std::ranges::all_of(entry.taken, [ended_tenure](const TakenIn& taken) {
          return taken.IsEndedBy(ended_tenure);
        });
    if (none_happened) {
      lost.push_back(key);
    }
  }
  Count(parts_.gate.counters().never_happened, lost.size());
  for (const Key& key : lost) {
    Entry& entry = entries_.at(key);
    for (std::size_t step = 0; step < entry.sent; ++step) {
      steps_.erase(StepId(key.id, step));
    }
    LeaveToTheGate(key, entry);
  }
}

void AdminDesk::OnTenureGivenUp(std::uint64_t tenure) {
  std::vector<Key> given_up;
  for (const auto& [key, entry] : entries_) {
    const bool is_over = !entry.answer && !entry.taken.empty() &&
                         entry.taken.front().tenure <= tenure &&
                         entry.answered != entry.act.steps.size();
    if (is_over) {
      given_up.push_back(key);
    }
  }
  Count(parts_.gate.counters().unknown, given_up.size());
  for (const Key& key : given_up) {
    const std::size_t sent = entries_.at(key).sent;
    AnswerAsUnknown(key);
    for (std::size_t step = 0; step < sent; ++step) {
      steps_.erase(StepId(key.id, step));
    }
  }
}

}  // namespace lockstep
