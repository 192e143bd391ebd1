// What becomes of commands in flight when their node ceases to lead: the real result, or "never
// happened", or "unknown", and each only when it is true.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "testing/binance_api/cluster_fixture.h"

namespace lockstep {
namespace {

using DefiniteAnswers = ClusterTest;

constexpr std::string_view kUnknown =
    R"({"code":-1007,"msg":"Timeout waiting for response from backend server. Send status )"
    R"(unknown; execution status unknown."})";

TEST_F(DefiniteAnswers, AResultThatComesIsTheAnswer) {
  Lead();
  const auto order = InFlight("100");
  Lose(2);
  EXPECT_EQ(order->status, 0U) << "it may have been logged";
  world.HoldCommands(false);  // it was
  world.Run();
  EXPECT_EQ(order->status, 200U);
  world.BeginTerm(2, leadership.LastClosed(), 2);
  EXPECT_EQ(counters().never_happened.load(), 0U);
}

TEST_F(DefiniteAnswers, AResultBeforeTheTermInOneTurnOfTheLoopIsTheAnswer) {
  Lead();
  const auto order = InFlight("100");
  leadership.Close();
  leadership.SetLeader(2);
  // Both are on the ring before the loop looks at it.
  world.ApplyWithoutRunning();
  world.BeginTerm(2, leadership.LastClosed(), 2);
  EXPECT_EQ(order->status, 200U);
}

TEST_F(DefiniteAnswers, WhatNeverHappenedIsSentToTheLeaderAndNotRemembered) {
  Lead();
  const std::string body = world.Sign(Limit("100"), world.maker);
  world.HoldCommands(true);
  const auto first = world.Start(kPost, kOrder, {}, body, world.maker.api_key);
  const auto second = world.Start(kPost, kOrder, {}, body, world.maker.api_key);
  Lose(2);
  EXPECT_EQ(world.DropCommands(), 1U);
  EXPECT_EQ(first->status, 0U);
  world.BeginTerm(2, leadership.LastClosed(), 2);
  EXPECT_EQ(first->status, 307U);
  EXPECT_EQ(second->status, 307U);
  EXPECT_EQ(first->Header("Location"), "http://node-b:8082/api/v3/order");
  EXPECT_EQ(counters().never_happened.load(), 1U);
  world.HoldCommands(false);
  Lead(3);
  const Answer again = world.Send(kPost, kOrder, {}, body, world.maker.api_key);
  EXPECT_EQ(again.status, 200U);
  EXPECT_TRUE(again.body.contains(R"("orderId":1)")) << again.body;
}

TEST_F(DefiniteAnswers, ATermThatEndsOtherTenuresTellsNothing) {
  Lead();
  Lose(2);
  Lead(3);
  const auto order = InFlight("100");
  world.BeginTerm(3, 1, 1);
  EXPECT_EQ(order->status, 0U);
  world.HoldCommands(false);
  world.Run();
  EXPECT_EQ(order->status, 200U);
}

TEST_F(DefiniteAnswers, WhatNeverHappenedWaitsForALeaderThatIsKnownLate) {
  Lead();
  const auto order = InFlight("100");
  Lose();
  world.DropCommands();
  world.BeginTerm(2, leadership.LastClosed(), Leadership::kNoLeader);
  EXPECT_EQ(order->status, 0U);
  EXPECT_EQ(counters().held_now.load(), 1U);
  leadership.SetLeader(3);
  world.Run();
  EXPECT_EQ(order->status, 307U);
}

TEST_F(DefiniteAnswers, WhatNeverHappenedIsServedHereWhenThisNodeLeadsAgain) {
  Lead();
  const auto order = InFlight("100");
  Lose();
  world.DropCommands();
  world.BeginTerm(2, leadership.LastClosed(), Leadership::kNoLeader);
  world.HoldCommands(false);
  Lead(3);
  EXPECT_EQ(order->status, 200U) << order->body;
  EXPECT_EQ(counters().served_late.load(), 1U);
}

