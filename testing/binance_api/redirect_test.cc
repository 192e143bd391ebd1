// Signed requests at a node of a cluster that may not serve them: sent to the leader, or held.
#include <gtest/gtest.h>

#include <string>

#include "testing/binance_api/cluster_fixture.h"
#include "testing/support/fake_channel.h"
#include "testing/support/lease.h"

namespace lockstep {
namespace {

using RedirectTest = ClusterTest;
using testing_support::FakeRequest;

TEST_F(RedirectTest, AFollowerSendsEverySignedRequestToTheLeader) {
  Lose(2);
  world.BeginTerm(7, Leadership::kNoTenure, 2);
  const std::string body = world.Sign(Limit("100"), world.maker);
  const Answer order = world.Send(kPost, kOrder, "x=1", body, world.maker.api_key);
  EXPECT_NE(order.status, 307U) << "what is not believed is not sent on";
  const Answer placed = world.Send(kPost, kOrder, {}, body, world.maker.api_key);
  EXPECT_EQ(placed.status, 307U);
  EXPECT_EQ(placed.Header("Location"), "http://node-b:8082/api/v3/order");
  EXPECT_EQ(placed.body,
            R"({"code":-1008,"msg":"Nothing was done: this node does not lead. Send it to )"
            R"(http://node-b:8082.","leader":2,"term":7,"rest":"http://node-b:8082",)"
            R"("sbe":"node-b:9092"})");

  const std::string query = world.Sign("symbol=BTCUSDT&orderId=1", world.maker);
  const Answer cancelled = world.Send(kDelete, kOrder, query, {}, world.maker.api_key);
  EXPECT_EQ(cancelled.status, 307U);
  EXPECT_EQ(cancelled.Header("Location"), "http://node-b:8082/api/v3/order?" + query)
      << "the signed bytes as they came";
  for (const std::string path : {"/api/v3/account", "/api/v3/openOrders", "/api/v3/rateLimit/order",
                                 "/sapi/v1/capital/config/getall"}) {
    const Answer asked = world.Signed(kGet, path, "", world.maker);
    EXPECT_EQ(asked.status, 307U) << path;
    EXPECT_TRUE(asked.Header("Location").starts_with("http://node-b:8082" + path + "?timestamp="));
  }
  EXPECT_EQ(world.Signed(kPost, "/api/v3/order/test", Limit("1"), world.maker).status, 307U);
  EXPECT_EQ(
      world.Signed(kGet, "/admin/v1/assets", "", world.admin).Header("Location").substr(0, 35),
      "http://node-b:8082/admin/v1/assets?");
  EXPECT_EQ(world.Signed(kPost, "/admin/v1/account", "accountId=77", world.admin).status, 307U);
  EXPECT_EQ(world.DropCommands(), 0U);
  EXPECT_TRUE(world.AuditLines().empty() || !world.AuditLines().back().contains("CREATE_ACCOUNT"));
  EXPECT_EQ(counters().redirected.load(), 9U);

  Lose(3);
  EXPECT_EQ(world.Signed(kPost, kOrder, Limit("100"), world.maker).Header("Location"),
            "https://[::1]:8083/api/v3/order");
}

TEST_F(RedirectTest, WhatIsNotBelievedIsRefusedHere) {
  Lose(2);
  EXPECT_EQ(world.Signed(kPost, kOrder, Limit("100"), world.unknown).status, 401U);
  EXPECT_EQ(world.Signed(kPost, kOrder, Limit("100"), world.reader_only).status, 401U);
  EXPECT_EQ(world.Send(kPost, kOrder, {}, Limit("100"), world.maker.api_key).status, 400U);
  EXPECT_EQ(world.Signed(kGet, "/admin/v1/assets", "", world.maker).status, 401U);
}

