// Storage that fails, rings that are full, limits that are reached.
#include <gtest/gtest.h>

#include <string>

#include "testing/binance_api/world.h"

namespace lockstep {
namespace {

constexpr HttpMethod kGet = HttpMethod::kGet;
constexpr HttpMethod kPost = HttpMethod::kPost;
constexpr std::string_view kOrder = "/api/v3/order";
constexpr std::string_view kBusy =
    R"({"code":-1008,"msg":"Server is currently overloaded with other requests. )"
    R"(Please try again in a few minutes."})";
constexpr std::int64_t kNsPerMs = 1'000'000;

std::string Limit(const std::string& price) {
  return "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=" + price;
}

// Runs until the timer of the loop has ticked: its clock is the real one.
void RunUntilAnswered(World& world, const Answer& answer) {
  for (int i = 0; i < 10'000 && answer.status == 0; ++i) {
    world.WaitForTimer();
    world.Run();
  }
}

TEST(BinanceFailures, WhenStorageFailsNothingIsTakenAndWhatIsInFlightIsHeld) {
  World world;
  world.HoldCommands(true);
  const std::string text = world.Sign(Limit("100"), world.maker);
  const auto in_flight = world.Start(kPost, kOrder, {}, text, world.maker.api_key);
  world.gateway->SetRefusal(TradingRefusal::kStorageFailed);
  world.Run();
  const Answer refused = world.Signed(kPost, kOrder, Limit("101"), world.maker);
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.body, kBusy);
  EXPECT_EQ(in_flight->status, 0U) << "held for its real result";
  world.clock.AdvanceNs(901 * kNsPerMs);
  RunUntilAnswered(world, *in_flight);
  EXPECT_EQ(in_flight->status, 503U);
  EXPECT_EQ(in_flight->body,
            R"({"code":-1007,"msg":"Timeout waiting for response from backend server. Send status )"
            R"(unknown; execution status unknown."})");
  // It happened after all. The client asks again with the same bytes and learns it.
  world.HoldCommands(false);
  world.gateway->SetRefusal(TradingRefusal::kNone);
  world.Run();
  const Answer again = world.Send(kPost, kOrder, {}, text, world.maker.api_key);
  EXPECT_EQ(again.status, 200U);
  EXPECT_TRUE(again.body.contains(R"("orderId":1)")) << again.body;
}

TEST(BinanceFailures, ARealAnswerWithinTheHoldGoesOut) {
  World world;
  world.HoldCommands(true);
  const auto in_flight =
      world.Start(kPost, kOrder, {}, world.Sign(Limit("100"), world.maker), world.maker.api_key);
  world.gateway->SetRefusal(TradingRefusal::kStorageFailed);
  world.Run();
  world.HoldCommands(false);
  world.Run();
  EXPECT_EQ(in_flight->status, 200U);
}

TEST(BinanceFailures, AFullRingIsBusyAndTakesNoOrderCount) {
  BinanceGatewayConfig config;
  config.orders.max_in_flight = 1;
  World world(config);
  world.HoldCommands(true);
  const auto first =
      world.Start(kPost, kOrder, {}, world.Sign(Limit("100"), world.maker), world.maker.api_key);
  const Answer second = world.Signed(kPost, kOrder, Limit("101"), world.maker);
  EXPECT_EQ(second.status, 503U);
  EXPECT_EQ(second.body, kBusy);
  world.HoldCommands(false);
  world.Run();
  EXPECT_EQ(first->Header("X-MBX-ORDER-COUNT-10S"), "1");
}

TEST(BinanceFailures, WeightIsCountedForEachAddressAndBounded) {
  BinanceGatewayConfig config;
  config.rate_limits.weight_per_minute = 45;
  World world(config);
  EXPECT_EQ(world.Send(kGet, "/api/v3/exchangeInfo", "").Header("X-MBX-USED-WEIGHT-1M"), "20");
  EXPECT_EQ(world.Send(kGet, "/api/v3/exchangeInfo", "").Header("X-MBX-USED-WEIGHT-1M"), "40");
  const Answer over = world.Send(kGet, "/api/v3/exchangeInfo", "");
  EXPECT_EQ(over.status, 429U);
  EXPECT_TRUE(over.body.starts_with(R"({"code":-1003,"msg":"Too much request weight used; current )"
                                    R"(limit is 45 request weight per 1 MINUTE.)"))
      << over.body;
  const int wait_s = std::stoi(over.Header("Retry-After"));
  EXPECT_GT(wait_s, 0);
  EXPECT_LE(wait_s, 60);
  // Orders weigh nothing.
  EXPECT_EQ(world.Signed(kPost, kOrder, Limit("100"), world.maker).status, 200U);
  world.clock.AdvanceNs(wait_s * 1'000 * kNsPerMs);
  EXPECT_EQ(world.Send(kGet, "/api/v3/exchangeInfo", "").status, 200U);
}

