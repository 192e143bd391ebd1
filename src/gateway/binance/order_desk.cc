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
      gate_(gate),
      answered_(limits.answer_bytes) {
  egress_.Register(session_, *this);
  gate_.Add(*this);
}

OrderDesk::~OrderDesk() { egress_.Remove(session_); }

bool OrderDesk::AnswerKnown(const ApiCall& call) {
  const RequestKey key{call.identity.account.value(), call.identity.request_id};
  if (const auto found = in_flight_.find(key); found != in_flight_.end()) {
    found->second.waiters.push_back(call.reply);
    return true;
  }
  auto answer = answered_.Find(key);
  if (!answer) {
    return false;
  }
  call.reply->Send(std::move(*answer));
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
  if (in_flight_.size() >= limits_.max_in_flight ||
      !ingress_.SubmitCommand(command.bytes(), {session_, call.identity.account},
                              call.received_ns)) {
    Count(counters_.back_pressured);
    call.Refuse(MakeError(ErrorKind::kBusy));
    return false;
  }
  Count(counters_.commands_accepted);
  InFlight& entry = in_flight_[{call.identity.account.value(), call.identity.request_id}];
  entry.make_answer = std::move(make_answer);
  entry.symbol = symbol;
  entry.waiters.push_back(call.reply);
  if (gate_.is_clustered()) {
    entry.taken = gate_.Taken(tenure);
    entry.again = std::make_unique<Again>(Again{.call = call, .command = command});
  }
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
  Keep({call.identity.account.value(), call.identity.request_id}, answer);
  call.reply->Send(answer);
}

void OrderDesk::OnPrivateEvent(const PrivateEvent& event) {
  if (!event.own) {
    return;
  }
  const auto found = in_flight_.find({event.account.value(), RequestIdOf(event.message())});
  if (found == in_flight_.end()) {
    return;  // given up on
  }
  InFlight& entry = found->second;
  entry.outcome.Add(event.template_id, event.message());
  if (!entry.has_events) {
    entry.has_events = true;
    touched_.push_back(found->first);
  }
}

// All events of a command come in one log entry, and of an entry all are handed over together.
void OrderDesk::FlushEvents() {
  for (const RequestKey& key : touched_) {
    Complete(key);
  }
  touched_.clear();
}

void OrderDesk::Complete(const RequestKey& key) {
  const auto found = in_flight_.find(key);
  if (found == in_flight_.end()) {
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

void OrderDesk::Finish(const RequestKey& key, const CommandOutcome& outcome) {
  const auto found = in_flight_.find(key);
  if (found == in_flight_.end()) {
    return;
  }
  const InFlight entry = std::move(found->second);
  in_flight_.erase(found);
  ApiAnswer answer = entry.make_answer(outcome);
  if (IsFinal(answer)) {
    Keep(key, answer);
  }
  for (std::size_t i = 0; i + 1 < entry.waiters.size(); ++i) {
    entry.waiters[i]->Send(answer);
  }
  entry.waiters.back()->Send(std::move(answer));
}

void OrderDesk::Keep(const RequestKey& key, const ApiAnswer& answer) {
  answered_.Keep(key, answer, clock_.MonotonicNs() + limits::kRequestMemoryNs);
}

void OrderDesk::SetRefusal(std::optional<ErrorKind> error, bool hold) {
  refusal_ = error;
  give_up_at_ns_ = hold ? clock_.MonotonicNs() + limits_.hold_ns : INT64_MAX;
}

void OrderDesk::OnTick() {
  const std::int64_t now_ns = clock_.MonotonicNs();
  answered_.ForgetUntil(now_ns);
  if (now_ns >= give_up_at_ns_) {
    give_up_at_ns_ = INT64_MAX;
    AnswerAsUnknown(TakeInFlight([](const InFlight&) { return true; }));
  }
}

void OrderDesk::OnTenureEnded(std::uint64_t ended_tenure) {
  auto lost = TakeInFlight([ended_tenure](const InFlight& entry) {
    return !entry.has_events && entry.taken.IsEndedBy(ended_tenure);
  });
  Count(gate_.counters().never_happened, lost.size());
  for (Entries::node_type& node : lost) {
    InFlight& entry = node.mapped();
    const std::int64_t until_ns = gate_.WaitedUntil(entry.taken.tenure);
    for (auto& waiter : entry.waiters) {
      ApiCall call = entry.again->call;
      call.reply = std::move(waiter);
      LeaveToTheGate(call, entry.symbol, entry.again->command, entry.make_answer, until_ns);
    }
  }
}

void OrderDesk::OnTenureGivenUp(std::uint64_t tenure) {
  const auto given_up = TakeInFlight([tenure](const InFlight& entry) {
    return !entry.has_events && entry.taken.tenure <= tenure;
  });
  Count(gate_.counters().unknown, given_up.size());
  AnswerAsUnknown(given_up);
}

template <class Which>
std::vector<OrderDesk::Entries::node_type> OrderDesk::TakeInFlight(Which which) {
  std::vector<Entries::node_type> taken;
  for (auto entry = in_flight_.begin(); entry != in_flight_.end();) {
    const auto next = std::next(entry);
    if (which(entry->second)) {
      taken.push_back(in_flight_.extract(entry));
    }
    entry = next;
  }
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
