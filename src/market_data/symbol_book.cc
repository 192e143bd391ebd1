#include "market_data/symbol_book.h"

#include "base/assert.h"
#include "lockstep_sbe/BookUpdate.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/commands.h"
#include "protocol/entry.h"

namespace lockstep {

void SymbolBook::Next(std::uint64_t symbol_sequence) {
  // A gap would be a market that lies: better to stop.
  LOCKSTEP_ASSERT(symbol_sequence == symbol_sequence_ + 1);
  symbol_sequence_ = symbol_sequence;
}

void SymbolBook::ApplyBookUpdate(std::span<const std::byte> message) {
  auto update = Decode<sbe::BookUpdate>(message);
  const bool image = (update.header().flags() & kEventImage) != 0;
  if (image) {
    symbol_sequence_ = update.header().symbolSequence();
  } else {
    Next(update.header().symbolSequence());
  }
  const std::uint64_t order_id = update.orderId();
  const std::int64_t price_ticks = update.price();
  const std::int64_t quantity_lots = update.quantity();
  switch (update.action()) {
    case sbe::BookAction::ADD: {
      const auto side = update.side() == sbe::Side::BUY ? BookSide::kBuy : BookSide::kSell;
      orders_.Add({.order_id = order_id,
                   .price_ticks = price_ticks,
                   .quantity_lots = quantity_lots,
                   .side = side});
      depth_.Add(side, price_ticks, quantity_lots, 1);
      break;
    }
    case sbe::BookAction::REDUCE: {
      const FoldedOrder before = orders_.Reduce(order_id, quantity_lots);
      depth_.Add(before.side, before.price_ticks, quantity_lots - before.quantity_lots, 0);
      break;
    }
    case sbe::BookAction::REMOVE: {
      const FoldedOrder before = orders_.Remove(order_id);
      depth_.Add(before.side, before.price_ticks, -before.quantity_lots, -1);
      break;
    }
    case sbe::BookAction::MOVE: {
      const FoldedOrder before = orders_.Move(order_id, price_ticks, quantity_lots);
      depth_.Add(before.side, before.price_ticks, -before.quantity_lots, -1);
      depth_.Add(before.side, price_ticks, quantity_lots, 1);
      break;
    }
    default:
      LOCKSTEP_ASSERT(false && "a BookUpdate without a known action");
  }
  if (image) {
    depth_.ForgetChanges();
  }
}

void SymbolBook::ApplyTrade(std::span<const std::byte> message) {
  auto trade = Decode<sbe::Trade>(message);
  Next(trade.header().symbolSequence());
  const std::int64_t leaves_lots = trade.makerLeavesQuantity();
  const FoldedOrder before = orders_.Fill(trade.makerOrderId(), leaves_lots);
  LOCKSTEP_ASSERT(before.quantity_lots - leaves_lots == trade.quantity());
  depth_.Add(before.side, before.price_ticks, -trade.quantity(), leaves_lots == 0 ? -1 : 0);
}

void SymbolBook::Clear() {
  symbol_sequence_ = 0;
  orders_.Clear();
  depth_.Clear();
}

}  // namespace lockstep
