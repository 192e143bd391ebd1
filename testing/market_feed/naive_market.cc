#include "testing/market_feed/naive_market.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

#include "base/event_ring.h"
#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/BookUpdate.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "lockstep_sbe/Trade.h"
#include "market_data/order_book_fold.h"
#include "market_data/price_levels.h"
#include "protocol/commands.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

// Claims, fills by fill(codec) and commits one event without variable data.
template <class Codec, class Fill>
void WriteEvent(EventRing& ring, Fill&& fill) {
  const std::size_t bytes = kMessageHeaderBytes + Codec::sbeBlockLength();
  std::byte* at = ring.Claim(bytes);
  std::fill(at, at + bytes, std::byte{0});
  auto codec = Encode<Codec>(at, bytes);
  fill(codec);
  ring.Commit(bytes);
}

// Sets all but symbol, sequence and flags.
void FillBookUpdate(sbe::BookUpdate& update, std::uint8_t action, const FoldedOrder& before,
                    const FoldedOrder& after) {
  update.orderId(after.order_id)
      .price(after.price_ticks)
      .quantity(after.quantity_lots)
      .oldPrice(before.price_ticks)
      .oldQuantity(before.quantity_lots)
      .side(after.side == BookSide::kBuy ? sbe::Side::BUY : sbe::Side::SELL)
      .action(static_cast<sbe::BookAction::Value>(action));
}

}  // namespace

void NaiveMarket::WriteDefinition() {
  ++symbol_sequence_;
  WriteDefinitionTo(ring_, kEventLastOfCommand);
}

void NaiveMarket::WriteDefinitionAnswer() { WriteDefinitionTo(ring_, 0); }

void NaiveMarket::WriteImage(EventRing& ring) const {
  WriteEvent<sbe::AssetDefinition>(ring, [&](sbe::AssetDefinition& definition) {
    definition.header().flags(kEventImage);
    definition.asset(1);
  });
  WriteDefinitionTo(ring, kEventImage);
  for (const FoldedOrder& order : Orders()) {
    WriteEvent<sbe::BookUpdate>(ring, [&](sbe::BookUpdate& update) {
      update.header().symbol(symbol_.value()).symbolSequence(symbol_sequence_).flags(kEventImage);
      FillBookUpdate(update, sbe::BookAction::ADD, FoldedOrder{}, order);
    });
  }
}

void NaiveMarket::WriteDefinitionTo(EventRing& ring, std::uint16_t flags) const {
  WriteEvent<sbe::SymbolDefinition>(ring, [&](sbe::SymbolDefinition& definition) {
    definition.header().symbol(symbol_.value()).symbolSequence(symbol_sequence_).flags(flags);
    definition.symbol(symbol_.value()).priceScale(2).quantityScale(5).putName(name_);
  });
}

void NaiveMarket::WriteChange(std::uint8_t action, const FoldedOrder& before,
                              const FoldedOrder& after) {
  ++symbol_sequence_;
  WriteEvent<sbe::BookUpdate>(ring_, [&](sbe::BookUpdate& update) {
    update.header().symbol(symbol_.value()).symbolSequence(symbol_sequence_);
    FillBookUpdate(update, action, before, after);
  });
}

void NaiveMarket::EndBatch(std::int64_t position, bool replaying) {
  position_ = position;
  WriteEvent<sbe::BatchEnd>(ring_, [&](sbe::BatchEnd& end) {
    end.position(position)
        .timestampNs(time_ns_ == 0 ? position * 10 : time_ns_)
        .replaying(replaying ? 1 : 0);
  });
  ring_.Publish();
}

std::int64_t NaiveMarket::RandomPrice(BookSide side) {
  // Bids below the middle, asks above: what rests never crosses.
  const std::int64_t middle = price_range_ + 10;
  const auto distance =
      1 + static_cast<std::int64_t>(Roll(static_cast<std::uint64_t>(price_range_)));
  return side == BookSide::kBuy ? middle - distance : middle + distance;
}

void NaiveMarket::AddOrder(BookSide side, std::int64_t price_ticks, std::int64_t quantity_lots) {
  const FoldedOrder order{.order_id = ++order_id_,
                          .price_ticks = price_ticks,
                          .quantity_lots = quantity_lots,
                          .side = side};
  Side(side)[price_ticks].push_back(order);
  ids_.push_back(order.order_id);
  places_[order.order_id] = {side, price_ticks};
  WriteChange(sbe::BookAction::ADD, FoldedOrder{}, order);
}

