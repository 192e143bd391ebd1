// What streams do over time: who gets what, when, and what survives.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/event_ring.h"
#include "base/strong_id.h"
#include "market_data/events_router.h"
#include "market_data/price_levels.h"
#include "market_data/stream_feed.h"
#include "market_data/streams/market_seed.h"
#include "protocol/candle.h"
#include "testing/market_feed/stream_fixture.h"

namespace lockstep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using JsonStreams = StreamFixture;

TEST_F(JsonStreams, ANameWaitsForItsSymbol) {
  Subscribe(kAnna, "btcusdt@trade");
  Subscribe(kAnna, "no stream at all");
  Define();
  Ask(100'100, 10);
  Buy(10);
  End();
  EXPECT_THAT(sink_.Take(kAnna), ElementsAre(HasSubstr(R"("t":1,)")));
}

TEST_F(JsonStreams, OneMessageForAllItsSubscribers) {
  Define();
  Subscribe(kAnna, "btcusdt@trade");
  Subscribe(kAnna, "btcusdt@trade");
  Subscribe(kBert, "btcusdt@trade");
  Ask(100'100, 10);
  Buy(10);
  End();
  EXPECT_THAT(sink_.Take(kAnna), SizeIs(1));
  EXPECT_THAT(sink_.Take(kBert), SizeIs(1));
}

TEST_F(JsonStreams, UnsubscribedAndForgottenGetNothing) {
  Define();
  for (const SubscriberId subscriber : {kAnna, kBert}) {
    for (const char* name : {"btcusdt@trade", "btcusdt@depth", "!miniTicker@arr", "what@ever"}) {
      Subscribe(subscriber, name);
    }
  }
  Ask(100'100, 10);
  Buy(5);
  End();
  EXPECT_THAT(sink_.Take(kAnna), SizeIs(1));
  // What waits for the end of its period is not told to who has gone before.
  streams_.UnsubscribeStream(kAnna, sink_, "btcusdt@depth");
  streams_.UnsubscribeStream(kAnna, sink_, "btcusdt@ticker");  // there was none
  streams_.ForgetStreams(kBert, sink_);
  sink_.Take(kBert);
  Pass(kSecond);
  EXPECT_THAT(sink_.Take(kAnna), ElementsAre(HasSubstr("24hrMiniTicker")));
  streams_.ForgetStreams(kAnna, sink_);
  streams_.ForgetStreams(kAnna, sink_);
  Work();
  Buy(5);
  End();
  Pass(kSecond);
  EXPECT_THAT(sink_.Take(kAnna), IsEmpty());
  EXPECT_THAT(sink_.Take(kBert), IsEmpty());
  EXPECT_EQ(streams_.LongestSleepNs(), INT64_MAX) << "nothing is left to wake for";
}

TEST_F(JsonStreams, NothingWakesTheRouterWhileNothingWaits) {
  Define();
  for (const char* name : {"btcusdt@depth", "btcusdt@depth10", "btcusdt@ticker", "btcusdt@kline_1m",
                           "btcusdt@avgPrice", "!miniTicker@arr"}) {
    Subscribe(kAnna, name);
  }
  Pass(kSecond);  // the first partial depth
  sink_.Take(kAnna);
  EXPECT_EQ(streams_.LongestSleepNs(), INT64_MAX);
  Ask(100'100, 10);
  End();
  EXPECT_LE(streams_.LongestSleepNs(), kSecond);
  Pass(kSecond);
  EXPECT_EQ(streams_.LongestSleepNs(), INT64_MAX) << "no trade can grow too old";
  Buy(5);
  End();
  Pass(2 * kSecond);
  const std::int64_t sleep_ns = streams_.LongestSleepNs();
  EXPECT_GT(sleep_ns, 50 * kSecond) << "the end of the minute's candle";
  EXPECT_LE(sleep_ns, kMinute);
}

TEST_F(JsonStreams, ReplayedEntriesAreFoldedAndNotPublished) {
  Define();
  for (const char* name : {"btcusdt@trade", "btcusdt@depth", "/topic/market/depth/BTCUSDT"}) {
    Subscribe(kAnna, name);
  }
  Ask(100'100, 30);
  Buy(10);
  End(true);
  Pass(kSecond);
  EXPECT_THAT(sink_.Take(kAnna), IsEmpty());
  EXPECT_EQ(Answer({.kind = MarketQueryKind::kTickerPrice, .symbols = {kSymbol}}),
            R"({"symbol":"BTCUSDT","price":"1001.00000000"})");
  Buy(10);
  End();
  Pass(kSecond);
  EXPECT_THAT(Take("btcusdt@trade"), ElementsAre(HasSubstr(R"("t":2,)")));
  EXPECT_THAT(Take("btcusdt@depth"), ElementsAre(HasSubstr(R"("U":4,"u":4,)")));
  EXPECT_THAT(Take("/topic/market/depth/BTCUSDT"), ElementsAre(HasSubstr(R"("U":4,"u":4,)")));
}

TEST_F(JsonStreams, ALaterTradeEndsTheCandleBeforeIt) {
  Define();
  Ask(100'100, 1'000);
  End();
  Subscribe(kAnna, "btcusdt@kline_1s");
  Pass(999 * kMs);
  Buy(1);
  End();
  Pass(kMs);
  EXPECT_THAT(Take("btcusdt@kline_1s"), ElementsAre(HasSubstr(R"("n":1,"x":false)")));
  Buy(2);  // at 1.000 s, before the clock has given up the second before
  End();
  EXPECT_THAT(Take("btcusdt@kline_1s"), ElementsAre(HasSubstr(R"("n":1,"x":true)")));
  Pass(kSecond);
  EXPECT_THAT(Take("btcusdt@kline_1s"),
              ElementsAre(HasSubstr(R"("v":"0.00002000","n":1,"x":false)")));
  Pass(100 * kMs);
  EXPECT_THAT(Take("btcusdt@kline_1s"),
              ElementsAre(HasSubstr(R"("v":"0.00002000","n":1,"x":true)")));
}

TEST_F(JsonStreams, ATradeThatComesLateIsSaidWithItsCandleAgain) {
  Define();
  Ask(100'100, 1'000);
  Buy(1);
  End();
  Subscribe(kAnna, "btcusdt@kline_1s");
  Pass(1'100 * kMs);
  EXPECT_THAT(Take("btcusdt@kline_1s"), ElementsAre(HasSubstr(R"("n":1,"x":true)")));
  market_.SetTimeNs(kStartNs + 999 * kMs);
  market_.Sweep(BookSide::kSell, 1);
  market_.EndBatch(++position_);
  Work();
  Pass(kSecond);
  EXPECT_THAT(Take("btcusdt@kline_1s"), ElementsAre(HasSubstr(R"("n":2,"x":true)")));
}

TEST_F(JsonStreams, TickersAgeWhileNothingTrades) {
  Define();
  Ask(100'100, 10);
  Ask(100'200, 10);
  Buy(10);
  End();
  Pass(kHour);
  Buy(10);
  End();
  Subscribe(kAnna, "btcusdt@miniTicker");
  Pass(22 * kHour);
  EXPECT_THAT(sink_.Take(kAnna), IsEmpty());
  Pass(kHour + kMinute);
  EXPECT_THAT(Take("btcusdt@miniTicker"), ElementsAre(HasSubstr(R"("o":"1002.00000000")")));
  EXPECT_THAT(Answer({.kind = MarketQueryKind::kTicker24h, .symbols = {kSymbol}}),
              HasSubstr(R"("prevClosePrice":"1001.00000000")"));
  Pass(kHour);
  EXPECT_THAT(
      Take("btcusdt@miniTicker"),
      ElementsAre(HasSubstr(
          R"("o":"1002.00000000","h":"1002.00000000","l":"1002.00000000","v":"0.00000000")")));
  Pass(48 * kHour);
  EXPECT_THAT(sink_.Take(kAnna), IsEmpty());
}

TEST_F(JsonStreams, AQuestionSeesWhatWasOnTheRingBeforeIt) {
  Define();
  Ask(100'100, 10);
  market_.EndBatch(++position_);  // not read yet
  EXPECT_EQ(Answer({.kind = MarketQueryKind::kDepth, .symbols = {kSymbol}}),
            R"({"lastUpdateId":2,"bids":[],"asks":[["1001.00000000","0.00010000"]]})");
}

TEST_F(JsonStreams, GoesOnFromASeed) {
  SymbolSeed symbol;
  const std::int64_t minute_ns = kStartNs - 2 * kMinute;
  Candle old{.open_ns = minute_ns - kHour};
  old.Add(90'000, 10, true, 1);
  Candle minute{.open_ns = minute_ns};
  minute.Add(95'000, 20, true, 2);
  symbol.minutes = {old, minute};
  for (int i = 0; i < kCandleIntervals; ++i) {
    const auto interval = static_cast<CandleInterval>(i);
    Candle& candle = symbol.present[static_cast<std::size_t>(i)];
    candle.open_ns = CandleOpenNs(interval, minute_ns);
    if (old.open_ns >= candle.open_ns) {
      candle.Merge(old);
    }
    candle.Merge(minute);
  }
  symbol.last = {.trade_id = 2, .price_ticks = 95'000, .quantity_lots = 20, .time_ns = minute_ns};
  streams_.Seed({.position = 2, .symbols = {{kSymbol, symbol}}});

  Define();
  Ask(100'100, 30);
  Buy(10);  // entry 2: in the seed already
  End(true);
  EXPECT_THAT(Answer({.kind = MarketQueryKind::kTicker24h, .symbols = {kSymbol}}),
              HasSubstr(R"("volume":"0.00030000","quoteVolume":"0.28000000")"));
  Buy(20);
  End();
  EXPECT_THAT(
      Answer({.kind = MarketQueryKind::kTicker24h, .symbols = {kSymbol}}),
      HasSubstr(
          R"("openPrice":"900.00000000","highPrice":"1001.00000000","lowPrice":"900.00000000","volume":"0.00050000")"));
  EXPECT_THAT(Answer({.kind = MarketQueryKind::kAvgPrice, .symbols = {kSymbol}}),
              HasSubstr(R"("price":"975.50000000")"));
}

TEST(JsonStreamsThread, SubscribersComeAndGoWhileTheMarketRuns) {
  EventRing ring(1 << 20, INT64_MAX, [] {});
  SystemClock clock;
  RecordingStreamSink sink;
  EventRing::Reader& reader = ring.Attach();
  StreamPublisher streams(clock, reader.waker());
  EventsRouter router(reader, &streams);
  router.Start();
  std::atomic<bool> stopping{false};
  std::thread engine([&] {
    NaiveMarket market(SymbolId(1), ring, 3, 100);
    market.SetTimeNs(clock.WallNs());
    market.WriteDefinition();
    market.EndBatch(1);
    for (std::int64_t position = 2; !stopping; ++position) {
      market.SetTimeNs(clock.WallNs());
      market.Step();
      market.EndBatch(position);
    }
  });
  std::atomic<int> answers{0};
  for (std::uint64_t id = 1; id <= 200; ++id) {
    for (const char* name : {"btcusdt@trade", "btcusdt@depth@100ms", "btcusdt@kline_1s",
                             "/topic/market/depth/BTCUSDT", "btcusdt@bookTicker"}) {
      streams.SubscribeStream(SubscriberId(id), sink, name);
    }
    streams.Ask({.kind = MarketQueryKind::kDepth, .symbols = {SymbolId(1)}},
                [&](std::string) { ++answers; });
    if (id > 2) {
      streams.ForgetStreams(SubscriberId(id - 2), sink);
    }
  }
  // The last one's conflated depth comes by the router's own timer.
  while (answers < 200 || sink.Take(SubscriberId(200), "btcusdt@depth@100ms").empty()) {
    std::this_thread::yield();
  }
  stopping = true;
  engine.join();
  router.Stop();
  EXPECT_GT(sink.messages(), 0U);
}

}  // namespace
}  // namespace lockstep
