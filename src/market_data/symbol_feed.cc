#include "market_data/symbol_feed.h"

#include <array>
#include <utility>

#include "base/assert.h"
#include "lockstep_sbe/BookUpdate.h"
#include "protocol/commands.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

void DeliverTo(SubscriberId subscriber, MarketDataSink& sink,
               std::shared_ptr<const FrameBuffer> frames) {
  const std::array<SubscriberId, 1> only{subscriber};
  sink.Deliver(only, std::move(frames));
}

}  // namespace

void SymbolFeed::ApplyBookUpdate(std::span<const std::byte> message) {
  book_.ApplyBookUpdate(message);
  if ((Decode<sbe::BookUpdate>(message).header().flags() & kEventImage) != 0) {
    published_sequence_ = book_.symbol_sequence();
    ForgetSnapshots();
    return;
  }
  if (!orders_.empty()) {
    AppendEvent(order_frames_, message);
  }
}

void SymbolFeed::ApplyTrade(std::span<const std::byte> message) {
  book_.ApplyTrade(message);
  if (observer_ != nullptr) {
    observer_->OnTrade(message);
  }
  if (!trades_.empty()) {
    AppendEvent(trade_frames_, message);
  }
  if (!orders_.empty()) {
    AppendEvent(order_frames_, message);
  }
}

void SymbolFeed::ApplyDefinition(std::uint64_t symbol_sequence, bool image) {
  if (image) {
    book_.AdvanceTo(symbol_sequence);
    published_sequence_ = symbol_sequence;
    return;
  }
  const std::uint64_t present = book_.symbol_sequence();
  LOCKSTEP_ASSERT(symbol_sequence == present || symbol_sequence == present + 1);
  book_.AdvanceTo(symbol_sequence);
}

void SymbolFeed::Publish(const FeedStamp& stamp) {
  // Orders first: who takes both streams sees each trade in its place among the orders, then once
  // more, and knows the second by a symbol sequence that is not above the last.
  orders_.Publish(order_frames_);
  trades_.Publish(trade_frames_);
  const bool observed = observer_ != nullptr && observer_->WantsEntries();
  if (depth_.empty() && !observed) {
    book_.depth().ForgetChanges();
  } else {
    book_.depth().TakeChanges(changes_);
  }
  if (!depth_.empty()) {
    FrameBuffer frames;
    AppendDepthUpdate(frames, stamp, published_sequence_ + 1, book_.symbol_sequence(), changes_);
    depth_.Publish(frames);
  }
  if (observed) {
    observer_->OnEntry(stamp, changes_);
  }
  published_sequence_ = book_.symbol_sequence();
  ForgetSnapshots();
}

void SymbolFeed::Discard() {
  if (observer_ != nullptr) {
    observer_->OnDiscard();
  }
  trade_frames_.clear();
  order_frames_.clear();
  book_.depth().ForgetChanges();
  published_sequence_ = book_.symbol_sequence();
  ForgetSnapshots();
}

void SymbolFeed::Clear() {
  book_.Clear();
  Discard();
}

Topic& SymbolFeed::TopicOf(FeedKind kind) {
  switch (kind) {
    case FeedKind::kTrades:
      return trades_;
    case FeedKind::kDepth:
      return depth_;
    case FeedKind::kOrders:
      return orders_;
  }
  LOCKSTEP_ASSERT(false && "the gateway lets only known kinds pass");
  return trades_;
}

bool SymbolFeed::MakeSnapshot(FeedKind kind, const FeedStamp& stamp, Snapshot& snapshot) const {
  const std::uint64_t symbol_sequence = book_.symbol_sequence();
  if (snapshot.frames != nullptr && snapshot.symbol_sequence == symbol_sequence) {
    return false;
  }
  FrameBuffer frames;
  if (kind == FeedKind::kDepth) {
    AppendDepthSnapshot(frames, stamp, symbol_sequence, book_.depth());
  } else {
    AppendBookSnapshot(frames, stamp, symbol_sequence, book_.orders());
  }
  snapshot = {.symbol_sequence = symbol_sequence,
              .frames = std::make_shared<const FrameBuffer>(std::move(frames))};
  return true;
}

bool SymbolFeed::Subscribe(SubscriberId subscriber, MarketDataSink& sink, FeedKind kind,
                           RequestId request_id, const FeedStamp& stamp) {
  LOCKSTEP_ASSERT(!HasUnpublished());
  TopicOf(kind).Add(subscriber, sink);
  FrameBuffer ack;
  AppendSubscribeAck(ack, request_id, symbol_, kind, false, book_.symbol_sequence());
  DeliverTo(subscriber, sink, std::make_shared<const FrameBuffer>(std::move(ack)));
  if (kind == FeedKind::kTrades) {
    return false;
  }
  Snapshot& snapshot = kind == FeedKind::kDepth ? depth_snapshot_ : orders_snapshot_;
  const bool made = MakeSnapshot(kind, stamp, snapshot);
  DeliverTo(subscriber, sink, snapshot.frames);
  return made;
}

void SymbolFeed::Unsubscribe(SubscriberId subscriber, MarketDataSink& sink, FeedKind kind,
                             RequestId request_id) {
  TopicOf(kind).Remove(subscriber);
  FrameBuffer ack;
  AppendSubscribeAck(ack, request_id, symbol_, kind, true, book_.symbol_sequence());
  DeliverTo(subscriber, sink, std::make_shared<const FrameBuffer>(std::move(ack)));
}

}  // namespace lockstep
