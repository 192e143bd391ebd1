#include "gateway/binance/history_access.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/commands.h"

namespace lockstep {
namespace {

// An order cannot have met more makers in one command than this.
constexpr std::size_t kMostFills = std::size_t{1} << 21U;

bool IsOpen(sbe::OrderStatus::Value status) {
  return status == sbe::OrderStatus::NEW || status == sbe::OrderStatus::PARTIALLY_FILLED;
}

// The order that the command placed, as it stood when the command was done; one that rested may
// have gone on since.
void RebuildPlaced(const HistoryView& view, AccountId account, SymbolId symbol,
                   const Replayed& replayed, CommandOutcome& outcome) {
  outcome.placed = view.Order(account, symbol, replayed.order_id);
  if (!outcome.placed) {
    return;
  }
  StoredOrder& order = *outcome.placed;
  order.status = replayed.status;
  order.cumulative_quantity = replayed.cumulative_quantity;
  order.cumulative_quote = replayed.cumulative_quote;
  if (IsOpen(replayed.status) &&
      order.self_trade_prevention != sbe::SelfTradePrevention::DECREMENT) {
    order.prevented_quantity = 0;  // an order that others' modes have shrunk since
  }
  HistoryRange all;
  all.from_id = 0;
  all.limit = kMostFills;
  for (const StoredFill& fill : view.Fills(account, symbol, replayed.order_id, all)) {
    if (fill.position == replayed.first_position &&
        fill.command_index == replayed.first_command_index) {
      outcome.fills.push_back(fill);
    }
  }
}

void RebuildCancelReplace(const HistoryView& view, AccountId account, SymbolId symbol,
                          const Replayed& replayed, CommandOutcome& outcome) {
  if (replayed.cancel_reason != sbe::RejectReason::NONE) {
    outcome.rejects.push_back(replayed.cancel_reason);
  }
  // With STOP_ON_FAILURE the reason of the first half is that of the whole.
  if (replayed.reason == sbe::RejectReason::NONE) {
    RebuildPlaced(view, account, symbol, replayed, outcome);
  } else if (replayed.reason != replayed.cancel_reason) {
    outcome.rejects.push_back(replayed.reason);
  }
}

void RebuildFrom(const HistoryView& view, AccountId account, SymbolId symbol,
                 const Replayed& replayed, CommandOutcome& outcome) {
  switch (replayed.command_template_id) {
    case sbe::NewOrder::sbeTemplateId():
      return RebuildPlaced(view, account, symbol, replayed, outcome);
    case sbe::CancelOrder::sbeTemplateId():
      // A cancel is the last that happens to an order.
      if (auto order = view.Order(account, symbol, replayed.order_id)) {
        outcome.cancelled.push_back(std::move(*order));
      }
      return;
    case sbe::CancelReplace::sbeTemplateId():
      RebuildCancelReplace(view, account, symbol, replayed, outcome);
      break;
    default:
      break;
  }
  for (StoredChange& change :
       view.Changes(account, symbol, replayed.first_position, replayed.first_command_index)) {
    if (IsOpen(change.order.status)) {
      outcome.amended = std::move(change.order);
      outcome.execution_id = change.execution_id;
    } else {
      outcome.cancelled.push_back(std::move(change.order));
    }
  }
}

// Without what history cannot read now: half an outcome would be a wrong one.
CommandOutcome OutcomeFrom(const HistoryView& view, AccountId account, SymbolId symbol,
                           const Replayed& replayed) {
  CommandOutcome outcome;
  RebuildFrom(view, account, symbol, replayed, outcome);
  if (!view.status().ok()) {
    outcome = CommandOutcome();
  }
  outcome.replayed = replayed;
  return outcome;
}

}  // namespace

void HistoryAccess::Rebuild(AccountId account, SymbolId symbol, const Replayed& replayed,
                            std::function<void(CommandOutcome)> done) {
  history_.Ask(state_.position, [&trading = trading_, account, symbol, replayed,
                                 done = std::move(done)](const HistoryView& view) {
    trading.Post([outcome = OutcomeFrom(view, account, symbol, replayed), done] { done(outcome); });
  });
}

}  // namespace lockstep
