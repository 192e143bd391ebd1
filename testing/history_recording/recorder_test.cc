// The recorder behind the engine: what it stores is what happened, whole and once, whatever
// restarts, snapshots and blocked threads come between.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "history/history_recorder.h"
#include "testing/history_recording/history_comparison.h"
#include "testing/history_recording/history_market.h"
#include "testing/history_recording/recording_fixture.h"

namespace lockstep {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RecorderTest : public RecordingFixture {
 protected:
  void StoreAndCompare(const HistoryOptions& options);
};

void RecorderTest::StoreAndCompare(const HistoryOptions& options) {
  HistoryMarket market(1);
  auto recorder = Open(market, options);
  market.SetUp();
  market.Lead();
  for (int i = 0; i < 300; ++i) {
    market.ApplyRandomEntry(10);
    if (i % 50 == 0) {
      market.QueryOpenOrders(1);  // its answers are not news
    }
    if (i % 60 == 0) {
      AskAndWait(*recorder, market.position(),
                 [&](const HistoryView& view) { ExpectSameRows(view, market.naive()); });
    }
  }
  AskAndWait(*recorder, market.position(), [&](const HistoryView& view) {
    ExpectSameRows(view, market.naive());
    ExpectSameCandles(view, market.naive(), market.now_ns() + 3'600'000'000'000);
  });
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(RecorderTest, StoresAllThatHappened) { StoreAndCompare(Options()); }

TEST_F(RecorderTest, StoresAllThatHappenedInAFloodOfFiles) {
  HistoryOptions options = Options();
  options.rows_per_file = 1;
  StoreAndCompare(options);
}

TEST_F(RecorderTest, StoresAllThatHappenedByBothWays) {
  HistoryOptions options = Options();
  options.rows_per_file = 400;
  StoreAndCompare(options);
}

TEST_F(RecorderTest, AReplayAddsNothing) {
  HistoryMarket first(2);
  {
    auto recorder = Open(first);
    first.SetUp();
    first.Lead();
    for (int i = 0; i < 100; ++i) {
      first.ApplyRandomEntry(10);
    }
    recorder->Stop();
    EXPECT_EQ(recorder->stored_position(), first.position());
    EXPECT_EQ(recorder->durable_position(), first.position());
  }
  HistoryMarket second(3);
  auto recorder = Open(second);
  EXPECT_EQ(recorder->stored_position(), first.position());
  second.Replay(first.entries());
  recorder->Recovered(second.position());
  second.Lead();
  AskAndWait(*recorder, second.position(),
             [&](const HistoryView& view) { ExpectSameRows(view, first.naive()); });
  EXPECT_EQ(recorder->GetSummary().rows, 0U);
  for (int i = 0; i < 100; ++i) {
    second.ApplyRandomEntry(10);
  }
  AskAndWait(*recorder, second.position(), [&](const HistoryView& view) {
    ExpectSameRows(view, second.naive());
    ExpectSameCandles(view, second.naive(), second.now_ns());
  });
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(RecorderTest, GoesOnFromASnapshotThatHistoryReaches) {
  HistoryMarket first(4);
  std::vector<std::byte> snapshot;
  std::size_t behind = 0;
  {
    auto recorder = Open(first);
    first.SetUp();
    first.Lead();
    for (int i = 0; i < 120; ++i) {
      first.ApplyRandomEntry(10);
      if (i == 60) {
        snapshot = first.Snapshot();
        behind = first.entries().size();
      }
    }
  }
  HistoryMarket second(5);
  auto recorder = Open(second);
  second.Load(snapshot);
  second.Replay(std::span(first.entries()).subspan(behind));
  recorder->Recovered(second.position());
  second.Lead();
  AskAndWait(*recorder, second.position(),
             [&](const HistoryView& view) { ExpectSameRows(view, first.naive()); });
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(RecorderTest, ASnapshotPastItsEndIsAGapThatIsTold) {
  HistoryMarket first(6);
  first.SetUp();
  first.Lead();
  for (int i = 0; i < 60; ++i) {
    first.ApplyRandomEntry(10);
  }
  HistoryMarket second(7);
  auto recorder = Open(second);
  second.Load(first.Snapshot());
  recorder->Recovered(first.position());
  // Answered though no entry follows the snapshot.
  AskAndWait(*recorder, first.position(), [&](const HistoryView& view) {
    EXPECT_TRUE(view.status().ok());
    EXPECT_THAT(view.Trades(SymbolId(1), {}), IsEmpty());
  });
  EXPECT_THAT(Warnings(), HasSubstr("behind position 0 up to " + std::to_string(first.position()) +
                                    " is missing"));
  EXPECT_EQ(recorder->stored_position(), first.position());
}

TEST_F(RecorderTest, RefusesAnotherLog) {
  HistoryMarket first(8);
  {
    auto recorder = Open(first);
    first.SetUp();
    first.Lead();
    first.ApplyRandomEntry(10);
  }
  HistoryMarket second(9);
  auto recorder = Open(second);
  recorder->Recovered(0);
  second.Lead();
  second.SetUp();
  EXPECT_THAT(recorder->Problem().message(), HasSubstr("another log"));
  EXPECT_EQ(recorder->stored_position(), first.position());
  EXPECT_FALSE(recorder->MakeDurable(first.position() + 1).has_value());
  AskAndWait(*recorder, INT64_MAX, [&](const HistoryView& view) {
    EXPECT_EQ(view.status().code(), StatusCode::kUnavailable);
    EXPECT_THAT(view.status().message(), HasSubstr("another log"));
  });
  EXPECT_THAT(Warnings(), HasSubstr("recording stops"));
}

TEST_F(RecorderTest, ABlockedWriterHoldsNobodyUpAndTheSpoolKeepsOrder) {
  HistoryMarket market(10, std::size_t{1} << 18U);
  HistoryOptions options = Options();
  options.backlog = {.memory_bytes = 100'000,
                     .spool_limit_bytes = std::int64_t{1} << 30U,
                     .spool_reserve_bytes = 0};
  auto recorder = Open(market, options);
  market.SetUp();
  market.Lead();
  for (int round = 0; round < 3; ++round) {
    std::promise<void> go_on;
    recorder->Ask(0, [&](const HistoryView&) { go_on.get_future().wait(); });
    while (recorder->GetSummary().questions != 0) {
      sched_yield();
    }
    for (int i = 0; i < 200; ++i) {
      market.ApplyRandomEntry(20);
    }
    AwaitRead(*recorder, market.position());
    EXPECT_GT(recorder->GetSummary().spool_bytes, 100'000);
    go_on.set_value();
    AskAndWait(*recorder, market.position(),
               [&](const HistoryView& view) { ExpectSameRows(view, market.naive()); });
  }
  EXPECT_EQ(market.stalls(), 0);
  EXPECT_EQ(recorder->GetSummary().spool_bytes, 0);
  EXPECT_EQ(recorder->GetSummary().backlog_bytes, 0U);
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(RecorderTest, IsDurableWhenAsked) {
  HistoryMarket market(11);
  auto recorder = Open(market);
  market.SetUp();
  market.Lead();
  market.ApplyRandomEntry(20);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (;;) {
    const auto durable = recorder->MakeDurable(market.position());
    ASSERT_TRUE(durable.has_value()) << durable.error().message();
    if (*durable) {
      break;
    }
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::yield();
  }
  EXPECT_GE(recorder->durable_position(), market.position());
}

TEST_F(RecorderTest, EveryQuestionIsAnsweredAtTheEnd) {
  HistoryMarket market(12);
  auto recorder = Open(market);
  market.SetUp();
  market.Lead();
  std::atomic<int> reached = 0;
  std::atomic<int> not_reached = 0;
  const auto count = [&](const HistoryView& view) {
    ++(view.status().ok() ? reached : not_reached);
  };
  recorder->Ask(market.position() + 1, count);
  market.ApplyRandomEntry(5);
  recorder->Ask(market.position(), count);
  recorder->Ask(market.position() + 1, count);
  recorder->Stop();
  EXPECT_EQ(reached, 2);
  EXPECT_EQ(not_reached, 1);
  recorder->Ask(market.position(), count);
  recorder->Ask(market.position() + 1, count);
  EXPECT_EQ(reached, 3);
  EXPECT_EQ(not_reached, 2);
}

TEST_F(RecorderTest, SeedsSayWhereTheMarketStands) {
  HistoryMarket market(13);
  {
    auto recorder = Open(market);
    market.SetUp();
    market.Lead();
    for (int i = 0; i < 2'000; ++i) {
      market.ApplyRandomEntry(3);
    }
  }
  HistoryMarket next(14);
  auto recorder = OpenOnly(next, Options());
  const auto seeds = recorder->LoadMarkets();
  ASSERT_TRUE(seeds.has_value()) << seeds.error().message();
  ASSERT_EQ(seeds->size(), HistoryMarket::kSymbols);
  for (const StoredMarket& seed : *seeds) {
    const StoredTrade& last = market.naive().trades().at(seed.symbol).back();
    EXPECT_EQ(seed.last_trade, last);
    for (int i = 0; i < kCandleIntervals; ++i) {
      const auto interval = static_cast<CandleInterval>(i);
      const auto expected = market.naive().Candles(seed.symbol, interval, last.time_ns);
      ExpectSameCandles({seed.current[static_cast<std::size_t>(i)]}, {expected.back()});
    }
    auto minutes = market.naive().Candles(seed.symbol, CandleInterval::k1m, last.time_ns);
    const std::int64_t first_ns =
        CandleOpenNs(CandleInterval::k1m, last.time_ns - 86'400'000'000'000);
    std::erase_if(minutes, [&](const Candle& candle) {
      return candle.trade_count == 0 || candle.open_ns < first_ns;
    });
    ExpectSameCandles(seed.minutes, minutes);
  }
}

}  // namespace
}  // namespace lockstep
