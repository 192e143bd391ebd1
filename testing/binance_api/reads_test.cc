// What is only read: the exchange, its markets, and an account's own lists.
#include <gtest/gtest.h>

#include <string>

#include "testing/binance_api/world.h"

namespace lockstep {
namespace {

constexpr HttpMethod kGet = HttpMethod::kGet;
constexpr HttpMethod kPost = HttpMethod::kPost;
constexpr std::string_view kOrder = "/api/v3/order";

std::string Limit(const std::string& side, const std::string& quantity, const std::string& price) {
  return "symbol=BTCUSDT&side=" + side + "&type=LIMIT&timeInForce=GTC&quantity=" + quantity +
         "&price=" + price + "&newClientOrderId=" + side + price;
}

void Trade(World& world) {
  world.Signed(kPost, kOrder, Limit("SELL", "0.5", "100"), world.maker);
  world.Signed(kPost, kOrder, Limit("BUY", "0.2", "100"), world.taker);
}

TEST(BinanceReads, PingTimeAndTheirUnits) {
  World world;
  EXPECT_EQ(world.Send(kGet, "/api/v3/ping", "").body, "{}");
  EXPECT_EQ(world.Send(kGet, "/api/v3/time", "").body, R"({"serverTime":1700000000000})");
  EXPECT_EQ(world.Send(kGet, "/api/v3/time", "", {}, {}, "MICROSECOND").body,
            R"({"serverTime":1700000000000000})");
  EXPECT_TRUE(world.Send(kGet, "/api/v3/time", "", {}, {}, "DAY").body.contains("-1194"));
}

TEST(BinanceReads, WhatClientsAskOfOtherMarketsIsEmpty) {
  World world;
  EXPECT_TRUE(world.Send(kGet, "/fapi/v1/exchangeInfo", "").body.contains(R"("symbols":[])"));
  EXPECT_TRUE(world.Send(kGet, "/dapi/v1/exchangeInfo", "").body.contains(R"("symbols":[])"));
  for (const std::string_view path : {"/sapi/v1/capital/config/getall", "/sapi/v1/margin/allPairs",
                                      "/sapi/v1/margin/isolated/allPairs"}) {
    EXPECT_EQ(world.Signed(kGet, path, "", world.maker).body, "[]");
  }
}

TEST(BinanceReads, ExchangeInfoIsWhatTheEngineKeepsTo) {
  World world;
  const std::string all = world.Send(kGet, "/api/v3/exchangeInfo", "").body;
  EXPECT_EQ(
      all,
      R"({"timezone":"UTC","serverTime":1700000000000,"rateLimits":[)"
      R"({"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000},)"
      R"({"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100000},)"
      R"({"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":200000000},)"
      R"({"rateLimitType":"RAW_REQUESTS","interval":"MINUTE","intervalNum":5,"limit":300000}],)"
      R"("exchangeFilters":[],"symbols":[{"symbol":"BTCUSDT","status":"TRADING",)"
      R"("baseAsset":"BTC","baseAssetPrecision":8,"quoteAsset":"USDT","quotePrecision":8,)"
      R"("quoteAssetPrecision":8,"baseCommissionPrecision":8,"quoteCommissionPrecision":8,)"
      R"("orderTypes":["LIMIT","LIMIT_MAKER","MARKET"],"icebergAllowed":false,)"
      R"("ocoAllowed":false,"otoAllowed":false,"opoAllowed":false,)"
      R"("quoteOrderQtyMarketAllowed":true,"allowTrailingStop":false,)"
      R"("cancelReplaceAllowed":true,"amendAllowed":true,"pegInstructionsAllowed":false,)"
      R"("isSpotTradingAllowed":true,"isMarginTradingAllowed":false,"filters":[)"
      R"({"filterType":"PRICE_FILTER","minPrice":"0.01000000",)"
      R"("maxPrice":"46116860184273879.03000000","tickSize":"0.01000000"},)"
      R"({"filterType":"LOT_SIZE","minQty":"0.00001000","maxQty":"46116860184273.87903000",)"
      R"("stepSize":"0.00001000"},)"
      R"({"filterType":"MARKET_LOT_SIZE","minQty":"0.00001000",)"
      R"("maxQty":"46116860184273.87903000","stepSize":"0.00001000"},)"
      R"({"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true,)"
      R"("maxNotional":"46116860184.27387903","applyMaxToMarket":true,"avgPriceMins":0}],)"
      R"("permissions":[],"permissionSets":[["SPOT"]],)"
      R"("defaultSelfTradePreventionMode":"NONE","allowedSelfTradePreventionModes":)"
      R"(["NONE","EXPIRE_TAKER","EXPIRE_MAKER","EXPIRE_BOTH","DECREMENT"]}]})");
  EXPECT_EQ(world.Send(kGet, "/api/v3/exchangeInfo", "symbol=BTCUSDT").body, all);
  EXPECT_EQ(world.Send(kGet, "/api/v3/exchangeInfo", "symbols=%5B%22BTCUSDT%22%5D").body, all);
  EXPECT_EQ(world.Send(kGet, "/api/v3/exchangeInfo", "permissions=SPOT").body, all);
  EXPECT_TRUE(world.Send(kGet, "/api/v3/exchangeInfo", "permissions=MARGIN")
                  .body.ends_with(R"("symbols":[]})"));
  EXPECT_TRUE(world.Send(kGet, "/api/v3/exchangeInfo", "symbolStatus=HALT")
                  .body.ends_with(R"("symbols":[]})"));
  EXPECT_TRUE(world.Send(kGet, "/api/v3/exchangeInfo", "symbol=BTCUSDT&symbolStatus=HALT")
                  .body.contains("-1128"));
  EXPECT_TRUE(world.Send(kGet, "/api/v3/exchangeInfo", "showPermissionSets=false")
                  .body.contains(R"("permissionSets":[])"));
}

