#include "testing/market_feed/feed_subscriber.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "lockstep_sbe/BookSnapshot.h"
#include "lockstep_sbe/BookUpdate.h"
#include "lockstep_sbe/DepthUpdate.h"
#include "lockstep_sbe/SessionReject.h"
#include "lockstep_sbe/SubscribeAck.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/entry.h"
#include "protocol/frame.h"

namespace lockstep {

void FeedSubscriber::OnMessage(std::span<const std::byte> message) {
  ++messages_;
  switch (ReadMessageHeader(message).template_id) {
    case sbe::SubscribeAck::sbeTemplateId():
      OnSubscribeAck(message);
      break;
    case sbe::SessionReject::sbeTemplateId():
      ++rejects_;
      EXPECT_EQ(Decode<sbe::SessionReject>(message).sessionError(),
                sbe::SessionError::UNKNOWN_SYMBOL);
      break;
    case sbe::DepthUpdate::sbeTemplateId():
      ++depth_messages_;
      EXPECT_EQ(depth_.Apply(message), DepthReplica::Outcome::kApplied);
      break;
    case sbe::BookSnapshot::sbeTemplateId():
      OnBookSnapshot(message);
      break;
    case sbe::BookUpdate::sbeTemplateId():
      OnBookUpdate(message);
      break;
    case sbe::Trade::sbeTemplateId():
      OnTrade(message);
      break;
    default:
      ADD_FAILURE() << "unexpected template " << ReadMessageHeader(message).template_id;
  }
}

void FeedSubscriber::OnSubscribeAck(std::span<const std::byte> message) {
  ++acks_;
  auto ack = Decode<sbe::SubscribeAck>(message);
  const bool wanted = ack.unsubscribe() == 0;
  wants_trades_ = ack.kind() == sbe::MarketDataKind::TRADES ? wanted : wants_trades_;
  wants_orders_ = ack.kind() == sbe::MarketDataKind::ORDERS ? wanted : wants_orders_;
}

void FeedSubscriber::OnBookSnapshot(std::span<const std::byte> message) {
  auto book = Decode<sbe::BookSnapshot>(message);
  if (!in_book_snapshot_) {
    orders_.Clear();
  }
  orders_sequence_ = book.symbolSequence();
  in_book_snapshot_ = book.more() != 0;
  auto& rows = book.orders();
  while (rows.hasNext()) {
    auto& row = rows.next();
    orders_.Add({.order_id = row.orderId(),
                 .price_ticks = row.price(),
                 .quantity_lots = row.quantity(),
                 .side = static_cast<BookSide>(row.sideRaw())});
  }
}

void FeedSubscriber::OnBookUpdate(std::span<const std::byte> message) {
  auto update = Decode<sbe::BookUpdate>(message);
  EXPECT_TRUE(wants_orders_);
  // SymbolDefinitions take a number and are not part of this stream.
  EXPECT_GT(update.header().symbolSequence(), orders_sequence_);
  orders_sequence_ = update.header().symbolSequence();
  switch (update.action()) {
    case sbe::BookAction::ADD:
      orders_.Add({.order_id = update.orderId(),
                   .price_ticks = update.price(),
                   .quantity_lots = update.quantity(),
                   .side = static_cast<BookSide>(update.sideRaw())});
      break;
    case sbe::BookAction::REDUCE:
      orders_.Reduce(update.orderId(), update.quantity());
      break;
    case sbe::BookAction::REMOVE:
      orders_.Remove(update.orderId());
      break;
    case sbe::BookAction::MOVE:
      orders_.Move(update.orderId(), update.price(), update.quantity());
      break;
    default:
      ADD_FAILURE() << "unknown action";
  }
}

void FeedSubscriber::OnTrade(std::span<const std::byte> message) {
  auto trade = Decode<sbe::Trade>(message);
  EXPECT_TRUE(wants_orders_ || wants_trades_);
  if (wants_trades_ && (trade_ids_.empty() || trade.tradeId() > trade_ids_.back())) {
    if (!trade_ids_.empty()) {
      EXPECT_EQ(trade.tradeId(), trade_ids_.back() + 1);
    }
    trade_ids_.push_back(trade.tradeId());
  }
  // Who takes both streams sees each trade twice; the copy for the order stream is known by its
  // sequence.
  if (wants_orders_ && trade.header().symbolSequence() > orders_sequence_) {
    orders_sequence_ = trade.header().symbolSequence();
    // Price-time priority, as seen from outside: the maker is the first of the best price.
    const BookSide maker_side =
        trade.takerSide() == sbe::Side::BUY ? BookSide::kSell : BookSide::kBuy;
    const FoldedOrder* first = orders_.First(maker_side);
    ASSERT_NE(first, nullptr);
    ASSERT_EQ(first->order_id, trade.makerOrderId());
    EXPECT_EQ(first->price_ticks, trade.price());
    EXPECT_EQ(first->quantity_lots - trade.quantity(), trade.makerLeavesQuantity());
    orders_.Fill(trade.makerOrderId(), trade.makerLeavesQuantity());
  }
}

std::vector<FoldedOrder> FeedSubscriber::Orders() const {
  std::vector<FoldedOrder> orders;
  for (const BookSide side : {BookSide::kBuy, BookSide::kSell}) {
    orders_.VisitBestFirst(side, [&](const FoldedOrder& order) { orders.push_back(order); });
  }
  return orders;
}

void RecordingSink::Deliver(std::span<const SubscriberId> subscribers,
                            std::shared_ptr<const std::vector<std::byte>> framed_messages) {
  {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(subscribers.empty());
    std::span<const std::byte> left(*framed_messages);
    EXPECT_FALSE(left.empty());
    while (!left.empty()) {
      ASSERT_GE(left.size(), kFrameHeaderBytes);
      const FrameHeader header = ReadFrameHeader(left);
      ASSERT_EQ(header.encoding, kFrameEncodingSbe);
      ASSERT_LE(header.length, left.size());
      ASSERT_LE(header.length, limits::kMaxWireMessageBytes);
      largest_frame_bytes_ = std::max<std::size_t>(largest_frame_bytes_, header.length);
      const auto message = left.subspan(kFrameHeaderBytes, header.length - kFrameHeaderBytes);
      for (const SubscriberId subscriber : subscribers) {
        subscribers_[subscriber.value()].OnMessage(message);
      }
      left = left.subspan(header.length);
    }
  }
  delivered_.notify_all();
}

bool SameDepth(const std::vector<FoldedOrder>& orders, const DepthFold& depth) {
  std::map<std::pair<BookSide, std::int64_t>, DepthLevel> expected;
  for (const FoldedOrder& order : orders) {
    DepthLevel& level = expected[{order.side, order.price_ticks}];
    level.quantity_lots += order.quantity_lots;
    ++level.order_count;
  }
  std::map<std::pair<BookSide, std::int64_t>, DepthLevel> folded;
  for (const BookSide side : {BookSide::kBuy, BookSide::kSell}) {
    depth.levels(side).VisitBestFirst([&](std::int64_t price_ticks, const DepthLevel& level) {
      folded[{side, price_ticks}] = level;
      return true;
    });
  }
  return expected == folded;
}

}  // namespace lockstep
