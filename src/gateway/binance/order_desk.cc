#include "gateway/binance/order_desk.h"

#include <iterator>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"
#include "lockstep_sbe/EventHeader.h"
#include "lockstep_sbe/ReplyHeader.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

constexpr std::size_t kReplyOffset = kMessageHeaderBytes + sbe::EventHeader::encodedLength();
// What an answer costs besides its text: entry, key and place in the queue.
constexpr std::size_t kEntryBytes = 512;

RequestId RequestIdOf(std::span<const std::byte> message) {
  const sbe::ReplyHeader reply(SbeBuffer(message.data()), kReplyOffset, message.size(),
                               sbe::ReplyHeader::sbeSchemaVersion());
  return {reply.requestIdHigh(), reply.requestIdLow()};
}

// The gateway's own trouble is not what became of the request: it may be tried again.
bool IsFinal(const ApiAnswer& answer) { return answer.status < 500; }

}  // namespace

OrderDesk::OrderDesk(SessionId session, const OrderDeskLimits& limits, IngressAdapter& ingress,
                     EgressPublisher& egress, OutcomeRebuilder& rebuilder, const Clock& clock,
                     GatewayCounters& counters, LeaderGate& gate)
    : session_(session),
      limits_(limits),
      ingress_(ingress),
      egress_(egress),
      rebuilder_(rebuilder),
      clock_(clock),
      counters_(counters),
      gate_(gate) {
  egress_.Register(session_, *this);
  gate_.Add(*this);
}

OrderDesk::~OrderDesk() { egress_.Remove(session_); }

bool OrderDesk::AnswerKnown(const ApiCall& call) {
  const auto found = entries_.find({call.identity.account.value(), call.identity.request_id});
  if (found == entries_.end()) {
    return false;
  }
  Entry& entry = found->second;
  if (entry.answer) {
    call.reply->Send(*entry.answer);
  } else {
    entry.waiters.push_back(call.reply);
  }
  return true;
}

bool OrderDesk::Submit(const ApiCall& call, SymbolId symbol, CommandBytes command,
                       AnswerMaker make_answer) {
  if (refusal_) {
    call.Refuse(MakeError(*refusal_));
    return false;
  }
  // Between the gate and here the node may have ceased to take commands.
  const std::uint64_t tenure = gate_.tenure();
  if (gate_.is_clustered() && tenure == Leadership::kNoTenure) {
    LeaveToTheGate(call, symbol, command, std::move(make_answer), INT64_MAX);
    return false;
  }
  const Key key{call.identity.account.value(), call.identity.request_id};
  if (in_flight_ >= limits_.max_in_flight ||
      !ingress_.SubmitCommand(command.bytes(), {session_, call.identity.account},
                              call.received_ns)) {
    Count(counters_.back_pressured);
    call.Refuse(MakeError(ErrorKind::kBusy));
    return false;
  }
  Count(counters_.commands_accepted);
  Entry& entry = entries_[key];
  entry.make_answer = std::move(make_answer);
  entry.symbol = symbol;
  entry.waiters.push_back(call.reply);
  if (gate_.is_clustered()) {
    entry.taken = gate_.Taken(tenure);
    entry.again = std::make_unique<Again>(Again{.call = call, .command = command});
  }
  ++in_flight_;
  return true;
}

void OrderDesk::LeaveToTheGate(const ApiCall& call, SymbolId symbol, const CommandBytes& command,
                               AnswerMaker make_answer, std::int64_t until_ns) {
  gate_.Divert(
      call, LeaderGate::Need::kCommands,
      [this, call, symbol, command, make_answer = std::move(make_answer)] {
        if (!AnswerKnown(call)) {
          Submit(call, symbol, command, make_answer);
        }
      },
      until_ns);
}

void OrderDesk::Settle(const ApiCall& call, const ApiAnswer& answer) {
  LOCKSTEP_ASSERT(IsFinal(answer));
  const Key key{call.identity.account.value(), call.identity.request_id};
  entries_[key].answer = answer;
  Keep(key, answer);
  call.reply->Send(answer);
}

void OrderDesk::OnPrivateEvent(const PrivateEvent& event) {
  if (!event.own) {
    return;
  }
  const auto found = entries_.find({event.account.value(), RequestIdOf(event.message())});
  if (found == entries_.end() || found->second.answer) {
    return;  // given up on
  }
  Entry& entry = found->second;
  entry.outcome.Add(event.template_id, event.message());
  if (!entry.has_events) {
    entry.has_events = true;
    touched_.push_back(found->first);
  }
}