TEST(BinanceReads, QuestionsToTheFeed) {
  World world;
  const auto ask = [&](std::string_view path, std::string_view query) {
    return world.Send(kGet, path, query).body;
  };
  EXPECT_EQ(ask("/api/v3/depth", "symbol=BTCUSDT"),
            R"({"kind":0,"symbols":[1],"array":0,"limit":100})");
  EXPECT_EQ(ask("/api/v3/depth", "symbol=BTCUSDT&limit=99999"),
            R"({"kind":0,"symbols":[1],"array":0,"limit":5000})");
  EXPECT_EQ(ask("/api/v3/ticker/24hr", ""), R"({"kind":1,"symbols":[],"array":1,"limit":100})");
  EXPECT_EQ(ask("/api/v3/ticker/24hr", "symbolStatus=TRADING"),
            R"({"kind":1,"symbols":[1],"array":1,"limit":100})");
  EXPECT_EQ(ask("/api/v3/ticker/24hr", "symbolStatus=HALT"), "[]");
  EXPECT_EQ(ask("/api/v3/ticker/price", "symbols=[%22BTCUSDT%22]&symbolStatus=BREAK"), "[]");
  for (const std::string_view path : {"/api/v3/depth", "/api/v3/ticker/bookTicker"}) {
    EXPECT_EQ(ask(path, "symbol=BTCUSDT&symbolStatus=HALT"),
              R"({"code":-1220,"msg":"The symbol's status does not match the requested )"
              R"(symbolStatus."})");
    EXPECT_TRUE(ask(path, "symbol=BTCUSDT&symbolStatus=OPEN").contains("-1122"));
  }
  EXPECT_EQ(ask("/api/v3/ticker/24hr", "symbol=BTCUSDT&type=MINI"),
            R"({"kind":2,"symbols":[1],"array":0,"limit":100})");
  EXPECT_EQ(ask("/api/v3/ticker/price", "symbols=[%22BTCUSDT%22]"),
            R"({"kind":3,"symbols":[1],"array":1,"limit":100})");
  EXPECT_EQ(ask("/api/v3/ticker/bookTicker", "symbol=BTCUSDT"),
            R"({"kind":4,"symbols":[1],"array":0,"limit":100})");
  EXPECT_EQ(ask("/api/v3/avgPrice", "symbol=BTCUSDT"),
            R"({"kind":5,"symbols":[1],"array":0,"limit":100})");
}