TEST_F(DefiniteAnswers, WhatNeverHappenedIsHeldNoLongerThanItsResultWouldBe) {
  Lead();
  const auto order = InFlight("100");
  Lose();
  world.DropCommands();
  world.clock.AdvanceNs(700 * kMs);
  world.BeginTerm(2, leadership.LastClosed(), Leadership::kNoLeader);
  EXPECT_EQ(order->status, 0U);
  world.clock.AdvanceNs(201 * kMs);
  world.RunUntilAnswered(*order);
  EXPECT_EQ(order->status, 503U);
  EXPECT_TRUE(order->body.contains(R"("code":-1008)")) << order->body;
}

TEST_F(DefiniteAnswers, WithoutAWordOfItTheOutcomeIsUnknown) {
  Lead();
  world.HoldCommands(true);
  const std::string body = world.Sign(Limit("100"), world.maker);
  const auto order = world.Start(kPost, kOrder, {}, body, world.maker.api_key);
  Lose(2);
  world.clock.AdvanceNs(899 * kMs);
  world.WaitForTimer();
  world.Run();
  EXPECT_EQ(order->status, 0U);
  world.clock.AdvanceNs(2 * kMs);
  world.RunUntilAnswered(*order);
  EXPECT_EQ(order->status, 503U);
  EXPECT_EQ(order->body, kUnknown);
  EXPECT_EQ(counters().unknown.load(), 1U);
  // It happened after all; asked again, with the same bytes, this node knows.
  world.HoldCommands(false);
  world.Run();
  Lead(3);
  const Answer again = world.Send(kPost, kOrder, {}, body, world.maker.api_key);
  EXPECT_EQ(again.status, 200U);
  EXPECT_TRUE(again.body.contains(R"("orderId":1)")) << again.body;
}

TEST_F(DefiniteAnswers, ANewTenureDoesNotMakeTheOldOnesRequestsWait) {
  Lead();
  const auto old = InFlight("100");
  Lose();
  world.DropCommands();
  Lead(2);
  const auto fresh = InFlight("101");
  world.clock.AdvanceNs(901 * kMs);
  world.RunUntilAnswered(*old);
  EXPECT_EQ(old->body, kUnknown);
  EXPECT_EQ(fresh->status, 0U);
  world.HoldCommands(false);
  world.Run();
  EXPECT_EQ(fresh->status, 200U);
}

// The tenure closes and opens while commands are being written, between the two reads too. What is
// answered as never done must not be in the market, what is answered with a result must be.
TEST_F(DefiniteAnswers, NoAnswerIsFalseHoweverTheTenureCloses) {
  constexpr int kRounds = 60;
  constexpr int kOrdersInRound = 40;
  struct Asked {
    std::string id;
    std::shared_ptr<Answer> answer;
  };
  std::vector<Asked> asked;
  world.HoldCommands(true);
  int number = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto ask = [&] {
      const std::string id = "o" + std::to_string(++number);
      const std::string query =
          "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&"
          "price=100&newClientOrderId=" +
          id;
      asked.push_back({id, Begin(kPost, kOrder, query, world.maker)});
      world.clock.AdvanceNs(kMs);
    };
    leadership.SetLeader(2);
    leadership.Open(round);
    ask();  // one in flight in any case
    std::atomic<bool> stop{false};
    std::thread sequencer([&] {
      while (!stop.load()) {
        leadership.Close();
        leadership.Open(round);
        for (int i = 0; i < round * 20; ++i) {
          static_cast<void>(leadership.tenure());
        }
      }
    });
    for (int i = 1; i < kOrdersInRound; ++i) {
      ask();
    }
    stop.store(true);
    sequencer.join();
    // The tenure is closed, and then the ring is logged, or dropped.
    leadership.Close();
    if (round % 2 == 0) {
      world.DropCommands();
    } else {
      world.HoldCommands(false);
      world.Run();
      world.HoldCommands(true);
    }
    world.BeginTerm(round, leadership.LastClosed(), 2);
    // Orders of the running ten seconds are bounded.
    world.clock.AdvanceNs(10'000 * kMs);
  }
  for (const Asked& one : asked) {
    world.RunUntilAnswered(*one.answer);
  }
  world.HoldCommands(false);
  Lead(kRounds);
  const std::string open = world.Signed(kGet, "/api/v3/openOrders", "", world.maker).body;
  int done = 0;
  int not_done = 0;
  for (const Asked& one : asked) {
    const bool is_open = open.contains("\"clientOrderId\":\"" + one.id + "\"");
    if (one.answer->status == 200) {
      ++done;
      EXPECT_TRUE(is_open) << one.id;
    } else if (one.answer->body.contains("-1008")) {
      ++not_done;
      EXPECT_FALSE(is_open) << one.id;
    } else {
      EXPECT_EQ(one.answer->body, kUnknown) << one.id;
    }
  }
  EXPECT_GT(done, 0);
  EXPECT_GT(not_done, 0);
}

