// The exact text of each stream and answer, on a small book.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strong_id.h"
#include "market_data/stream_feed.h"
#include "testing/market_feed/stream_fixture.h"

namespace lockstep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StreamPayloads : public StreamFixture {
 protected:
  // Two bids and two asks; the symbol's sequence is 5 then.
  void SetUp() override {
    Define();
    Bid(99'900, 150'000);
    Bid(99'800, 200'000);
    Ask(100'100, 100'000);
    Ask(100'200, 300'000);
    End();
  }
};

TEST_F(StreamPayloads, Trade) {
  Subscribe(kAnna, "btcusdt@trade");
  Subscribe(kAnna, "/topic/market/trade/BTCUSDT");
  Pass(123'456'789);
  Buy(120'000);
  End();
  const auto expected = ElementsAre(
      R"({"e":"trade","E":1767225600123,"s":"BTCUSDT","t":1,"p":"1001.00000000","q":"1.00000000","T":1767225600123,"m":false,"M":true})",
      R"({"e":"trade","E":1767225600123,"s":"BTCUSDT","t":2,"p":"1002.00000000","q":"0.20000000","T":1767225600123,"m":false,"M":true})");
  EXPECT_THAT(Take("btcusdt@trade"), expected);
  EXPECT_THAT(Take("/topic/market/trade/BTCUSDT"), expected);
  Sell(1);
  End();
  EXPECT_THAT(
      Take("btcusdt@trade"),
      ElementsAre(
          R"({"e":"trade","E":1767225600123,"s":"BTCUSDT","t":3,"p":"999.00000000","q":"0.00001000","T":1767225600123,"m":true,"M":true})"));
}

TEST_F(StreamPayloads, AggregateTradeIsOneForEachTakerAndPrice) {
  Ask(100'100, 50'000);
  End();
  Subscribe(kAnna, "btcusdt@aggTrade");
  Buy(160'000);  // 1.0 and 0.5 at 1001, 0.1 at 1002
  Buy(10'000);   // another taker at 1002
  End();
  EXPECT_THAT(
      Take("btcusdt@aggTrade"),
      ElementsAre(
          R"({"e":"aggTrade","E":1767225600000,"s":"BTCUSDT","a":1,"p":"1001.00000000","q":"1.50000000","f":1,"l":2,"T":1767225600000,"m":false,"M":true})",
          R"({"e":"aggTrade","E":1767225600000,"s":"BTCUSDT","a":2,"p":"1002.00000000","q":"0.10000000","f":3,"l":3,"T":1767225600000,"m":false,"M":true})",
          R"({"e":"aggTrade","E":1767225600000,"s":"BTCUSDT","a":3,"p":"1002.00000000","q":"0.10000000","f":4,"l":4,"T":1767225600000,"m":false,"M":true})"));
}

TEST_F(StreamPayloads, DiffDepthIsConflatedAtItsSpeed) {
  Subscribe(kAnna, "btcusdt@depth@100ms");
  Subscribe(kAnna, "btcusdt@depth");
  Bid(99'700, 100);
  End();
  Buy(100'000);  // takes the level 1001.00 away
  Bid(99'700, 50);
  End();
  EXPECT_THAT(Take("btcusdt@depth@100ms"), IsEmpty());
  Pass(100 * kMs);
  EXPECT_THAT(
      Take("btcusdt@depth@100ms"),
      ElementsAre(
          R"({"e":"depthUpdate","E":1767225600100,"s":"BTCUSDT","U":6,"u":8,"b":[["997.00000000","0.00150000"]],"a":[["1001.00000000","0.00000000"]]})"));
  Bid(99'600, 7);
  End();
  Pass(900 * kMs);
  EXPECT_THAT(
      Take("btcusdt@depth@100ms"),
      ElementsAre(
          R"({"e":"depthUpdate","E":1767225601000,"s":"BTCUSDT","U":9,"u":9,"b":[["996.00000000","0.00007000"]],"a":[]})"));
  EXPECT_THAT(
      Take("btcusdt@depth"),
      ElementsAre(
          R"({"e":"depthUpdate","E":1767225601000,"s":"BTCUSDT","U":6,"u":9,"b":[["997.00000000","0.00150000"],["996.00000000","0.00007000"]],"a":[["1001.00000000","0.00000000"]]})"));
  Pass(10 * kSecond);
  EXPECT_THAT(sink_.Take(kAnna), IsEmpty());
}

TEST_F(StreamPayloads, DepthTopicSpeaksAfterEveryEntry) {
  Subscribe(kAnna, "/topic/market/depth/BTCUSDT");
  Ask(100'300, 1);
  End();
  Market().WriteDefinition();  // a sequence without a level
  End();
  Ask(100'300, 1);
  Bid(99'900, 1);
  End();
  EXPECT_THAT(
      Take("/topic/market/depth/BTCUSDT"),
      ElementsAre(
          R"({"e":"depthUpdate","E":1767225600000,"s":"BTCUSDT","U":6,"u":6,"b":[],"a":[["1003.00000000","0.00001000"]]})",
          R"({"e":"depthUpdate","E":1767225600000,"s":"BTCUSDT","U":7,"u":9,"b":[["999.00000000","1.50001000"]],"a":[["1003.00000000","0.00002000"]]})"));
}

TEST_F(StreamPayloads, PartialDepthWhenItsLevelsChanged) {
  Bid(99'700, 1);
  Bid(99'600, 1);
  Bid(99'500, 1);
  End();
  Subscribe(kAnna, "btcusdt@depth5@100ms");
  Pass(100 * kMs);
  EXPECT_THAT(
      Take("btcusdt@depth5@100ms"),
      ElementsAre(
          R"({"lastUpdateId":8,"bids":[["999.00000000","1.50000000"],["998.00000000","2.00000000"],["997.00000000","0.00001000"],["996.00000000","0.00001000"],["995.00000000","0.00001000"]],"asks":[["1001.00000000","1.00000000"],["1002.00000000","3.00000000"]]})"));
  Bid(99'400, 1);  // the sixth
  End();
  Pass(kSecond);
  EXPECT_THAT(Take("btcusdt@depth5@100ms"), IsEmpty());
  Sell(150'000);
  End();
  Pass(kSecond);
  EXPECT_THAT(
      Take("btcusdt@depth5@100ms"),
      ElementsAre(
          R"({"lastUpdateId":10,"bids":[["998.00000000","2.00000000"],["997.00000000","0.00001000"],["996.00000000","0.00001000"],["995.00000000","0.00001000"],["994.00000000","0.00001000"]],"asks":[["1001.00000000","1.00000000"],["1002.00000000","3.00000000"]]})"));
}

TEST_F(StreamPayloads, BookTickerOnceForEachEntryThatChangedTheBest) {
  Subscribe(kAnna, "btcusdt@bookTicker");
  Bid(99'700, 1);  // below the best
  End();
  Bid(99'900, 1);
  Bid(99'910, 1);
  End();
  Sell(1);
  Sell(150'001);
  Sell(200'001);
  End();
  EXPECT_THAT(
      Take("btcusdt@bookTicker"),
      ElementsAre(
          R"({"u":8,"s":"BTCUSDT","b":"999.10000000","B":"0.00001000","a":"1001.00000000","A":"1.00000000"})",
          R"({"u":13,"s":"BTCUSDT","b":"0.00000000","B":"0.00000000","a":"1001.00000000","A":"1.00000000"})"));
}

TEST_F(StreamPayloads, KlineWhileItGoesAndWhenItIsOver) {
  Subscribe(kAnna, "btcusdt@kline_1m");
  Pass(10 * kSecond);
  Buy(120'000);
  End();
  Sell(50'000);
  End();
  Pass(2 * kSecond);
  EXPECT_THAT(
      Take("btcusdt@kline_1m"),
      ElementsAre(
          R"({"e":"kline","E":1767225612000,"s":"BTCUSDT","k":{"t":1767225600000,"T":1767225659999,"s":"BTCUSDT","i":"1m","f":1,"L":3,"o":"1001.00000000","c":"999.00000000","h":"1002.00000000","l":"999.00000000","v":"1.70000000","n":3,"x":false,"q":"1700.90000000","V":"1.20000000","Q":"1201.40000000","B":"0"}})"));
  Pass(48 * kSecond);
  EXPECT_THAT(Take("btcusdt@kline_1m"), IsEmpty()) << "a late entry may still come";
  Pass(100 * kMs);
  EXPECT_THAT(
      Take("btcusdt@kline_1m"),
      ElementsAre(
          R"({"e":"kline","E":1767225660100,"s":"BTCUSDT","k":{"t":1767225600000,"T":1767225659999,"s":"BTCUSDT","i":"1m","f":1,"L":3,"o":"1001.00000000","c":"999.00000000","h":"1002.00000000","l":"999.00000000","v":"1.70000000","n":3,"x":true,"q":"1700.90000000","V":"1.20000000","Q":"1201.40000000","B":"0"}})"));
  Pass(kHour);
  EXPECT_THAT(Take("btcusdt@kline_1m"), IsEmpty()) << "nothing traded, nothing said";
}

TEST_F(StreamPayloads, TickerAndMiniTicker) {
  Buy(100'000);
  End();
  for (const char* name :
       {"btcusdt@ticker", "btcusdt@miniTicker", "!miniTicker@arr", "!miniTicker@arr@1000ms"}) {
    Subscribe(kAnna, name);
  }
  Pass(5 * kMinute);
  EXPECT_THAT(sink_.Take(kAnna), IsEmpty());
  Sell(50'000);
  End();
  Pass(kSecond);
  EXPECT_THAT(
      Take("btcusdt@ticker"),
      ElementsAre(
          R"({"e":"24hrTicker","E":1767225901000,"s":"BTCUSDT","p":"-2.00000000","P":"-0.200","w":"1000.33333333","x":"0.00000000","c":"999.00000000","Q":"0.50000000","b":"999.00000000","B":"1.00000000","a":"1002.00000000","A":"3.00000000","o":"1001.00000000","h":"1001.00000000","l":"999.00000000","v":"1.50000000","q":"1500.50000000","O":1767139500000,"C":1767225901000,"F":1,"L":2,"n":2})"));
  const std::string mini =
      R"({"e":"24hrMiniTicker","E":1767225901000,"s":"BTCUSDT","c":"999.00000000","o":"1001.00000000","h":"1001.00000000","l":"999.00000000","v":"1.50000000","q":"1500.50000000"})";
  EXPECT_THAT(Take("btcusdt@miniTicker"), ElementsAre(mini));
  EXPECT_THAT(Take("!miniTicker@arr"), ElementsAre("[" + mini + "]"));
  EXPECT_THAT(Take("!miniTicker@arr@1000ms"), ElementsAre("[" + mini + "]"));

  Bid(99'950, 1);  // of the tickers only the long one shows the best prices
  End();
  Pass(kSecond);
  EXPECT_EQ(Take("btcusdt@ticker").size(), 1U);
  EXPECT_THAT(sink_.Take(kAnna), IsEmpty());
}

TEST_F(StreamPayloads, AveragePrice) {
  Subscribe(kAnna, "btcusdt@avgPrice");
  Buy(200'000);
  End();
  Pass(kSecond);
  EXPECT_THAT(
      Take("btcusdt@avgPrice"),
      ElementsAre(
          R"({"e":"avgPrice","E":1767225601000,"s":"BTCUSDT","i":"5m","w":"1001.50000000","T":1767225600000})"));
  // When its minute has grown too old, the last price is left.
  Pass(5 * kMinute);
  EXPECT_THAT(
      Take("btcusdt@avgPrice"),
      ElementsAre(
          R"({"e":"avgPrice","E":1767225901000,"s":"BTCUSDT","i":"5m","w":"1002.00000000","T":1767225600000})"));
}

TEST_F(StreamPayloads, Answers) {
  Buy(120'000);
  End();
  Pass(kMinute + 5 * kMs + 250'000);
  EXPECT_EQ(
      Answer({.kind = MarketQueryKind::kDepth, .symbols = {kSymbol}, .limit = 1}),
      R"({"lastUpdateId":7,"bids":[["999.00000000","1.50000000"]],"asks":[["1002.00000000","2.80000000"]]})");
  EXPECT_EQ(
      Answer({.kind = MarketQueryKind::kTicker24h, .symbols = {kSymbol}}),
      R"({"symbol":"BTCUSDT","priceChange":"1.00000000","priceChangePercent":"0.100","weightedAvgPrice":"1001.16666666","prevClosePrice":"0.00000000","lastPrice":"1002.00000000","lastQty":"0.20000000","bidPrice":"999.00000000","bidQty":"1.50000000","askPrice":"1002.00000000","askQty":"2.80000000","openPrice":"1001.00000000","highPrice":"1002.00000000","lowPrice":"1001.00000000","volume":"1.20000000","quoteVolume":"1201.40000000","openTime":1767139260000,"closeTime":1767225660005,"firstId":1,"lastId":2,"count":2})");
  EXPECT_EQ(
      Answer({.kind = MarketQueryKind::kMiniTicker, .symbols = {kSymbol}, .microseconds = true}),
      R"({"symbol":"BTCUSDT","openPrice":"1001.00000000","highPrice":"1002.00000000","lowPrice":"1001.00000000","lastPrice":"1002.00000000","volume":"1.20000000","quoteVolume":"1201.40000000","openTime":1767139260000000,"closeTime":1767225660005250,"firstId":1,"lastId":2,"count":2})");
  EXPECT_EQ(Answer({.kind = MarketQueryKind::kTickerPrice, .symbols = {}}),
            R"([{"symbol":"BTCUSDT","price":"1002.00000000"}])");
  EXPECT_EQ(
      Answer({.kind = MarketQueryKind::kBookTicker, .symbols = {kSymbol}, .as_array = true}),
      R"([{"symbol":"BTCUSDT","bidPrice":"999.00000000","bidQty":"1.50000000","askPrice":"1002.00000000","askQty":"2.80000000"}])");
  EXPECT_EQ(Answer({.kind = MarketQueryKind::kAvgPrice, .symbols = {kSymbol}}),
            R"({"mins":5,"price":"1001.16666666","closeTime":1767225600000})");
  EXPECT_EQ(Answer({.kind = MarketQueryKind::kTickerPrice, .symbols = {SymbolId(99)}}), "{}");
  EXPECT_EQ(
      Answer({.kind = MarketQueryKind::kTickerPrice, .symbols = {SymbolId(99), SymbolId(98)}}),
      "[]");
}

TEST_F(StreamPayloads, TickerOfASymbolThatNeverTraded) {
  EXPECT_EQ(
      Answer({.kind = MarketQueryKind::kTicker24h, .symbols = {kSymbol}}),
      R"({"symbol":"BTCUSDT","priceChange":"0.00000000","priceChangePercent":"0.000","weightedAvgPrice":"0.00000000","prevClosePrice":"0.00000000","lastPrice":"0.00000000","lastQty":"0.00000000","bidPrice":"999.00000000","bidQty":"1.50000000","askPrice":"1001.00000000","askQty":"1.00000000","openPrice":"0.00000000","highPrice":"0.00000000","lowPrice":"0.00000000","volume":"0.00000000","quoteVolume":"0.00000000","openTime":1767139200000,"closeTime":1767225600000,"firstId":-1,"lastId":-1,"count":0})");
}

}  // namespace
}  // namespace lockstep
