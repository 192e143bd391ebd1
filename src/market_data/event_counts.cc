#include "market_data/event_counts.h"

#include <algorithm>

#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/RequestReplayed.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

// One writer: a plain load and store is enough, and cheaper than a locked addition.
void AddTo(std::atomic<std::uint64_t>& total, std::uint64_t& pending) {
  if (pending > 0) {
    total.store(total.load(std::memory_order_relaxed) + pending, std::memory_order_relaxed);
    pending = 0;
  }
}

}  // namespace

void EventCounts::Count(std::uint16_t template_id, std::span<const std::byte> message) {
  switch (template_id) {
    case sbe::Trade::sbeTemplateId():
      Add(Kind::kTrade);
      break;
    case sbe::ExecutionReport::sbeTemplateId():
      switch (Decode<sbe::ExecutionReport>(message).execTypeRaw()) {
        case sbe::ExecType::NEW:
          Add(Kind::kAccepted);
          break;
        case sbe::ExecType::CANCELED:
          Add(Kind::kCanceled);
          break;
        case sbe::ExecType::REPLACED:
          Add(Kind::kReplaced);
          break;
        case sbe::ExecType::EXPIRED:
          Add(Kind::kExpired);
          break;
        case sbe::ExecType::TRADE_PREVENTION:
          Add(Kind::kPrevented);
          break;
        default:
          break;  // a trade's reports, and answers to queries
      }
      break;
    case sbe::Reject::sbeTemplateId(): {
      Add(Kind::kRejected);
      const std::size_t reason = Decode<sbe::Reject>(message).reasonRaw();
      ++pending_rejects_[std::min(reason, kReasons - 1)];
      break;
    }
    case sbe::RequestReplayed::sbeTemplateId():
      Add(Kind::kReplayedRequest);
      break;
    default:
      break;
  }
}

void EventCounts::Commit() {
  if (pending_[static_cast<std::size_t>(Kind::kRejected)] > 0) {
    for (std::size_t reason = 0; reason < kReasons; ++reason) {
      AddTo(rejects_[reason], pending_rejects_[reason]);
    }
  }
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    AddTo(totals_[kind], pending_[kind]);
  }
}

void EventCounts::Discard() {
  pending_.fill(0);
  pending_rejects_.fill(0);
}

}  // namespace lockstep