TEST_F(RedirectTest, PublicDataIsServedAnywhereWithItsPositionAndAge) {
  Lose(2);
  world.clock.AdvanceNs(1'234 * kMs);
  const Answer depth = world.Send(kGet, "/api/v3/depth", "symbol=BTCUSDT");
  EXPECT_EQ(depth.status, 200U);
  EXPECT_EQ(depth.Header("X-Lockstep-Position"), "9") << "of the World's own setup";
  EXPECT_EQ(depth.Header("X-Lockstep-Age-Ms"), "1234");
  World alone;
  EXPECT_EQ(alone.Send(kGet, "/api/v3/depth", "symbol=BTCUSDT").Header("X-Lockstep-Position"), "");
}

TEST_F(RedirectTest, ARequestThatGoesRoundEndsWith503) {
  Lose(2);
  const std::string body = world.Sign(Limit("100"), world.maker);
  const auto send = [&] { return world.Start(kPost, kOrder, {}, body, world.maker.api_key); };
  EXPECT_EQ(send()->status, 307U);
  EXPECT_EQ(send()->status, 307U);
  const auto round = send();
  world.Run();
  EXPECT_EQ(round->status, 0U) << "held: the node named does not seem to lead";
  EXPECT_EQ(world.Signed(kPost, kOrder, Limit("101"), world.maker).status, 307U) << "another one";
  world.clock.AdvanceNs(801 * kMs);
  world.RunUntilAnswered(*round);
  EXPECT_EQ(round->status, 503U);
  EXPECT_EQ(round->Header("Retry-After"), "1");
  // A leader that is new has not been tried.
  const auto again = send();
  world.Run();
  EXPECT_EQ(again->status, 0U);
  Lose(3);
  EXPECT_EQ(again->status, 307U);
  EXPECT_EQ(again->Header("Location"), "https://[::1]:8083/api/v3/order");
}

TEST_F(RedirectTest, WithoutALeaderARequestIsHeldThenToldToComeAgain) {
  const auto order = Begin(kPost, kOrder, Limit("100"), world.maker);
  const auto query = Begin(kGet, kAccount, "", world.maker);
  const auto act = Begin(kPost, "/admin/v1/account", "accountId=77", world.admin);
  world.Run();
  EXPECT_EQ(order->status, 0U);
  EXPECT_EQ(counters().held_now.load(), 3U);
  world.clock.AdvanceNs(799 * kMs);
  world.WaitForTimer();
  world.Run();
  EXPECT_EQ(order->status, 0U);
  world.clock.AdvanceNs(2 * kMs);
  for (const auto& answer : {order, query, act}) {
    world.RunUntilAnswered(*answer);
    EXPECT_EQ(answer->status, 503U);
    EXPECT_EQ(answer->Header("Retry-After"), "1");
    EXPECT_EQ(answer->body,
              R"({"code":-1008,"msg":"Nothing was done: no leader is known at present. Send the )"
              R"(same request again.","leader":-1,"term":0,"rest":null,"sbe":null})");
  }
  EXPECT_EQ(counters().no_leader.load(), 3U);
  EXPECT_EQ(counters().held_now.load(), 0U);
  EXPECT_EQ(world.DropCommands(), 0U);
}

TEST_F(RedirectTest, WhatIsHeldIsServedWhenThisNodeTakesOver) {
  const std::string body = world.Sign(Limit("100"), world.maker);
  const auto order = world.Start(kPost, kOrder, {}, body, world.maker.api_key);
  const auto twice = world.Start(kPost, kOrder, {}, body, world.maker.api_key);
  const auto query = Begin(kGet, kAccount, "", world.maker);
  const auto act = Begin(kPost, "/admin/v1/account", "accountId=77", world.admin);
  world.Run();
  leadership.SetLeader(1);
  world.Run();
  EXPECT_EQ(order->status, 0U) << "named, but it does not take commands yet";
  Lead();
  EXPECT_EQ(order->status, 200U) << order->body;
  EXPECT_EQ(twice->body, order->body);
  EXPECT_EQ(query->status, 200U) << query->body;
  world.RunUntilAnswered(*act);
  EXPECT_EQ(act->status, 200U) << act->body;
  EXPECT_EQ(counters().served_late.load(), 4U);
}

TEST_F(RedirectTest, WhatIsHeldIsSentOnWhenALeaderIsKnown) {
  const auto order = Begin(kPost, kOrder, Limit("100"), world.maker);
  const auto act = Begin(kPost, "/admin/v1/account", "accountId=77", world.admin);
  world.Run();
  leadership.SetLeader(3);
  world.Run();
  EXPECT_EQ(order->Header("Location"), "https://[::1]:8083/api/v3/order");
  EXPECT_EQ(act->Header("Location"), "https://[::1]:8083/admin/v1/account");
}

