#include "market_data/events_router.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

#include "base/event_ring.h"
#include "testing/market_feed/feed_subscriber.h"
#include "testing/market_feed/naive_market.h"

namespace lockstep {
namespace {

constexpr SymbolId kSymbol(7);
constexpr SubscriberId kAnna(1);
constexpr SubscriberId kBert(2);
constexpr std::int64_t kStallNs = 60'000'000'000;

std::vector<FoldedOrder> OrdersOf(const OrderBookFold& fold) {
  std::vector<FoldedOrder> orders;
  for (const BookSide side : {BookSide::kBuy, BookSide::kSell}) {
    fold.VisitBestFirst(side, [&](const FoldedOrder& order) { orders.push_back(order); });
  }
  return orders;
}

// The router driven by hand, in the test's thread.
class EventsRouterTest : public testing::Test {
 protected:
  void Work() {
    while (router_.DoWork() > 0) {
    }
  }
  void Subscribe(SubscriberId subscriber, FeedKind kind) {
    router_.Subscribe(subscriber, sink_, kSymbol, kind, {.high = 1, .low = 2});
  }
  FeedSubscriber& Of(SubscriberId subscriber) {
    return sink_.With(subscriber, [](FeedSubscriber& it) -> FeedSubscriber& { return it; });
  }
  void RunBatches(int batches, int steps_in_each) {
    for (int i = 0; i < batches; ++i) {
      for (int step = 0; step < steps_in_each; ++step) {
        market_.Step();
      }
      market_.EndBatch(++position_);
      Work();
    }
  }
  void ExpectCopiesAgree(SubscriberId subscriber) {
    const std::vector<FoldedOrder> expected = market_.Orders();
    EXPECT_EQ(Of(subscriber).Orders(), expected);
    EXPECT_TRUE(Of(subscriber).depth().IsWhole());
    EXPECT_TRUE(SameDepth(expected, Of(subscriber).depth().depth()));
    EXPECT_EQ(Of(subscriber).depth().last_update_id(), market_.symbol_sequence());
  }