TEST(BinanceReads, PublicTradesAndCandles) {
  World world;
  Trade(world);
  EXPECT_EQ(world.Send(kGet, "/api/v3/trades", "symbol=BTCUSDT").body,
            R"([{"id":1,"price":"100.00000000","qty":"0.20000000","quoteQty":"20.00000000",)"
            R"("time":1700000000000,"isBuyerMaker":false,"isBestMatch":true}])");
  EXPECT_EQ(world.Send(kGet, "/api/v3/historicalTrades", "symbol=BTCUSDT&fromId=2").body, "[]");
  EXPECT_EQ(world.Send(kGet, "/api/v3/aggTrades", "symbol=BTCUSDT").body,
            R"([{"a":1,"p":"100.00000000","q":"0.20000000","f":1,"l":1,"T":1700000000000,)"
            R"("m":false,"M":true}])");
  EXPECT_EQ(world.Send(kGet, "/api/v3/klines", "symbol=BTCUSDT&interval=1m").body,
            R"([[1699999980000,"100.00000000","100.00000000","100.00000000","100.00000000",)"
            R"("0.20000000",1700000039999,"20.00000000",1,"0.20000000","20.00000000","0"]])");
  EXPECT_EQ(world.Send(kGet, "/api/v3/uiKlines", "symbol=BTCUSDT&interval=1M").status, 200U);
}

TEST(BinanceReads, AnAccountsOrdersAndTrades) {
  World world;
  Trade(world);
  EXPECT_EQ(
      world.Signed(kGet, kOrder, "symbol=BTCUSDT&origClientOrderId=SELL100", world.maker).body,
      R"({"symbol":"BTCUSDT","orderId":1,"orderListId":-1,"clientOrderId":"SELL100",)"
      R"("price":"100.00000000","origQty":"0.50000000","executedQty":"0.20000000",)"
      R"("cummulativeQuoteQty":"20.00000000","status":"PARTIALLY_FILLED","timeInForce":"GTC",)"
      R"("type":"LIMIT","side":"SELL","stopPrice":"0.00000000","icebergQty":"0.00000000",)"
      R"("time":1700000000000,"updateTime":1700000000000,"isWorking":true,)"
      R"("workingTime":1700000000000,"origQuoteOrderQty":"0.00000000",)"
      R"("selfTradePreventionMode":"NONE"})");
  EXPECT_TRUE(world.Signed(kGet, "/api/v3/allOrders", "symbol=BTCUSDT", world.taker)
                  .body.contains(R"("status":"FILLED")"));
  EXPECT_EQ(world.Signed(kGet, "/api/v3/openOrders", "symbol=BTCUSDT", world.taker).body, "[]");
  EXPECT_EQ(world.Signed(kGet, "/api/v3/myTrades", "symbol=BTCUSDT", world.taker).body,
            R"([{"symbol":"BTCUSDT","id":1,"orderId":2,"orderListId":-1,"price":"100.00000000",)"
            R"("qty":"0.20000000","quoteQty":"20.00000000","commission":"0.00020000",)"
            R"("commissionAsset":"BTC","time":1700000000000,"isBuyer":true,"isMaker":false,)"
            R"("isBestMatch":true}])");
  EXPECT_EQ(world.Signed(kGet, "/api/v3/myTrades", "symbol=BTCUSDT&fromId=2", world.taker).body,
            "[]");
}

TEST(BinanceReads, AnAccountsBalancesAndFees) {
  World world;
  Trade(world);
  EXPECT_EQ(world.Signed(kGet, "/api/v3/account", "", world.maker).body,
            R"({"makerCommission":10,"takerCommission":10,"buyerCommission":0,)"
            R"("sellerCommission":0,"commissionRates":{"maker":"0.00100000",)"
            R"("taker":"0.00100000","buyer":"0.00000000","seller":"0.00000000"},)"
            R"("canTrade":true,"canWithdraw":false,"canDeposit":false,"brokered":false,)"
            R"("requireSelfTradePrevention":false,"preventSor":false,)"
            R"("updateTime":1700000000000,"accountType":"SPOT","balances":[)"
            R"({"asset":"USDT","free":"1000019.98000000","locked":"0.00000000"},)"
            R"({"asset":"BTC","free":"99.50000000","locked":"0.30000000"}],)"
            R"("permissions":["SPOT"],"uid":1})");
  EXPECT_TRUE(
      world.Signed(kGet, "/api/v3/account/commission", "symbol=BTCUSDT", world.maker)
          .body.starts_with(R"({"symbol":"BTCUSDT","standardCommission":{"maker":"0.00100000",)"));
}

}  // namespace
}  // namespace lockstep