TEST_F(RedirectTest, ALeaderAnswersQuestionsOnlyWhileItHoldsItsLease) {
  Lead();
  EXPECT_EQ(world.Signed(kGet, kAccount, "", world.maker).status, 200U);
  // As after a pause: by the clock, others may lead by now.
  world.clock.AdvanceNs(61'000 * kMs);
  const auto held = Begin(kGet, kAccount, "", world.maker);
  const auto list = Begin(kGet, "/api/v3/openOrders", "", world.maker);
  const auto admin = Begin(kGet, "/admin/v1/assets", "", world.admin);
  world.Run();
  EXPECT_EQ(held->status, 0U);
  EXPECT_EQ(list->status, 0U);
  EXPECT_EQ(admin->status, 0U);
  // A command is the log's to judge.
  EXPECT_EQ(world.Signed(kPost, kOrder, Limit("100"), world.maker).status, 200U);
  EXPECT_EQ(held->status, 0U);
  // … unless an answer from here depends on what may be old.
  const auto cancel =
      Begin(kDelete, kOrder, "symbol=BTCUSDT&orderId=1&cancelRestrictions=ONLY_PARTIALLY_FILLED",
            world.maker);
  world.Run();
  EXPECT_EQ(cancel->status, 0U);
  // The entry that extends it comes by the ring.
  testing_support::GrantLease(leadership, world.clock.MonotonicNs() + 100 * kMs);
  world.Apply(world.commands.CreateAccount(78));
  EXPECT_EQ(held->status, 200U);
  EXPECT_TRUE(list->body.contains(R"("orderId":1)")) << list->body;
  EXPECT_EQ(admin->status, 200U);
  EXPECT_TRUE(cancel->body.contains("cancel restrictions")) << cancel->body;

  world.clock.AdvanceNs(101 * kMs);
  const auto moved = Begin(kGet, kAccount, "", world.maker);
  const auto late = Begin(kGet, "/api/v3/openOrders", "", world.maker);
  world.Run();
  EXPECT_EQ(moved->status, 0U);
  world.clock.AdvanceNs(801 * kMs);
  world.RunUntilAnswered(*late);
  EXPECT_EQ(late->status, 503U);
  const auto redirected = Begin(kGet, kAccount, "", world.maker);
  Lose(2);
  EXPECT_EQ(redirected->status, 307U);
}

TEST_F(RedirectTest, AWebSocketIsRefusedWhereNothingCanBeOrdered) {
  const auto refuse = [&] {
    return world.gateway->websocket_api().Refuse(FakeRequest("/ws-api/v3?timeUnit=MICROSECOND"));
  };
  auto refused = refuse();
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 503U);
  EXPECT_TRUE(refused->body.contains(R"("leader":-1)")) << refused->body;
  Lose(2);
  refused = refuse();
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 503U);
  EXPECT_TRUE(refused->body.contains(R"("rest":"http://node-b:8082")")) << refused->body;
  EXPECT_EQ(refused->headers.back().second, "http://node-b:8082/ws-api/v3?timeUnit=MICROSECOND");
  Lead();
  EXPECT_FALSE(refuse().has_value());
  World alone;
  EXPECT_FALSE(alone.gateway->websocket_api().Refuse(FakeRequest("/ws-api/v3")).has_value());
}

TEST_F(RedirectTest, AWebSocketEndsWhenItsNodeNoLongerLeads) {
  Lead();
  const auto idle = world.Connect();
  const auto busy = world.Connect();
  world.HoldCommands(true);
  world.Say(*busy, R"({"id":1,"method":"order.place","params":)" +
                       world.SignedParams({{"symbol", R"("BTCUSDT")"},
                                           {"side", R"("BUY")"},
                                           {"type", R"("LIMIT")"},
                                           {"timeInForce", R"("GTC")"},
                                           {"quantity", R"("1")"},
                                           {"price", R"("100")"}},
                                          world.maker) +
                       "}");
  Lose(2);
  EXPECT_EQ(idle->closed_with, 1012U);
  EXPECT_EQ(busy->closed_with, 0U) << "its request has no answer yet";
  EXPECT_EQ(world.DropCommands(), 1U);
  world.BeginTerm(2, leadership.LastClosed(), 2);
  const std::string answer = busy->Take();
  EXPECT_TRUE(answer.starts_with(R"({"id":1,"status":503,"error":{"code":-1008,)")) << answer;
  EXPECT_TRUE(answer.contains(R"("leader":2)")) << answer;
  for (int i = 0; i < 1'000 && busy->closed_with == 0; ++i) {
    world.WaitForTimer();
    world.Run();
  }
  EXPECT_EQ(busy->closed_with, 1012U);
  for (const auto* socket : {&idle, &busy}) {
    (*socket)->session->OnClosed();
  }
}

}  // namespace
}  // namespace lockstep