// All events of a command come in one log entry, and of an entry all are handed over together.
void OrderDesk::FlushEvents() {
  for (const Key& key : touched_) {
    Complete(key);
  }
  touched_.clear();
}

void OrderDesk::Complete(const Key& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    return;
  }
  CommandOutcome outcome = std::move(found->second.outcome);
  if (!outcome.replayed) {
    Finish(key, outcome);
  } else if (outcome.replayed->reason != sbe::RejectReason::NONE &&
             outcome.replayed->status == sbe::OrderStatus::NONE &&
             outcome.replayed->cancel_reason == sbe::RejectReason::NONE) {
    outcome.rejects.push_back(outcome.replayed->reason);
    Finish(key, outcome);
  } else {
    rebuilder_.Rebuild(AccountId(key.account), found->second.symbol, *outcome.replayed,
                       [this, key](const CommandOutcome& rebuilt) { Finish(key, rebuilt); });
  }
}

void OrderDesk::Finish(const Key& key, const CommandOutcome& outcome) {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.answer) {
    return;
  }
  Entry& entry = found->second;
  --in_flight_;
  const ApiAnswer answer = entry.make_answer(outcome);
  const auto waiters = std::move(entry.waiters);
  if (IsFinal(answer)) {
    entry.answer = answer;
    entry.make_answer = nullptr;
    entry.waiters = {};
    entry.outcome = {};
    entry.again = nullptr;
    Keep(key, answer);
  } else {
    entries_.erase(found);
  }
  for (const auto& waiter : waiters) {
    waiter->Send(answer);
  }
}

void OrderDesk::Keep(const Key& key, const ApiAnswer& answer) {
  const std::size_t bytes = kEntryBytes + answer.body.size();
  kept_.push_back(
      {.until_ns = clock_.MonotonicNs() + limits::kRequestMemoryNs, .key = key, .bytes = bytes});
  kept_bytes_ += bytes;
  while (kept_bytes_ > limits_.answer_bytes) {
    ForgetOldest();
  }
}

void OrderDesk::ForgetOldest() {
  entries_.erase(kept_.front().key);
  kept_bytes_ -= kept_.front().bytes;
  kept_.pop_front();
}

void OrderDesk::SetRefusal(std::optional<ErrorKind> error, bool hold) {
  refusal_ = error;
  give_up_at_ns_ = hold ? clock_.MonotonicNs() + limits_.hold_ns : INT64_MAX;
}

void OrderDesk::OnTick() {
  const std::int64_t now_ns = clock_.MonotonicNs();
  while (!kept_.empty() && kept_.front().until_ns <= now_ns) {
    ForgetOldest();
  }
  if (now_ns >= give_up_at_ns_) {
    give_up_at_ns_ = INT64_MAX;
    AnswerAsUnknown(TakeInFlight([](const Entry&) { return true; }));
  }
}

void OrderDesk::OnTenureEnded(std::uint64_t ended_tenure) {
  auto lost = TakeInFlight([ended_tenure](const Entry& entry) {
    return !entry.has_events && entry.taken.IsEndedBy(ended_tenure);
  });
  Count(gate_.counters().never_happened, lost.size());
  for (Entries::node_type& node : lost) {
    Entry& entry = node.mapped();
    const std::int64_t until_ns = gate_.WaitedUntil(entry.taken.tenure);
    for (auto& waiter : entry.waiters) {
      ApiCall call = entry.again->call;
      call.reply = std::move(waiter);
      LeaveToTheGate(call, entry.symbol, entry.again->command, entry.make_answer, until_ns);
    }
  }
}

void OrderDesk::OnTenureGivenUp(std::uint64_t tenure) {
  const auto given_up = TakeInFlight(
      [tenure](const Entry& entry) { return !entry.has_events && entry.taken.tenure <= tenure; });
  Count(gate_.counters().unknown, given_up.size());
  AnswerAsUnknown(given_up);
}

template <class Which>
std::vector<OrderDesk::Entries::node_type> OrderDesk::TakeInFlight(Which which) {
  std::vector<Entries::node_type> taken;
  if (in_flight_ == 0) {
    return taken;
  }
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (!entry->second.answer && which(entry->second)) {
      taken.push_back(entries_.extract(entry));
    }
    entry = next;
  }
  in_flight_ -= taken.size();
  return taken;
}

void OrderDesk::AnswerAsUnknown(const std::vector<Entries::node_type>& taken) {
  const ApiAnswer answer = AnswerOf(MakeError(ErrorKind::kTimeout));
  for (const Entries::node_type& node : taken) {
    for (const auto& waiter : node.mapped().waiters) {
      waiter->Send(answer);
    }
  }
}

}  // namespace lockstep
