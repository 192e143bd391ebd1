// Placing, cancelling and changing orders over REST.
#include <gtest/gtest.h>

#include <string>

#include "testing/binance_api/world.h"

namespace lockstep {
namespace {

constexpr HttpMethod kGet = HttpMethod::kGet;
constexpr HttpMethod kPost = HttpMethod::kPost;
constexpr HttpMethod kPut = HttpMethod::kPut;
constexpr HttpMethod kDelete = HttpMethod::kDelete;
constexpr std::string_view kOrder = "/api/v3/order";

std::string Limit(const std::string& side, const std::string& quantity, const std::string& price,
                  const std::string& more = {}) {
  return "symbol=BTCUSDT&side=" + side + "&type=LIMIT&timeInForce=GTC&quantity=" + quantity +
         "&price=" + price + more;
}

TEST(BinanceOrders, ARestingOrderIsAnsweredInFull) {
  World world;
  const Answer answer = world.Signed(
      kPost, kOrder, Limit("BUY", "0.5", "100.25", "&newClientOrderId=mine-1"), world.maker);
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body,
            R"({"symbol":"BTCUSDT","orderId":1,"orderListId":-1,"clientOrderId":"mine-1",)"
            R"("transactTime":1700000000000,"price":"100.25000000","origQty":"0.50000000",)"
            R"("executedQty":"0.00000000","origQuoteOrderQty":"0.00000000",)"
            R"("cummulativeQuoteQty":"0.00000000","status":"NEW","timeInForce":"GTC",)"
            R"("type":"LIMIT","side":"BUY","workingTime":1700000000000,"fills":[],)"
            R"("selfTradePreventionMode":"NONE"})");
  EXPECT_EQ(answer.Header("X-MBX-ORDER-COUNT-10S"), "1");
  EXPECT_EQ(answer.Header("X-MBX-ORDER-COUNT-1D"), "1");
  EXPECT_EQ(answer.Header("X-MBX-USED-WEIGHT-1M"), "0");
}

TEST(BinanceOrders, AMarketOrderShowsItsFillsAndFees) {
  World world;
  world.Signed(kPost, kOrder, Limit("SELL", "0.10000", "100.00"), world.maker);
  world.Signed(kPost, kOrder, Limit("SELL", "0.10000", "101.00"), world.maker);
  const Answer answer = world.Signed(
      kPost, kOrder, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.15&newClientOrderId=m",
      world.taker);
  EXPECT_EQ(answer.body,
            R"({"symbol":"BTCUSDT","orderId":3,"orderListId":-1,"clientOrderId":"m",)"
            R"("transactTime":1700000000000,"price":"0.00000000","origQty":"0.15000000",)"
            R"("executedQty":"0.15000000","origQuoteOrderQty":"0.00000000",)"
            R"("cummulativeQuoteQty":"15.05000000","status":"FILLED","timeInForce":"GTC",)"
            R"("type":"MARKET","side":"BUY","workingTime":1700000000000,"fills":[)"
            R"({"price":"100.00000000","qty":"0.10000000","commission":"0.00010000",)"
            R"("commissionAsset":"BTC","tradeId":1},)"
            R"({"price":"101.00000000","qty":"0.05000000","commission":"0.00005000",)"
            R"("commissionAsset":"BTC","tradeId":2}],"selfTradePreventionMode":"NONE"})");
}

TEST(BinanceOrders, AckAndResultAreShorter) {
  World world;
  EXPECT_EQ(
      world
          .Signed(kPost, kOrder,
                  Limit("BUY", "1", "50", "&newClientOrderId=a&newOrderRespType=ACK"), world.maker)
          .body,
      R"({"symbol":"BTCUSDT","orderId":1,"orderListId":-1,"clientOrderId":"a",)"
      R"("transactTime":1700000000000})");
  const Answer maker = world.Signed(
      kPost, kOrder, "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=1&price=50", world.maker);
  EXPECT_FALSE(maker.body.contains("status")) << maker.body;
  const Answer result =
      world.Signed(kPost, kOrder, Limit("BUY", "1", "50", "&newOrderRespType=RESULT"), world.maker);
  EXPECT_TRUE(result.body.contains("status") && !result.body.contains("fills")) << result.body;
}

TEST(BinanceOrders, WhatIsLeftOfAMarketOrderExpiresAndSaysWhy) {
  World world;
  world.Signed(kPost, kOrder, Limit("SELL", "0.10000", "100.00"), world.maker);
  const Answer part =
      world.Signed(kPost, kOrder, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1", world.taker);
  EXPECT_TRUE(part.body.contains(R"("status":"EXPIRED")")) << part.body;
  EXPECT_TRUE(part.body.contains(R"("expiryReason":"INSUFFICIENT_LIQUIDITY")")) << part.body;
  const Answer killed = world.Signed(
      kPost, kOrder, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=FOK&quantity=1&price=100",
      world.taker);
  EXPECT_TRUE(killed.body.contains("UNFILLED_FOK_ORDER_EXPIRED")) << killed.body;
}

TEST(BinanceOrders, AnOrderEndedBySelfTradePreventionIsExpiredInMatch) {
  World world;
  world.Signed(kPost, kOrder, Limit("SELL", "0.10000", "100.00"), world.maker);
  const Answer taker = world.Signed(
      kPost, kOrder, Limit("BUY", "0.10000", "100.00", "&selfTradePreventionMode=EXPIRE_TAKER"),
      world.maker);
  EXPECT_TRUE(taker.body.contains(R"("status":"EXPIRED_IN_MATCH")")) << taker.body;
  EXPECT_TRUE(taker.body.contains(R"("preventedQuantity":"0.10000000")")) << taker.body;
  EXPECT_FALSE(taker.body.contains("expiryReason")) << taker.body;
}

TEST(BinanceOrders, TheSameBytesAreTheSameRequest) {
  World world;
  const std::string text = world.Sign(Limit("BUY", "0.5", "100.25"), world.maker);
  const Answer first = world.Send(kPost, kOrder, {}, text, world.maker.api_key);
  const Answer second = world.Send(kPost, kOrder, {}, text, world.maker.api_key);
  EXPECT_EQ(first.status, 200U);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.Header("X-MBX-ORDER-COUNT-10S"), "1");
  const Answer open = world.Signed(kGet, "/api/v3/openOrders", "symbol=BTCUSDT", world.maker);
  EXPECT_TRUE(open.body.contains(R"("orderId":1)"));
  EXPECT_FALSE(open.body.contains(R"("orderId":2)")) << open.body;
}

TEST(BinanceOrders, ARepeatWaitsWithTheFirst) {
  World world;
  world.HoldCommands(true);
  const std::string text = world.Sign(Limit("BUY", "0.5", "100.25"), world.maker);
  const auto first = world.Start(kPost, kOrder, {}, text, world.maker.api_key);
  const auto second = world.Start(kPost, kOrder, {}, text, world.maker.api_key);
  world.Run();
  EXPECT_EQ(first->status + second->status, 0U);
  world.HoldCommands(false);
  world.Run();
  EXPECT_EQ(first->status, 200U);
  EXPECT_EQ(second->body, first->body);
}

TEST(BinanceOrders, ARepeatAfterARestartGetsTheFirstAnswer) {
  World world;
  world.Signed(kPost, kOrder, Limit("SELL", "0.1", "100.00", "&newClientOrderId=s"), world.maker);
  world.Signed(kPost, kOrder, Limit("SELL", "0.1", "101.00"), world.maker);
  const std::string buy = world.Sign(Limit("BUY", "0.2", "100.50"), world.taker);
  const std::string cancel = world.Sign("symbol=BTCUSDT&orderId=2", world.maker);
  const std::string refused = world.Sign(Limit("BUY", "9000", "5000.00"), world.taker);
  const Answer bought = world.Send(kPost, kOrder, {}, buy, world.taker.api_key);
  const Answer cancelled = world.Send(kDelete, kOrder, cancel, {}, world.maker.api_key);
  const Answer rejected = world.Send(kPost, kOrder, {}, refused, world.taker.api_key);
  EXPECT_TRUE(bought.body.contains(R"("status":"PARTIALLY_FILLED")")) << bought.body;
  // The order goes on after its answer.
  world.Signed(kPost, kOrder, Limit("SELL", "0.05", "100.00"), world.maker);

  world.RestartGateway();
  EXPECT_EQ(world.Send(kPost, kOrder, {}, buy, world.taker.api_key).body, bought.body);
  EXPECT_EQ(world.Send(kDelete, kOrder, cancel, {}, world.maker.api_key).body, cancelled.body);
  const Answer again = world.Send(kPost, kOrder, {}, refused, world.taker.api_key);
  EXPECT_EQ(again.body, rejected.body);
  EXPECT_EQ(again.status, 400U);
}

TEST(BinanceOrders, ACancelHasItsOwnIdAndNamesTheOrders) {
  World world;
  world.Signed(kPost, kOrder, Limit("BUY", "0.5", "100", "&newClientOrderId=mine"), world.maker);
  const Answer answer = world.Signed(
      kDelete, kOrder, "symbol=BTCUSDT&origClientOrderId=mine&newClientOrderId=bye", world.maker);
  EXPECT_EQ(answer.body,
            R"({"symbol":"BTCUSDT","origClientOrderId":"mine","orderId":1,"orderListId":-1,)"
            R"("clientOrderId":"bye","transactTime":1700000000000,"price":"100.00000000",)"
            R"("origQty":"0.50000000","executedQty":"0.00000000",)"
            R"("origQuoteOrderQty":"0.00000000","cummulativeQuoteQty":"0.00000000",)"
            R"("status":"CANCELED","timeInForce":"GTC","type":"LIMIT","side":"BUY",)"
            R"("selfTradePreventionMode":"NONE"})");
  const Answer again = world.Signed(kDelete, kOrder, "symbol=BTCUSDT&orderId=1", world.maker);
  EXPECT_EQ(again.status, 400U);
  EXPECT_EQ(again.body, R"({"code":-2011,"msg":"Unknown order sent."})");
}

TEST(BinanceOrders, BothIdsOfACancelMustMatch) {
  World world;
  world.Signed(kPost, kOrder, Limit("BUY", "0.5", "100", "&newClientOrderId=a"), world.maker);
  world.Signed(kPost, kOrder, Limit("BUY", "0.5", "100", "&newClientOrderId=b"), world.maker);
  EXPECT_TRUE(
      world.Signed(kDelete, kOrder, "symbol=BTCUSDT&orderId=1&origClientOrderId=b", world.maker)
          .body.contains("-2039"));
  EXPECT_EQ(
      world.Signed(kDelete, kOrder, "symbol=BTCUSDT&orderId=1&origClientOrderId=a", world.maker)
          .status,
      200U);
}

TEST(BinanceOrders, ARepeatedCancelIsRefusedAgainAlthoughItWouldBeAllowedNow) {
  World world;
  world.Signed(kPost, kOrder, Limit("BUY", "0.5", "100"), world.maker);
  const std::string restricted = "symbol=BTCUSDT&cancelRestrictions=ONLY_PARTIALLY_FILLED";
  const std::string cancel = world.Sign(restricted + "&orderId=1", world.maker);
  const std::string replace =
      world.Sign(restricted + "&cancelOrderId=1&cancelReplaceMode=STOP_ON_FAILURE&side=BUY&type=" +
                     "LIMIT&timeInForce=GTC&quantity=0.5&price=99",
                 world.maker);
  const std::string replace_path = std::string(kOrder) + "/cancelReplace";
  const auto send_both = [&] {
    return world.Send(kDelete, kOrder, cancel, {}, world.maker.api_key).body +
           world.Send(kPost, replace_path, replace, {}, world.maker.api_key).body;
  };
  const std::string refused = send_both();
  EXPECT_TRUE(refused.contains("cancel restrictions")) << refused;
  world.Signed(kPost, kOrder, Limit("SELL", "0.1", "100"), world.taker);
  EXPECT_EQ(send_both(), refused);
  // Other bytes are another request.
  EXPECT_EQ(
      world.Signed(kDelete, kOrder, restricted + "&recvWindow=4000&orderId=1", world.maker).status,
      200U);
}

TEST(BinanceOrders, CancelRestrictionsLookAtTheStatus) {
  World world;
  world.Signed(kPost, kOrder, Limit("BUY", "0.5", "100"), world.maker);
  const Answer refused = world.Signed(
      kDelete, kOrder, "symbol=BTCUSDT&orderId=1&cancelRestrictions=ONLY_PARTIALLY_FILLED",
      world.maker);
  EXPECT_EQ(refused.body,
            R"({"code":-2011,"msg":"Order was not canceled due to cancel restrictions."})");
  EXPECT_EQ(world
                .Signed(kDelete, kOrder, "symbol=BTCUSDT&orderId=1&cancelRestrictions=ONLY_NEW",
                        world.maker)
                .status,
            200U);
}

TEST(BinanceOrders, CancelAllAnswersEachOrderAndNothingOpenIsAnError) {
  World world;
  world.Signed(kPost, kOrder, Limit("BUY", "0.5", "100"), world.maker);
  world.Signed(kPost, kOrder, Limit("BUY", "0.5", "99"), world.maker);
  const Answer all = world.Signed(kDelete, "/api/v3/openOrders", "symbol=BTCUSDT", world.maker);
  EXPECT_TRUE(all.body.starts_with("[{") && all.body.contains(R"("orderId":2)")) << all.body;
  const Answer none =
      world.Signed(kDelete, "/api/v3/openOrders", "symbol=BTCUSDT&recvWindow=6000", world.maker);
  EXPECT_EQ(none.body, R"({"code":-2011,"msg":"Unknown order sent."})");
}

TEST(BinanceOrders, AmendKeepsThePriorityAndHasOtherNames) {
  World world;
  world.Signed(kPost, kOrder, Limit("BUY", "0.5", "100", "&newClientOrderId=old"), world.maker);
  const Answer answer =
      world.Signed(kPut, "/api/v3/order/amend/keepPriority",
                   "symbol=BTCUSDT&orderId=1&newQty=0.2&newClientOrderId=new", world.maker);
  EXPECT_EQ(answer.body,
            R"({"transactTime":1700000000000,"executionId":2,"amendedOrder":{)"
            R"("symbol":"BTCUSDT","orderId":1,"orderListId":-1,"origClientOrderId":"old",)"
            R"("clientOrderId":"new","price":"100.00000000","qty":"0.20000000",)"
            R"("executedQty":"0.00000000","preventedQty":"0.00000000",)"
            R"("quoteOrderQty":"0.00000000","cumulativeQuoteQty":"0.00000000","status":"NEW",)"
            R"("timeInForce":"GTC","type":"LIMIT","side":"BUY","workingTime":1700000000000,)"
            R"("selfTradePreventionMode":"NONE"}})");
  const Answer more = world.Signed(kPut, "/api/v3/order/amend/keepPriority",
                                   "symbol=BTCUSDT&orderId=1&newQty=0.3", world.maker);
  EXPECT_EQ(more.body,
            R"({"code":-2038,"msg":"Order amend (quantity increase) is not supported."})");
}

TEST(BinanceOrders, TestPlacesNothing) {
  World world;
  EXPECT_EQ(world.Signed(kPost, "/api/v3/order/test", Limit("BUY", "0.5", "100"), world.maker).body,
            "{}");
  EXPECT_EQ(
      world.Signed(kPost, "/api/v3/order/test", Limit("BUY", "0.00001", "1"), world.maker).body,
      R"({"code":-1013,"msg":"Filter failure: NOTIONAL"})");
  EXPECT_EQ(world.Signed(kGet, "/api/v3/openOrders", "", world.maker).body, "[]");
}

TEST(BinanceOrders, MadeClientOrderIdsLookRandomAndDiffer) {
  World world;
  const auto id_of = [](const std::string& body) {
    const std::size_t at = body.find("clientOrderId") + 16;
    return body.substr(at, body.find('"', at) - at);
  };
  const std::string one =
      id_of(world.Signed(kPost, kOrder, Limit("BUY", "0.5", "100"), world.maker).body);
  const std::string two =
      id_of(world.Signed(kPost, kOrder, Limit("BUY", "0.5", "101"), world.maker).body);
  EXPECT_EQ(one.size(), 22U);
  EXPECT_NE(one, two);
}

}  // namespace
}  // namespace lockstep
