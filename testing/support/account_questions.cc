#include "testing/support/account_questions.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "base/status.h"
#include "client/command_builder.h"
#include "client/sbe_client.h"
#include "client/wire.h"
#include "lockstep_sbe/BalanceRow.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/Redirect.h"
#include "lockstep_sbe/SessionReject.h"
#include "testing/support/account_ledger.h"

namespace lockstep::testing_system {
namespace {

constexpr std::uint32_t kSymbol = 1;  // BTCUSDT of --dev
constexpr std::uint32_t kQuoteAsset = 1;
constexpr std::uint32_t kBaseAsset = 2;
constexpr std::int64_t kTimeoutMs = 20'000;

// Redirect, SessionReject: not an answer, and none will come.
bool IsRefusal(std::span<const std::byte> message) {
  const std::uint16_t id = TemplateIdOf(message);
  return id == sbe::SessionReject::sbeTemplateId() || id == sbe::Redirect::sbeTemplateId();
}

}  // namespace

Result<OpenOrders> AskOpenOrders(SbeClient& client, CommandBuilder& commands,
                                 AccountLedger& ledger) {
  OpenOrders orders;
  std::uint64_t after = 0;
  for (bool more = true; more;) {
    if (Status sent = client.Send(commands.Query(QueryKind::kOpenOrders, kSymbol, {}, after));
        !sent.ok()) {
      return std::unexpected(sent);
    }
    for (bool ended = false; !ended;) {
      const auto message = client.Receive(kTimeoutMs);
      if (!message) {
        return std::unexpected(message.error());
      }
      if (auto report = As<sbe::ExecutionReport, 2>(*message);
          report && report->execType() == sbe::ExecType::STATUS) {
        after = report->orderId();
        orders[after] = {report->price(), report->quantity(), report->leavesQuantity(),
                         report->cumulativeQuantity()};
      } else if (auto end = As<sbe::QueryEnd>(*message)) {
        ended = true;
        more = end->more() != 0;
      } else if (IsRefusal(*message)) {
        return Error(StatusCode::kUnavailable, "the node does not answer this question");
      } else {
        ledger.TakeNumbered(*message);
      }
    }
  }
  return orders;
}

Result<BalancesAnswer> AskBalances(SbeClient& client, CommandBuilder& commands,
                                   AccountLedger& ledger) {
  if (Status sent = client.Send(commands.Query(QueryKind::kBalances)); !sent.ok()) {
    return std::unexpected(sent);
  }
  BalancesAnswer answer;
  for (;;) {
    const auto message = client.Receive(kTimeoutMs);
    if (!message) {
      return std::unexpected(message.error());
    }
    if (auto row = As<sbe::BalanceRow>(*message)) {
      if (row->asset() == kBaseAsset) {
        answer.balances.base_free = row->free();
        answer.balances.base_locked = row->locked();
      } else if (row->asset() == kQuoteAsset) {
        answer.balances.quote_free = row->free();
        answer.balances.quote_locked = row->locked();
      }
    } else if (auto end = As<sbe::QueryEnd>(*message)) {
      answer.private_sequence = end->reply().privateSequence();
      answer.position = end->header().position();
      return answer;
    } else if (IsRefusal(*message)) {
      return Error(StatusCode::kUnavailable, "the node does not answer this question");
    } else {
      ledger.TakeNumbered(*message);
    }
  }
}

}  // namespace lockstep::testing_system
