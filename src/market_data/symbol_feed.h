// One symbol's market data: its book, the three streams made from it and who gets them.
//
// Life of a batch: Apply… (events in order), then Publish or, when nobody may see it, Discard.
// Between batches nothing is unpublished, so that a snapshot taken there joins the stream without
// gap or repeat. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "market_data/feed.h"
#include "market_data/feed_messages.h"
#include "market_data/market_observer.h"
#include "market_data/symbol_book.h"
#include "market_data/topic.h"

namespace lockstep {

class SymbolFeed {
 public:
  explicit SymbolFeed(SymbolId symbol) : symbol_(symbol) {}

  // From now on `observer` is told of every trade and entry. Outlives this object.
  void SetObserver(SymbolObserver& observer) { observer_ = &observer; }

  // Each takes one whole event of this symbol, with its message header.
  void ApplyBookUpdate(std::span<const std::byte> message);
  void ApplyTrade(std::span<const std::byte> message);
  // A SymbolDefinition's sequence: one further for a change, the present one for the answer to a
  // query.
  void ApplyDefinition(std::uint64_t symbol_sequence, bool image);

  // Something was applied and neither published nor discarded. An image never counts.
  [[nodiscard]] bool HasUnpublished() const {
    return book_.symbol_sequence() != published_sequence_;
  }
  void Publish(const FeedStamp& stamp);
  void Discard();

  // Back to an empty book at sequence 0; subscriptions stay.
  void Clear();

  // Answers a request by ack and, for depth and orders, a snapshot. Between batches only. Returns
  // whether a snapshot had to be made, which takes as long as the book is large.
  bool Subscribe(SubscriberId subscriber, MarketDataSink& sink, FeedKind kind, RequestId request_id,
                 const FeedStamp& stamp);
  void Unsubscribe(SubscriberId subscriber, MarketDataSink& sink, FeedKind kind,
                   RequestId request_id);
  void Forget(SubscriberId subscriber, FeedKind kind) { TopicOf(kind).Remove(subscriber); }

  [[nodiscard]] const SymbolBook& book() const { return book_; }

 private:
  // Made once for all who subscribe while the book stands still.
  struct Snapshot {
    std::uint64_t symbol_sequence = 0;
    std::shared_ptr<const FrameBuffer> frames;
  };

  Topic& TopicOf(FeedKind kind);
  // True when it had to be made.
  bool MakeSnapshot(FeedKind kind, const FeedStamp& stamp, Snapshot& snapshot) const;
  void ForgetSnapshots() {
    depth_snapshot_.frames.reset();
    orders_snapshot_.frames.reset();
  }

  SymbolId symbol_;
  SymbolBook book_;
  SymbolObserver* observer_ = nullptr;
  std::uint64_t published_sequence_ = 0;  // of the last batch that was published or discarded
  Topic trades_;
  Topic depth_;
  Topic orders_;
  FrameBuffer trade_frames_;  // of the present batch
  FrameBuffer order_frames_;
  std::vector<DepthFold::Change> changes_;
  Snapshot depth_snapshot_;
  Snapshot orders_snapshot_;
};

}  // namespace lockstep
