#include "testing/support/account_ledger.h"

#include <string_view>

#include "client/wire.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/ExecutionReport.h"

namespace lockstep::testing_system {
namespace {

// The stamps of the way out are of each sending; all else of an event is the same for ever.
std::uint64_t HashWithoutStamps(std::span<const std::byte> message, sbe::ReplyHeader& reply) {
  reply.matchedNs(0);
  reply.sentNs(0);
  const std::string_view text(reinterpret_cast<const char*>(message.data()), message.size());
  return std::hash<std::string_view>()(text);
}

}  // namespace

void AccountLedger::Fault(const std::string& what) {
  if (fault_.empty()) {
    fault_ = what + " at private sequence " + std::to_string(last_sequence_);
  }
}

void AccountLedger::TakeNumbered(std::span<const std::byte> message) {
  std::vector<std::byte> copy(message.begin(), message.end());
  std::uint64_t sequence = 0;
  std::uint64_t hash = 0;
  if (auto report = As<sbe::ExecutionReport, 2>(copy)) {
    sequence = report->reply().privateSequence();
    hash = HashWithoutStamps(copy, report->reply());
  } else if (auto update = As<sbe::BalanceUpdate>(copy)) {
    sequence = update->reply().privateSequence();
    hash = HashWithoutStamps(copy, update->reply());
  }
  if (sequence == 0) {
    return;
  }
  if (sequence <= last_sequence_) {
    const auto known = content_.find(sequence);
    if (known == content_.end() || known->second != hash) {
      Fault("event " + std::to_string(sequence) + " came again and says something else");
    }
    return;
  }
  if (last_sequence_ != 0 && sequence != last_sequence_ + 1) {
    Fault("a gap before " + std::to_string(sequence));
  }
  last_sequence_ = sequence;
  content_[sequence] = hash;
  TakeReport(message);
}

void AccountLedger::TakeReport(std::span<const std::byte> message) {
  auto report = As<sbe::ExecutionReport, 2>(message);
  if (!report) {
    return;
  }
  if (report->reply().requestIdLow() != 0) {
    std::uint64_t& made =
        seen_requests_[{report->reply().requestIdHigh(), report->reply().requestIdLow()}];
    if (report->execType() == sbe::ExecType::NEW) {
      if (made != 0) {
        Fault("one request made the orders " + std::to_string(made) + " and " +
              std::to_string(report->orderId()));
      }
      made = report->orderId();
    }
  }
  if (report->execType() == sbe::ExecType::TRADE &&
      !fills_.emplace(std::pair(report->tradeId(), report->orderId()), report->lastQuantity())
           .second) {
    Fault("trade " + std::to_string(report->tradeId()) + " came twice");
  }
  balances_ = {report->baseFree(), report->baseLocked(), report->quoteFree(),
               report->quoteLocked()};
  const auto status = report->orderStatus();
  if (status == sbe::OrderStatus::NEW || status == sbe::OrderStatus::PARTIALLY_FILLED) {
    open_orders_[report->orderId()] = {report->price(), report->quantity(),
                                       report->leavesQuantity(), report->cumulativeQuantity()};
  } else {
    open_orders_.erase(report->orderId());
  }
}

}  // namespace lockstep::testing_system
