#include "testing/system/crash_trader.h"

#include <algorithm>
#include <utility>

#include "client/wire.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/RequestReplayed.h"
#include "lockstep_sbe/ResendEnd.h"
#include "lockstep_sbe/ResendRequest.h"
#include "lockstep_sbe/SessionReject.h"
#include "testing/support/account_questions.h"
#include "testing/support/random_orders.h"

namespace lockstep::testing_system {
namespace {

constexpr std::size_t kOutstanding = 32;
constexpr std::size_t kRememberedAnswers = 16;
constexpr std::uint64_t kHistory = 1'000;
constexpr std::int64_t kTimeoutMs = 20'000;

}  // namespace

CrashTrader::CrashTrader(Credentials credentials, std::uint64_t seed)
    : credentials_(std::move(credentials)), random_(seed) {}

void CrashTrader::Fault(const std::string& what) {
  if (fault_.empty()) {
    fault_ = what;
  }
}

void CrashTrader::Reconnect(const std::string& sbe_address) {
  connection_lost_ = false;
  auto client = SbeClient::Connect(sbe_address, kTimeoutMs);
  if (!client) {
    return Fault(client.error().message());
  }
  client_ = std::move(*client);
  const auto logon = client_->Logon(
      credentials_, {.resend = true, .last_private_sequence = ledger_.last_sequence()});
  if (!logon) {
    return Fault(logon.error().message());
  }
  if (logon->private_sequence < ledger_.last_sequence()) {
    return Fault("acknowledged event " + std::to_string(ledger_.last_sequence()) +
                 " is lost: the exchange's last is " + std::to_string(logon->private_sequence));
  }
  AwaitResendEnd();
  if (ledger_.last_sequence() < logon->private_sequence) {
    return Fault("the resend ended early");
  }
  const auto unanswered = std::exchange(outstanding_, {});
  const auto answered = std::exchange(answered_, {});
  for (const Request& request : answered) {
    Repeat(request, true);
  }
  for (const Request& request : unanswered) {
    Repeat(request, false);
  }
}

void CrashTrader::AwaitResendEnd() {
  do {
    if (!TakeOne(kTimeoutMs)) {
      return Fault("the resend does not end");
    }
  } while (last_template_ != sbe::ResendEnd::sbeTemplateId());
}

void CrashTrader::Repeat(const Request& request, bool was_answered) {
  const bool was_executed = ledger_.HasSeen(request.id);
  ++repeated_;
  repeated_executed_before_ += was_executed ? 1 : 0;
  const std::uint64_t sequence_before = ledger_.last_sequence();
  if (!client_->Send(request.bytes).ok()) {
    return Fault("the connection broke while a request was repeated");
  }
  last_answer_ = {};
  while (last_answer_ != request.id) {
    if (!TakeOne(kTimeoutMs)) {
      return Fault("a repeated request is not answered");
    }
  }
  const bool was_replayed = last_template_ == sbe::RequestReplayed::sbeTemplateId();
  if ((was_executed || was_answered) && !was_replayed) {
    Fault("a request that was executed was executed again");
  }
  if (was_replayed && ledger_.last_sequence() != sequence_before) {
    Fault("a replayed request caused events");
  }
}

bool CrashTrader::TakeOne(std::int64_t timeout_ms) {
  const auto message = client_->Receive(timeout_ms);
  if (!message) {
    connection_lost_ = message.error().code() == StatusCode::kIoError;
    return false;
  }
  last_template_ = TemplateIdOf(*message);
  if (auto report = As<sbe::ExecutionReport, 2>(*message)) {
    if (report->execType() == sbe::ExecType::STATUS) {
      return true;
    }
    ledger_.TakeNumbered(*message);
    if (report->execType() != sbe::ExecType::TRADE) {
      TakeAnswer({report->reply().requestIdHigh(), report->reply().requestIdLow()}, false, false);
    }
  } else if (As<sbe::BalanceUpdate>(*message)) {
    ledger_.TakeNumbered(*message);
  } else if (auto reject = As<sbe::Reject>(*message)) {
    TakeAnswer({reject->reply().requestIdHigh(), reject->reply().requestIdLow()}, false, true);
  } else if (auto replayed = As<sbe::RequestReplayed>(*message)) {
    const RequestId id{replayed->reply().requestIdHigh(), replayed->reply().requestIdLow()};
    if (replayed->reason() == sbe::RejectReason::NONE && !ledger_.HasSeen(id)) {
      Fault("a request is said to be executed, but its events were not in the resend");
    }
    TakeAnswer(id, true, false);
  } else if (auto refusal = As<sbe::SessionReject>(*message)) {
    Fault(std::string("the gateway refused: ") + sbe::SessionError::c_str(refusal->sessionError()));
  }
  return true;
}

void CrashTrader::TakeAnswer(const RequestId& id, bool replayed, bool rejected) {
  if (id.high != commands_.last_request_id().high) {
    return;
  }
  last_answer_ = id;
  const auto found = std::find_if(outstanding_.begin(), outstanding_.end(),
                                  [&](const Request& request) { return request.id == id; });
  if (replayed || found == outstanding_.end()) {
    return;
  }
  ++acknowledged_;
  if (!rejected) {
    answered_.push_back(std::move(*found));
  }
  outstanding_.erase(found);
  if (answered_.size() > kRememberedAnswers) {
    answered_.pop_front();
  }
}

bool CrashTrader::Trade() {
  while (!connection_lost_ && TakeOne(0)) {
  }
  while (!connection_lost_ && outstanding_.size() < kOutstanding) {
    if (!SendRandom()) {
      return false;
    }
  }
  if (!connection_lost_ && !client_->Flush().ok()) {
    return false;
  }
  TakeOne(1);
  return !connection_lost_ && fault().empty();
}

void CrashTrader::Settle() {
  if (!client_->Flush().ok()) {
    return Fault("the connection broke before everything was answered");
  }
  while (!outstanding_.empty() && fault().empty()) {
    if (!TakeOne(kTimeoutMs)) {
      return Fault("a request is not answered");
    }
  }
}

bool CrashTrader::SendRandom() {
  const auto command = RandomOrderCommand(random_, commands_, ledger_);
  outstanding_.push_back(
      {commands_.last_request_id(), std::vector<std::byte>(command.begin(), command.end())});
  return client_->Queue(command).ok();
}

void CrashTrader::CompareWithExchange() {
  const auto orders = AskOpenOrders(*client_, commands_, ledger_);
  if (!orders) {
    return Fault("open orders: " + orders.error().message());
  }
  if (*orders != ledger_.open_orders()) {
    return Fault("the exchange has " + std::to_string(orders->size()) + " open orders, the books " +
                 std::to_string(ledger_.open_orders().size()) + ", or they differ");
  }
  const auto answer = AskBalances(*client_, commands_, ledger_);
  if (!answer) {
    return Fault("balances: " + answer.error().message());
  }
  if (acknowledged_ > 0 && answer->balances != ledger_.balances()) {
    Fault("the balances differ from the books");
  }
}

void CrashTrader::CompareHistory() {
  std::array<std::byte, 64> buffer{};
  auto request = Encode<sbe::ResendRequest>(buffer.data(), buffer.size());
  const std::uint64_t last = ledger_.last_sequence();
  request.fromSequence(last > kHistory ? last - kHistory : 1).toSequence(last);
  const std::span<const std::byte> message(
      buffer.data(), kMessageHeaderBytes + static_cast<std::size_t>(request.encodedLength()));
  if (!client_->Send(message).ok()) {
    return Fault("the connection broke before the resend");
  }
  AwaitResendEnd();
}

}  // namespace lockstep::testing_system
