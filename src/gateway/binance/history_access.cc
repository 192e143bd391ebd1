#include "gateway/binance/history_access.h"

#include <cstddef>
#include <optional>
#include <vector>

#include "protocol/commands.h"

namespace lockstep {
namespace {

// An order cannot have met more makers in one command than this.
constexpr std::size_t kMostFills = std::size_t{1} << 21U;

CommandOutcome RebuildFrom(const HistoryView& view, AccountId account, SymbolId symbol,
                           const Replayed& replayed) {
  CommandOutcome outcome;
  outcome.replayed = replayed;
  std::optional<StoredOrder> order = view.Order(account, symbol, replayed.order_id);
  if (!order || !view.status().ok()) {
    return outcome;
  }
  if (replayed.command_template_id == sbe::CancelOrder::sbeTemplateId()) {
    outcome.cancelled.push_back(*order);
  } else if (replayed.command_template_id == sbe::AmendOrder::sbeTemplateId()) {
    outcome.amended = order;
  } else if (replayed.command_template_id == sbe::NewOrder::sbeTemplateId()) {
    // As it stood when the command was done; a resting order may have gone on since.
    order->status = replayed.status;
    order->cumulative_quantity = replayed.cumulative_quantity;
    order->cumulative_quote = replayed.cumulative_quote;
    outcome.placed = order;
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
  return outcome;
}

}  // namespace

void HistoryAccess::Rebuild(AccountId account, SymbolId symbol, const Replayed& replayed,
                            std::function<void(CommandOutcome)> done) {
  history_.Ask(state_.position, [&trading = trading_, account, symbol, replayed,
                                 done = std::move(done)](const HistoryView& view) {
    trading.Post([outcome = RebuildFrom(view, account, symbol, replayed), done] { done(outcome); });
  });
}

}  // namespace lockstep
