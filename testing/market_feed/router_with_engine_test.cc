#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <thread>
#include <vector>

#include "testing/market_feed/engine_market.h"
#include "testing/market_feed/feed_subscriber.h"

namespace lockstep {
namespace {

constexpr SubscriberId kFirst(1);

void SubscribeToAll(EngineMarket& market, RecordingSink& sink, SubscriberId subscriber) {
  for (const FeedKind kind : {FeedKind::kOrders, FeedKind::kDepth, FeedKind::kTrades}) {
    market.router().Subscribe(subscriber, sink, EngineMarket::kSymbol, kind, {});
  }
}

// Waits until the subscriber has seen all that the engine has done, then compares.
void ExpectSameBook(EngineMarket& market, RecordingSink& sink, SubscriberId subscriber) {
  ASSERT_TRUE(sink.Await(subscriber, [&](const FeedSubscriber& it) {
    return it.depth().IsWhole() && it.depth().last_update_id() == market.symbol_sequence() &&
           it.orders_sequence() == market.symbol_sequence();
  })) << "the subscriber does not catch up";
  std::vector<FoldedOrder> copy =
      sink.With(subscriber, [](const FeedSubscriber& it) { return it.Orders(); });
  EXPECT_TRUE(sink.With(
      subscriber, [&](const FeedSubscriber& it) { return SameDepth(copy, it.depth().depth()); }));
  std::sort(copy.begin(), copy.end(), [](const FoldedOrder& left, const FoldedOrder& right) {
    return left.order_id < right.order_id;
  });
  EXPECT_EQ(copy, market.OpenOrders());
}

TEST(RouterWithEngine, SubscribersHoldTheEnginesBook) {
  RecordingSink sink;  // outlives the router's thread
  EngineMarket market(1);
  market.Lead();
  market.SetUp();
  SubscribeToAll(market, sink, kFirst);
  ASSERT_TRUE(sink.Await(kFirst, [](const FeedSubscriber& it) { return it.acks() == 3; }));
  for (std::uint64_t round = 1; round <= 20; ++round) {
    for (int entry = 0; entry < 200; ++entry) {
      market.ApplyRandomEntry(1 + entry % 8);
    }
    SubscribeToAll(market, sink, SubscriberId(1 + round));
    ExpectSameBook(market, sink, kFirst);
    ExpectSameBook(market, sink, SubscriberId(1 + round));
  }
  EXPECT_GT(market.trades(), 1'000U);
  EXPECT_EQ(market.router().counts().Of(EventCounts::Kind::kTrade), market.trades());
  sink.With(kFirst, [&](const FeedSubscriber& it) {
    EXPECT_EQ(it.trade_ids().back(), market.trades());
    EXPECT_EQ(it.trade_ids().size(), market.trades());
  });
}

TEST(RouterWithEngine, TheBookGoesOnFromALoadedSnapshot) {
  std::vector<std::byte> snapshot;
  std::uint64_t sequence_before = 0;
  {
    EngineMarket before(2);
    before.SetUp();
    for (int entry = 0; entry < 1'000; ++entry) {
      before.ApplyRandomEntry(5);
    }
    snapshot = before.Snapshot();
    sequence_before = before.symbol_sequence();
  }
  RecordingSink sink;  // outlives the router's thread
  EngineMarket market(3);
  market.Load(snapshot);
  EXPECT_EQ(market.symbol_sequence(), sequence_before);
  // Some of the log behind the snapshot, before anybody is served.
  for (int entry = 0; entry < 50; ++entry) {
    market.ApplyRandomEntry(5);
  }
  market.Lead();
  while (market.router().GetSummary().position < market.position()) {
    std::this_thread::yield();
  }
  SubscribeToAll(market, sink, kFirst);
  ASSERT_TRUE(sink.Await(kFirst, [](const FeedSubscriber& it) { return it.acks() == 3; }));
  EXPECT_EQ(market.router().counts().Of(EventCounts::Kind::kAccepted), 0U);
  for (int round = 0; round < 5; ++round) {
    for (int entry = 0; entry < 200; ++entry) {
      market.ApplyRandomEntry(5);
    }
    ExpectSameBook(market, sink, kFirst);
  }
}

}  // namespace
}  // namespace lockstep