TEST(BinanceFailures, OrdersAreCountedForEachAccountAndBounded) {
  BinanceGatewayConfig config;
  config.rate_limits.orders_per_10_seconds = 2;
  World world(config);
  EXPECT_EQ(world.Signed(kPost, kOrder, Limit("100"), world.maker).Header("X-MBX-ORDER-COUNT-10S"),
            "1");
  // What the engine refuses is given back.
  EXPECT_EQ(world.Signed(kPost, kOrder, Limit("0.01"), world.maker).status, 400U);
  EXPECT_EQ(world.Signed(kPost, kOrder, Limit("101"), world.maker).Header("X-MBX-ORDER-COUNT-10S"),
            "2");
  const Answer over = world.Signed(kPost, kOrder, Limit("102"), world.maker);
  EXPECT_EQ(over.status, 429U);
  EXPECT_EQ(
      over.body,
      R"({"code":-1015,"msg":"Too many new orders; current limit is 2 orders per 10 SECOND."})");
  EXPECT_FALSE(over.Header("Retry-After").empty());
  EXPECT_EQ(world.Signed(kPost, kOrder, Limit("102"), world.taker).status, 200U);
  EXPECT_EQ(
      world.Signed(kGet, "/api/v3/rateLimit/order", "", world.maker).body,
      R"([{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":2,"count":2},)"
      R"({"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":200000000,)"
      R"("count":2}])");
  world.clock.AdvanceNs(10'000 * kNsPerMs);
  EXPECT_EQ(world.Signed(kPost, kOrder, Limit("103"), world.maker).status, 200U);
}

TEST(BinanceFailures, AnswersAreForgottenOldestFirstWithinTheirBound) {
  BinanceGatewayConfig config;
  config.orders.answer_bytes = 3'000;
  World world(config);
  const std::string first = world.Sign(Limit("100"), world.maker);
  const Answer answer = world.Send(kPost, kOrder, {}, first, world.maker.api_key);
  for (int i = 0; i < 10; ++i) {
    world.Signed(kPost, kOrder, Limit(std::to_string(50 + i)), world.maker);
  }
  // Gone here, but not in the engine; history makes up for the answer.
  EXPECT_EQ(world.Send(kPost, kOrder, {}, first, world.maker.api_key).body, answer.body);
}

TEST(BinanceFailures, HistoryThatLacksSomethingIsAnErrorAndNotAShorterList) {
  World world;
  world.Signed(kPost, kOrder, Limit("100"), world.maker);
  world.FailHistory();
  for (const char* path : {"/api/v3/openOrders", "/api/v3/allOrders", "/api/v3/myTrades"}) {
    const Answer answer = world.Signed(kGet, path, "symbol=BTCUSDT", world.maker);
    EXPECT_EQ(answer.status, 503U) << path;
    EXPECT_EQ(answer.body,
              R"({"code":-1001,"msg":"Internal error; unable to process your request. )"
              R"(Please try again."})");
  }
  EXPECT_EQ(world.Signed(kPost, kOrder, Limit("101"), world.maker).status, 200U)
      << "trading does not wait for history";
}

TEST(BinanceFailures, DrainWaitsForWhatIsInFlight) {
  World world;
  const auto order =
      world.Start(kPost, kOrder, {}, world.Sign(Limit("100"), world.maker), world.maker.api_key);
  world.gateway->SetRefusal(TradingRefusal::kShuttingDown);
  world.Run();
  EXPECT_EQ(order->status, 200U);
  const Answer late = world.Signed(kPost, kOrder, Limit("101"), world.maker);
  EXPECT_EQ(late.status, 503U);
  EXPECT_EQ(late.body, R"({"code":-1016,"msg":"This service is no longer available."})");
}

}  // namespace
}  // namespace lockstep
