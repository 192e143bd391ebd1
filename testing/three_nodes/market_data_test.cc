// A subscriber of trades that moves between nodes while leaders are killed.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "testing/three_nodes/cluster_fixture.h"
#include "testing/three_nodes/trade_subscriber.h"

namespace lockstep::testing_system {
namespace {

using ClusterMarketDataTest = ClusterTest;

TEST_F(ClusterMarketDataTest, SubscriberThatMovesSeesEveryTradeOnce) {
  TradeSubscriber subscriber(cluster(), keys().taker);
  StartTraders();
  ASSERT_TRUE(Await([&] { return subscriber.last_id() > 0; })) << cluster().Tail();
  AwaitLeader();
  const int leader = *cluster().Leader();
  cluster().Kill(leader);
  AwaitLeader(leader);
  AwaitAcknowledged(100);
  ASSERT_TRUE(cluster().Start(leader).ok());
  AwaitAcknowledged(300);
  const std::uint64_t moves = subscriber.moves();
  // Every node has its turn.
  ASSERT_TRUE(Await([&] { return subscriber.moves() >= moves + 2 * kNodes; }));
  StopAndCompare();
  ASSERT_FALSE(HasFailure());
  const auto trades = TradesOfLedgers();
  ASSERT_TRUE(Await([&] { return subscriber.last_id() >= trades.rbegin()->first; }));
  subscriber.Stop();
  EXPECT_EQ(subscriber.fault(), "");
  for (const auto& [id, trade] : subscriber.trades()) {
    const auto known = trades.find(id);
    ASSERT_TRUE(known != trades.end()) << "trade " << id << " is in nobody's ledger";
    ASSERT_EQ(known->second, trade.quantity_lots) << "trade " << id;
  }
  fmt::print("{} trades seen, {} of them asked for, {} moves\n", subscriber.trades().size(),
             subscriber.filled(), subscriber.moves());
}

}  // namespace
}  // namespace lockstep::testing_system