FoldedOrder* NaiveMarket::RandomOrder() {
  while (!ids_.empty()) {
    const std::size_t at = Roll(ids_.size());
    const auto place = places_.find(ids_[at]);
    if (place == places_.end()) {  // gone since
      ids_[at] = ids_.back();
      ids_.pop_back();
      continue;
    }
    Queue& queue = Side(place->second.first)[place->second.second];
    const auto order = std::find_if(queue.begin(), queue.end(), [&](const FoldedOrder& candidate) {
      return candidate.order_id == ids_[at];
    });
    return &*order;
  }
  return nullptr;
}

void NaiveMarket::RemoveFromBook(const FoldedOrder& order) {
  const std::uint64_t order_id = order.order_id;
  const auto [side, price_ticks] = places_.at(order_id);
  Levels& levels = Side(side);
  Queue& queue = levels[price_ticks];
  queue.remove_if([&](const FoldedOrder& candidate) { return candidate.order_id == order_id; });
  if (queue.empty()) {
    levels.erase(price_ticks);
  }
  places_.erase(order_id);
}

NaiveMarket::Queue& NaiveMarket::BestQueue(BookSide side) {
  return side == BookSide::kBuy ? std::prev(bids_.end())->second : asks_.begin()->second;
}

void NaiveMarket::Sweep(BookSide maker_side, std::int64_t quantity_lots) {
  const std::uint64_t taker_id = ++order_id_;
  std::int64_t last_price_ticks = 0;
  while (quantity_lots > 0 && !Side(maker_side).empty()) {
    FoldedOrder& maker = BestQueue(maker_side).front();
    const std::int64_t filled = std::min(quantity_lots, maker.quantity_lots);
    quantity_lots -= filled;
    maker.quantity_lots -= filled;
    ++symbol_sequence_;
    ++trade_id_;
    aggregate_trade_id_ += maker.price_ticks == last_price_ticks ? 0 : 1;
    last_price_ticks = maker.price_ticks;
    WriteEvent<sbe::Trade>(ring_, [&](sbe::Trade& trade) {
      trade.header()
          .symbol(symbol_.value())
          .symbolSequence(symbol_sequence_)
          .position(position_ + 1)
          .timestampNs(time_ns_);
      trade.tradeId(trade_id_)
          .aggregateTradeId(aggregate_trade_id_)
          .takerOrderId(taker_id)
          .makerOrderId(maker.order_id)
          .price(maker.price_ticks)
          .quantity(filled)
          .makerLeavesQuantity(maker.quantity_lots)
          .takerSide(maker_side == BookSide::kBuy ? sbe::Side::SELL : sbe::Side::BUY);
    });
    if (maker.quantity_lots == 0) {
      RemoveFromBook(maker);
    }
  }
}

void NaiveMarket::Step() {
  const BookSide side = Roll(2) == 0 ? BookSide::kBuy : BookSide::kSell;
  const std::uint64_t dice = Roll(100);
  if (dice < 50) {
    AddOrder(side, RandomPrice(side), 1 + static_cast<std::int64_t>(Roll(1'000)));
    return;
  }
  if (dice < 60) {
    Sweep(side, 1 + static_cast<std::int64_t>(Roll(2'000)));
    return;
  }
  if (dice < 61) {
    WriteDefinition();
    return;
  }
  FoldedOrder* order = RandomOrder();
  if (order == nullptr) {
    return;
  }
  const FoldedOrder before = *order;
  FoldedOrder after = before;
  if (dice < 70 && before.quantity_lots > 1) {
    order->quantity_lots -=
        1 + static_cast<std::int64_t>(Roll(static_cast<std::uint64_t>(before.quantity_lots - 1)));
    WriteChange(sbe::BookAction::REDUCE, before, *order);
  } else if (dice < 80) {
    after.price_ticks = Roll(3) == 0 ? before.price_ticks : RandomPrice(before.side);
    after.quantity_lots = 1 + static_cast<std::int64_t>(Roll(1'000));
    RemoveFromBook(before);
    Side(after.side)[after.price_ticks].push_back(after);
    places_[after.order_id] = {after.side, after.price_ticks};
    WriteChange(sbe::BookAction::MOVE, before, after);
  } else {
    after.quantity_lots = 0;
    RemoveFromBook(before);
    WriteChange(sbe::BookAction::REMOVE, before, after);
  }
}

std::vector<FoldedOrder> NaiveMarket::Orders() const {
  std::vector<FoldedOrder> orders;
  for (auto level = bids_.rbegin(); level != bids_.rend(); ++level) {
    orders.insert(orders.end(), level->second.begin(), level->second.end());
  }
  for (const auto& [price_ticks, queue] : asks_) {
    orders.insert(orders.end(), queue.begin(), queue.end());
  }
  return orders;
}

}  // namespace lockstep