TEST_F(DefiniteAnswers, AnActThatNeverHappenedIsRefusedInTheAuditLogAndSentOn) {
  Lead();
  world.HoldCommands(true);
  const auto act = Begin(kPost, "/admin/v1/account", "accountId=77", world.admin);
  for (int i = 0; i < 1'000 && world.admin_gateway->counters().commands_accepted == 0; ++i) {
    world.WaitForTimer();
    world.Run();
  }
  Lose(2);
  EXPECT_EQ(act->status, 0U);
  EXPECT_EQ(world.DropCommands(), 1U);
  world.BeginTerm(2, leadership.LastClosed(), 2);
  EXPECT_EQ(act->status, 307U);
  EXPECT_EQ(act->Header("Location"), "http://node-b:8082/admin/v1/account");
  const auto lines = world.AuditLines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[1].contains("REFUSED")) << lines[1];
}

TEST_F(DefiniteAnswers, AnActThatHappenedIsAnsweredAndOneUnheardOfIsUnknown) {
  Lead();
  world.HoldCommands(true);
  const auto act = Begin(kPost, "/admin/v1/account", "accountId=77", world.admin);
  for (int i = 0; i < 1'000 && world.admin_gateway->counters().commands_accepted == 0; ++i) {
    world.WaitForTimer();
    world.Run();
  }
  Lose(2);
  world.HoldCommands(false);
  world.Run();
  world.BeginTerm(2, leadership.LastClosed(), 2);
  EXPECT_EQ(act->status, 200U) << act->body;

  Lead(3);
  world.HoldCommands(true);
  const auto unheard_of = Begin(kPost, "/admin/v1/account", "accountId=78", world.admin);
  for (int i = 0; i < 1'000 && world.admin_gateway->counters().commands_accepted < 2; ++i) {
    world.WaitForTimer();
    world.Run();
  }
  Lose(2);
  world.clock.AdvanceNs(901 * kMs);
  world.RunUntilAnswered(*unheard_of);
  EXPECT_EQ(unheard_of->status, 503U);
  EXPECT_EQ(unheard_of->body, kUnknown);
  EXPECT_TRUE(world.AuditLines().back().contains("UNKNOWN"));
}

TEST_F(DefiniteAnswers, AnActWhoseIntentBecomesDurableTooLateIsNotBegun) {
  Lead();
  const auto act = Begin(kPost, "/admin/v1/account", "accountId=77", world.admin);
  Lose(2);  // before the loop hears of the line
  world.RunUntilAnswered(*act);
  EXPECT_EQ(act->status, 307U) << act->body;
  EXPECT_EQ(world.DropCommands(), 0U);
  EXPECT_TRUE(world.AuditLines().back().contains("REFUSED"));
}

}  // namespace
}  // namespace lockstep
