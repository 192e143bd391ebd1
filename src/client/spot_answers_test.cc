#include "client/spot_answers.h"

#include <gtest/gtest.h>

#include <string>

namespace lockstep {
namespace {

const std::string kPlaced =
    R"({"symbol":"BTCUSDT","orderId":7,"orderListId":-1,"clientOrderId":"mine",)"
    R"("transactTime":1700000000123,"price":"60000.01000000","origQty":"0.00150000",)"
    R"("executedQty":"0.00100000","origQuoteOrderQty":"0.00000000",)"
    R"("cummulativeQuoteQty":"60.00000000","status":"PARTIALLY_FILLED","timeInForce":"GTC",)"
    R"("type":"LIMIT","side":"BUY","workingTime":1700000000123,"fills":[{"price":"60000.00000000",)"
    R"("qty":"0.00100000","commission":"0.00000100","commissionAsset":"BTC","tradeId":31}],)"
    R"("selfTradePreventionMode":"NONE"})";

std::string Without(std::string text, const std::string& part) {
  return text.erase(text.find(part), part.size());
}

TEST(SpotAnswers, OrderWithItsFills) {
  const auto order = ParseOrder(kPlaced);
  ASSERT_TRUE(order) << order.error().message();
  EXPECT_EQ(order->order_id, 7U);
  EXPECT_EQ(order->client_order_id, "mine");
  EXPECT_EQ(order->time_ms, 1'700'000'000'123);
  EXPECT_EQ(order->price_e8, 6'000'001'000'000);
  EXPECT_EQ(order->quantity_e8, 150'000);
  EXPECT_EQ(order->executed_e8, 100'000);
  EXPECT_EQ(order->executed_quote_e8, 6'000'000'000);
  EXPECT_TRUE(order->IsOpen());
  ASSERT_EQ(order->fills.size(), 1U);
  EXPECT_EQ(order->fills[0].trade_id, 31U);
  EXPECT_EQ(order->fills[0].commission_e8, 100);
  EXPECT_EQ(order->fills[0].commission_asset, "BTC");
}

TEST(SpotAnswers, RefusalsHaveCodeAndText) {
  const std::string body = R"({"code":-2011,"msg":"Unknown order sent."})";
  const auto order = ParseOrder(body);
  ASSERT_FALSE(order);
  EXPECT_EQ(order.error().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(order.error().message(), "-2011 Unknown order sent.");
  const auto refusal = ParseRefusal(body);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, -2011);
  EXPECT_FALSE(ParseRefusal(kPlaced));
}

TEST(SpotAnswers, WhatIsMissingOrWrongIsCorruption) {
  for (const std::string& body :
       {std::string("<html>"), std::string(), std::string("[]"), std::string("null"),
        Without(kPlaced, R"("orderId":7,)"), Without(kPlaced, R"("origQty":"0.00150000",)"),
        Without(kPlaced, R"(,"commissionAsset":"BTC")"), Without(kPlaced, R"(60.00000000)")}) {
    const auto order = ParseOrder(body);
    ASSERT_FALSE(order) << body;
    EXPECT_EQ(order.error().code(), StatusCode::kCorruption) << body;
  }
  EXPECT_EQ(ParseTrades("{}").error().code(), StatusCode::kCorruption);
  EXPECT_EQ(ParseDepth(R"({"lastUpdateId":1,"bids":[["1"]],"asks":[]})").error().code(),
            StatusCode::kCorruption);
  EXPECT_EQ(ParseSymbol(R"({"symbols":[]})").error().code(), StatusCode::kCorruption);
  EXPECT_EQ(ParseServerTimeMs(R"({"serverTime":"soon"})").error().code(), StatusCode::kCorruption);
}

TEST(SpotAnswers, CancelReplaceDoneHalf) {
  const auto done = ParseCancelReplace(
      R"({"cancelResult":"SUCCESS","newOrderResult":"SUCCESS","cancelResponse":)" + kPlaced +
      R"(,"newOrderResponse":)" + kPlaced + "}");
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_TRUE(done->cancelled && done->placed);
  const auto half = ParseCancelReplace(
      R"({"code":-2021,"msg":"Order cancel-replace partially failed.","data":{)"
      R"("cancelResult":"FAILURE","newOrderResult":"SUCCESS",)"
      R"("cancelResponse":{"code":-2011,"msg":"Unknown order sent."},"newOrderResponse":)" +
      kPlaced + "}}");
  ASSERT_TRUE(half) << half.error().message();
  EXPECT_FALSE(half->cancelled);
  EXPECT_TRUE(half->placed);
  const auto none = ParseCancelReplace(
      R"({"code":-2022,"msg":"Order cancel-replace failed.","data":{"cancelResult":"FAILURE",)"
      R"("newOrderResult":"NOT_ATTEMPTED",)"
      R"("cancelResponse":{"code":-2011,"msg":"Unknown order sent."},"newOrderResponse":null}})");
  ASSERT_TRUE(none) << none.error().message();
  EXPECT_FALSE(none->cancelled || none->placed);
  EXPECT_EQ(ParseCancelReplace(R"({"code":-1121,"msg":"Invalid symbol."})").error().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lockstep
