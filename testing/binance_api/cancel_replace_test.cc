// cancelReplace: what each half's failure does to the other, and how the answer says so.
#include <gtest/gtest.h>

#include <string>

#include "testing/binance_api/world.h"

namespace lockstep {
namespace {

constexpr HttpMethod kGet = HttpMethod::kGet;
constexpr HttpMethod kPost = HttpMethod::kPost;
constexpr std::string_view kPath = "/api/v3/order/cancelReplace";

std::string Request(const std::string& cancel, const std::string& mode, const std::string& order) {
  return "symbol=BTCUSDT&side=BUY&cancelReplaceMode=" + mode + "&cancelOrderId=" + cancel + "&" +
         order;
}

const std::string kGood = "type=LIMIT&timeInForce=GTC&quantity=1&price=90&newOrderRespType=ACK";
const std::string kTaking = "type=LIMIT_MAKER&quantity=1&price=200";
const std::string kTooSmall = "type=LIMIT&timeInForce=GTC&quantity=0.00001&price=90";
constexpr std::string_view kUnknownOrder = R"({"code":-2011,"msg":"Unknown order sent."})";

class BinanceCancelReplace : public testing::Test {
 protected:
  BinanceCancelReplace() {
    world_.Signed(kPost, "/api/v3/order",
                  "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=80",
                  world_.taker);
    world_.Signed(kPost, "/api/v3/order",
                  "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=150",
                  world_.maker);
  }
  Answer Send(const std::string& request) {
    return world_.Signed(kPost, kPath, request, world_.taker);
  }
  bool IsOpen(int order) {
    return world_.Signed(kGet, "/api/v3/openOrders", "", world_.taker)
        .body.contains("\"orderId\":" + std::to_string(order) + ",");
  }
  World world_;
};

TEST_F(BinanceCancelReplace, BothSucceed) {
  const Answer answer = Send(Request("1", "STOP_ON_FAILURE", kGood));
  EXPECT_EQ(answer.status, 200U);
  EXPECT_TRUE(answer.body.starts_with(
      R"({"cancelResult":"SUCCESS","newOrderResult":"SUCCESS","cancelResponse":{"symbol":"BTCUSDT",)"
      R"("origClientOrderId":)"))
      << answer.body;
  EXPECT_TRUE(answer.body.contains(R"("newOrderResponse":{"symbol":"BTCUSDT","orderId":3,)"))
      << answer.body;
  EXPECT_FALSE(IsOpen(1));
  EXPECT_TRUE(IsOpen(3));
}

TEST_F(BinanceCancelReplace, StopOnFailureAttemptsNothingMore) {
  const Answer answer = Send(Request("99", "STOP_ON_FAILURE", kGood));
  EXPECT_EQ(answer.status, 400U);
  EXPECT_EQ(
      answer.body,
      R"({"code":-2022,"msg":"Order cancel-replace failed.","data":{"cancelResult":"FAILURE",)"
      R"("newOrderResult":"NOT_ATTEMPTED","cancelResponse":)" +
          std::string(kUnknownOrder) + R"(,"newOrderResponse":null}})");
}

TEST_F(BinanceCancelReplace, AllowFailurePlacesAllTheSame) {
  const Answer answer = Send(Request("99", "ALLOW_FAILURE", kGood));
  EXPECT_EQ(answer.status, 409U);
  EXPECT_TRUE(answer.body.starts_with(
      R"({"code":-2021,"msg":"Order cancel-replace partially failed.","data":{)"
      R"("cancelResult":"FAILURE","newOrderResult":"SUCCESS","cancelResponse":)"))
      << answer.body;
  EXPECT_TRUE(IsOpen(1));
  EXPECT_TRUE(IsOpen(3));
}

TEST_F(BinanceCancelReplace, ACancelStaysDoneWhenTheNewOrderFails) {
  const Answer answer = Send(Request("1", "STOP_ON_FAILURE", kTaking));
  EXPECT_EQ(answer.status, 409U);
  EXPECT_TRUE(answer.body.contains(R"("cancelResult":"SUCCESS","newOrderResult":"FAILURE")"));
  EXPECT_TRUE(answer.body.ends_with(
      R"("newOrderResponse":{"code":-2010,"msg":"Order would immediately match and take."}}})"))
      << answer.body;
  EXPECT_FALSE(IsOpen(1));
}

TEST_F(BinanceCancelReplace, BothFail) {
  const Answer answer = Send(Request("99", "ALLOW_FAILURE", kTaking));
  EXPECT_EQ(answer.status, 400U);
  EXPECT_TRUE(answer.body.contains(R"("cancelResult":"FAILURE","newOrderResult":"FAILURE")"))
      << answer.body;
}

TEST_F(BinanceCancelReplace, FiltersAreJudgedBeforeTheCancel) {
  const Answer answer = Send(Request("1", "ALLOW_FAILURE", kTooSmall));
  EXPECT_EQ(answer.body, R"({"code":-1013,"msg":"Filter failure: NOTIONAL"})");
  EXPECT_TRUE(IsOpen(1));
}

TEST_F(BinanceCancelReplace, RestrictionsAreAFailureOfTheCancel) {
  const std::string only = "&cancelRestrictions=ONLY_PARTIALLY_FILLED";
  const Answer stop = Send(Request("1", "STOP_ON_FAILURE", kGood + only));
  EXPECT_TRUE(stop.body.contains("NOT_ATTEMPTED") &&
              stop.body.contains("Order was not canceled due to cancel restrictions."))
      << stop.body;
  const Answer allow = Send(Request("1", "ALLOW_FAILURE", kGood + only));
  EXPECT_EQ(allow.status, 409U);
  EXPECT_TRUE(IsOpen(1));
  EXPECT_TRUE(IsOpen(3));
}

TEST(BinanceCancelReplaceLimits, OverTheOrderLimitTheCancelAloneMayBeWanted) {
  BinanceGatewayConfig config;
  config.rate_limits.orders_per_10_seconds = 1;
  World world(config);
  world.Signed(kPost, "/api/v3/order",
               "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=80",
               world.taker);
  const Answer nothing =
      world.Signed(kPost, kPath, Request("1", "STOP_ON_FAILURE", kGood), world.taker);
  EXPECT_EQ(nothing.status, 429U);
  const Answer cancelled = world.Signed(
      kPost, kPath,
      Request("1", "STOP_ON_FAILURE", kGood + "&orderRateLimitExceededMode=CANCEL_ONLY"),
      world.taker);
  EXPECT_EQ(cancelled.status, 429U);
  EXPECT_TRUE(cancelled.body.contains(R"("cancelResult":"SUCCESS","newOrderResult":"FAILURE")"))
      << cancelled.body;
}

}  // namespace
}  // namespace lockstep