  EventRing ring_{1 << 22, kStallNs, [] {}};
  EventsRouter router_{ring_.Attach()};
  RecordingSink sink_;
  NaiveMarket market_{kSymbol, ring_, 42, 500};
  std::int64_t position_ = 0;
};

TEST_F(EventsRouterTest, FoldsWhatTheNaiveBookHolds) {
  market_.WriteDefinition();
  for (int round = 0; round < 40; ++round) {
    RunBatches(50, 5);
    const SymbolBook* book = router_.FindBook(kSymbol);
    ASSERT_NE(book, nullptr);
    ASSERT_EQ(OrdersOf(book->orders()), market_.Orders());
    ASSERT_TRUE(SameDepth(market_.Orders(), book->depth()));
    ASSERT_EQ(book->symbol_sequence(), market_.symbol_sequence());
  }
  const EventsRouter::Summary summary = router_.GetSummary();
  EXPECT_EQ(summary.position, position_);
  EXPECT_EQ(summary.batches, 2'000U);
  EXPECT_EQ(summary.symbols, 1U);
  EXPECT_EQ(summary.lag_bytes, 0U);
  EXPECT_GT(summary.events, summary.batches);
}

TEST_F(EventsRouterTest, SubscribersWhoJoinAtAnyTimeHaveTheSameBook) {
  market_.WriteDefinition();
  std::uint64_t next = 1;
  for (int round = 0; round < 30; ++round) {
    RunBatches(20, 4);
    const SubscriberId subscriber(next++);
    Subscribe(subscriber, FeedKind::kDepth);
    Subscribe(subscriber, FeedKind::kOrders);
    Subscribe(subscriber, FeedKind::kTrades);
    // The requests wait while an entry is half read.
    market_.Step();
    market_.Step();
    ring_.Publish();
    Work();
    market_.EndBatch(++position_);
    Work();
    for (std::uint64_t id = 1; id < next; ++id) {
      ExpectCopiesAgree(SubscriberId(id));
    }
  }
  EXPECT_EQ(router_.GetSummary().subscriptions, 3 * (next - 1));
  EXPECT_EQ(Of(SubscriberId(1)).trade_ids().back(), market_.trade_count());
}

TEST_F(EventsRouterTest, LargeBooksAndSweepsAreSplitAndStayContiguous) {
  market_.WriteDefinition();
  for (std::int64_t price_ticks = 1; price_ticks <= 3'000; ++price_ticks) {
    market_.AddOrder(BookSide::kBuy, price_ticks, 10);
    market_.AddOrder(BookSide::kSell, 5'000 + price_ticks, 10);
  }
  market_.EndBatch(++position_);
  Work();
  Subscribe(kAnna, FeedKind::kDepth);
  Subscribe(kAnna, FeedKind::kOrders);
  Work();
  ExpectCopiesAgree(kAnna);
  EXPECT_GT(Of(kAnna).depth_messages(), 8U);
  const std::size_t before = Of(kAnna).depth_messages();
  market_.Sweep(BookSide::kSell, 25'005);
  market_.EndBatch(++position_);
  Work();
  EXPECT_EQ(Of(kAnna).depth_messages(), before + 4);  // 2,501 levels
  ExpectCopiesAgree(kAnna);
}

TEST_F(EventsRouterTest, OneDepthUpdateForEachEntry) {
  market_.WriteDefinition();
  market_.EndBatch(++position_);
  Subscribe(kAnna, FeedKind::kDepth);
  Work();
  EXPECT_EQ(Of(kAnna).depth_messages(), 1U);  // the snapshot of an empty book
  for (int i = 0; i < 50; ++i) {
    market_.AddOrder(BookSide::kBuy, 100 + i % 3, 5);
  }
  market_.EndBatch(++position_);
  Work();
  EXPECT_EQ(Of(kAnna).depth_messages(), 2U);
  market_.EndBatch(++position_);  // an entry that left the symbol alone
  Work();
  EXPECT_EQ(Of(kAnna).depth_messages(), 2U);
  market_.WriteDefinition();  // the sequence goes on without a level
  market_.EndBatch(++position_);
  Work();
  EXPECT_EQ(Of(kAnna).depth_messages(), 3U);
  EXPECT_TRUE(SameDepth(market_.Orders(), Of(kAnna).depth().depth()));
  EXPECT_EQ(Of(kAnna).depth().last_update_id(), market_.symbol_sequence());
}

TEST_F(EventsRouterTest, AnswersToQueriesChangeNothing) {
  market_.WriteDefinition();
  RunBatches(3, 5);
  Subscribe(kAnna, FeedKind::kDepth);
  Work();
  const std::size_t before = Of(kAnna).messages();
  market_.WriteDefinitionAnswer();
  ring_.Publish();
  Work();
  EXPECT_EQ(Of(kAnna).messages(), before);
  Subscribe(kAnna, FeedKind::kOrders);
  Work();
  RunBatches(3, 5);
  ExpectCopiesAgree(kAnna);
}

TEST_F(EventsRouterTest, UnsubscribedAndDisconnectedGetNothing) {
  market_.WriteDefinition();
  RunBatches(5, 5);
  for (const SubscriberId subscriber : {kAnna, kBert}) {
    Subscribe(subscriber, FeedKind::kDepth);
    Subscribe(subscriber, FeedKind::kOrders);
    Subscribe(subscriber, FeedKind::kTrades);
  }
  Work();
  for (const FeedKind kind : {FeedKind::kDepth, FeedKind::kOrders, FeedKind::kTrades}) {
    router_.Unsubscribe(kAnna, sink_, kSymbol, kind, {});
  }
  Work();
  EXPECT_EQ(Of(kAnna).acks(), 6U);
  const std::size_t anna = Of(kAnna).messages();
  RunBatches(20, 5);
  EXPECT_EQ(Of(kAnna).messages(), anna);
  ExpectCopiesAgree(kBert);
  router_.Disconnected(kBert);
  Work();
  const std::size_t bert = Of(kBert).messages();
  RunBatches(20, 5);
  EXPECT_EQ(Of(kBert).messages(), bert);
  EXPECT_EQ(router_.GetSummary().subscriptions, 0U);
  // Who comes back gets a snapshot and goes on from there.
  Subscribe(kAnna, FeedKind::kDepth);
  Subscribe(kAnna, FeedKind::kOrders);
  RunBatches(5, 5);
  ExpectCopiesAgree(kAnna);
}

TEST_F(EventsRouterTest, SubscribingTwiceIsOneSubscriptionWithAnotherSnapshot) {
  market_.WriteDefinition();
  RunBatches(5, 5);
  Subscribe(kAnna, FeedKind::kDepth);
  Subscribe(kAnna, FeedKind::kDepth);
  Work();
  EXPECT_EQ(Of(kAnna).acks(), 2U);
  EXPECT_EQ(router_.GetSummary().subscriptions, 1U);
  const std::size_t before = Of(kAnna).depth_messages();
  market_.AddOrder(BookSide::kBuy, 5, 5);
  market_.EndBatch(++position_);
  Work();
  EXPECT_EQ(Of(kAnna).depth_messages(), before + 1);
}

TEST_F(EventsRouterTest, UnknownSymbolIsRefused) {
  router_.Subscribe(kAnna, sink_, SymbolId(99), FeedKind::kDepth, {});
  router_.Unsubscribe(kAnna, sink_, SymbolId(99), FeedKind::kDepth, {});
  router_.Disconnected(kAnna);
  Work();
  EXPECT_EQ(Of(kAnna).rejects(), 1U);
  EXPECT_EQ(Of(kAnna).acks(), 1U);
  EXPECT_EQ(router_.GetSummary().subscriptions, 0U);
}

TEST_F(EventsRouterTest, ReplayedEntriesAreFoldedAndNotPublished) {
  market_.WriteDefinition();
  market_.EndBatch(++position_);
  Subscribe(kAnna, FeedKind::kDepth);
  Subscribe(kAnna, FeedKind::kOrders);
  Work();
  const std::size_t before = Of(kAnna).messages();
  for (int i = 0; i < 100; ++i) {
    market_.Step();
  }
  market_.EndBatch(++position_, true);
  Work();
  EXPECT_EQ(Of(kAnna).messages(), before);
  Subscribe(kBert, FeedKind::kDepth);
  Subscribe(kBert, FeedKind::kOrders);
  Work();
  RunBatches(1, 0);
  ExpectCopiesAgree(kBert);
}

TEST_F(EventsRouterTest, AnImageReplacesTheBooks) {
  EventRing elsewhere(1 << 22, kStallNs, [] {});
  // Two markets built up where nobody reads them, then shown as images: the second snapshot is what
  // counts.
  NaiveMarket damaged(kSymbol, elsewhere, 5, 100);
  NaiveMarket loaded(kSymbol, elsewhere, 6, 100);
  for (NaiveMarket* market : {&damaged, &loaded}) {
    market->WriteDefinition();
    for (int i = 0; i < 500; ++i) {
      market->Step();
    }
    market->WriteImage(ring_);
  }
  ring_.Publish();
  Work();
  Subscribe(kAnna, FeedKind::kOrders);
  Subscribe(kAnna, FeedKind::kDepth);
  Work();
  EXPECT_EQ(Of(kAnna).Orders(), loaded.Orders());
  EXPECT_TRUE(SameDepth(loaded.Orders(), Of(kAnna).depth().depth()));
  EXPECT_EQ(Of(kAnna).depth().last_update_id(), loaded.symbol_sequence());
}

TEST(EventsRouterThread, SubscribersComeAndGoWhileTheMarketRuns) {
  // A small ring, so that the writer has to wait for the router and publishes half entries.
  EventRing ring(1 << 16, kStallNs, [] {});
  EventsRouter router(ring.Attach());
  RecordingSink sink;
  NaiveMarket market(kSymbol, ring, 11, 300);
  market.WriteDefinition();
  market.EndBatch(1);
  router.Start();
  std::atomic<bool> done{false};
  std::thread gateway([&] {
    std::mt19937_64 random(3);
    std::uint64_t next = 100;
    while (!done) {
      const SubscriberId subscriber(next++);
      router.Subscribe(subscriber, sink, kSymbol, FeedKind::kDepth, {});
      router.Subscribe(subscriber, sink, kSymbol, FeedKind::kOrders, {});
      router.Subscribe(subscriber, sink, kSymbol, FeedKind::kTrades, {});
      EXPECT_TRUE(sink.Await(subscriber, [](const FeedSubscriber& it) { return it.acks() == 3; }));
      if (random() % 2 == 0) {
        router.Unsubscribe(subscriber, sink, kSymbol, FeedKind::kOrders, {});
      }
      router.Disconnected(subscriber);
    }
  });
  router.Subscribe(kAnna, sink, kSymbol, FeedKind::kDepth, {});
  router.Subscribe(kAnna, sink, kSymbol, FeedKind::kOrders, {});
  std::int64_t position = 1;
  for (int batch = 0; batch < 3'000; ++batch) {
    for (int step = 0; step < 10; ++step) {
      market.Step();
    }
    market.EndBatch(++position);
  }
  done = true;
  gateway.join();
  EXPECT_TRUE(sink.Await(kAnna, [&](const FeedSubscriber& it) {
    return it.depth().last_update_id() == market.symbol_sequence();
  }));
  router.Stop();
  sink.With(kAnna, [&](FeedSubscriber& it) {
    EXPECT_EQ(it.Orders(), market.Orders());
    EXPECT_TRUE(SameDepth(market.Orders(), it.depth().depth()));
    return 0;
  });
  EXPECT_EQ(router.GetSummary().subscriptions, 2U);
  EXPECT_EQ(router.GetSummary().position, position);
}

}  // namespace
}  // namespace lockstep
