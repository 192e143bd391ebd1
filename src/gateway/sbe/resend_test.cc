// Numbered events: to all sessions of the account, in order, once, also where a resend meets live
// events.
#include <gtest/gtest.h>

#include <thread>

#include "gateway/sbe/harness_for_test.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/LogonAck.h"
#include "lockstep_sbe/ResendEnd.h"
#include "lockstep_sbe/SessionReject.h"

namespace lockstep {
namespace {

constexpr AccountId kTrader{1};

// Reads numbered events up to and with `last`, checks that they go from `first` without gap or
// repeat, and returns the ResendEnd met on the way.
Bytes ExpectRun(WireClient& client, std::uint64_t first, std::uint64_t last) {
  Bytes resend_end;
  for (std::uint64_t expected = first; expected <= last;) {
    Bytes message = client.Receive();
    if (TemplateOf(message) == sbe::ResendEnd::sbeTemplateId()) {
      EXPECT_TRUE(resend_end.empty());
      resend_end = std::move(message);
      continue;
    }
    EXPECT_EQ(PrivateSequenceOf(message), expected);
    if (PrivateSequenceOf(message) != expected) {
      break;
    }
    ++expected;
  }
  return resend_end;
}

TEST(Resend, LogonBringsWhatWasMissedThenLiveEvents) {
  GatewayWorld world;
  world.engine->EmitNumbered(kTrader, 10);
  WireClient client = world.LoggedOn(world.trader, {.resend_after = 4});
  ExpectRun(client, 5, 10);
  const Bytes message = client.Receive();
  ASSERT_EQ(TemplateOf(message), sbe::ResendEnd::sbeTemplateId());
  auto end = Decode<sbe::ResendEnd>(message);
  EXPECT_EQ(end.fromSequence(), 5U);
  EXPECT_EQ(end.toSequence(), 10U);
  EXPECT_EQ(end.firstAvailable(), 1U);
  EXPECT_EQ(end.sentCount(), 6U);
  world.engine->EmitNumbered(kTrader, 3);
  ExpectRun(client, 11, 13);
}

TEST(Resend, WithoutResendOnlyWhatIsNew) {
  GatewayWorld world;
  world.engine->EmitNumbered(kTrader, 10);
  WireClient client = world.LoggedOn(world.trader);
  world.engine->EmitNumbered(kTrader, 2);
  ExpectRun(client, 11, 12);
}

TEST(Resend, ReplayedEventsAreKeptAndNotSent) {
  GatewayWorld world;
  WireClient early = world.LoggedOn(world.trader);
  world.engine->EmitNumbered(kTrader, 5, true);
  world.engine->EmitNumbered(kTrader, 1, false);
  // A session that was there during the replay gets what it has not had, in order.
  ExpectRun(early, 1, 6);
  WireClient late = world.LoggedOn(world.trader, {.resend_after = 0});
  ExpectRun(late, 1, 6);
}

TEST(Resend, WhatIsNoLongerHeldIsToldByFirstAvailable) {
  GatewayWorld world;
  // As after a start from a snapshot: numbers go on, events are gone.
  world.engine->SetPrivateSequence(kTrader, 100);
  WireClient client = world.LoggedOn(world.trader, {.resend_after = 90});
  const Bytes first_end = client.Receive();
  ASSERT_EQ(TemplateOf(first_end), sbe::ResendEnd::sbeTemplateId());
  auto nothing = Decode<sbe::ResendEnd>(first_end);
  EXPECT_EQ(nothing.firstAvailable(), 101U);
  EXPECT_EQ(nothing.sentCount(), 0U);
  world.engine->EmitNumbered(kTrader, 5);
  ExpectRun(client, 101, 105);
  client.SendMessage(ResendRequestMessage(1, 103));
  ExpectRun(client, 101, 103);
  const Bytes second_end = client.Receive();
  ASSERT_EQ(TemplateOf(second_end), sbe::ResendEnd::sbeTemplateId());
  auto end = Decode<sbe::ResendEnd>(second_end);
  EXPECT_EQ(end.fromSequence(), 1U);
  EXPECT_EQ(end.toSequence(), 103U);
  EXPECT_EQ(end.firstAvailable(), 101U);
  EXPECT_EQ(end.sentCount(), 3U);
}

TEST(Resend, LongResendMeetsLiveEventsWithoutGapOrRepeat) {
  GatewayLimits limits;
  limits.resend_window_bytes = 4'096;
  GatewayWorld world(limits);
  constexpr int kBefore = 20'000;
  constexpr int kRounds = 200;
  constexpr int kEach = 10;
  for (int i = 0; i < kBefore / 1'000; ++i) {
    world.engine->EmitNumbered(kTrader, 1'000);
  }
  WireClient client = world.LoggedOn(world.trader, {.resend_after = 0});
  std::thread live([&] {
    for (int i = 0; i < kRounds; ++i) {
      world.engine->EmitNumbered(kTrader, kEach);
    }
  });
  const Bytes end = ExpectRun(client, 1, kBefore + kRounds * kEach);
  live.join();
  ASSERT_FALSE(end.empty());
  EXPECT_EQ(Decode<sbe::ResendEnd>(end).sentCount(), Decode<sbe::ResendEnd>(end).toSequence());
}

TEST(Resend, OneAtATime) {
  GatewayLimits limits;
  limits.resend_window_bytes = 1'024;
  GatewayWorld world(limits);
  world.engine->EmitNumbered(kTrader, 1'000);
  WireClient client = world.LoggedOn(world.trader);
  Bytes two = Framed(ResendRequestMessage(1, 0));
  const Bytes copy = two;
  two.insert(two.end(), copy.begin(), copy.end());
  client.SendRaw(two);
  const Bytes reject = client.ReceiveTemplate(sbe::SessionReject::sbeTemplateId());
  ExpectReject(reject, sbe::SessionError::TOO_MANY_REQUESTS, false);
  EXPECT_FALSE(client.ReceiveTemplate(sbe::ResendEnd::sbeTemplateId()).empty());
}

TEST(Sessions, AllSessionsOfAnAccountGetNumberedEventsAndNoOther) {
  GatewayWorld world;
  WireClient first = world.LoggedOn(world.trader);
  WireClient second = world.LoggedOn(world.watcher);
  WireClient other = world.LoggedOn(world.other);
  first.SendMessage(NewOrderMessage(1));
  EXPECT_EQ(PrivateSequenceOf(first.Receive()), 1U);
  EXPECT_EQ(PrivateSequenceOf(second.Receive()), 1U);
  other.SendMessage(NewOrderMessage(2));
  const Bytes report = other.Receive();
  EXPECT_EQ(PrivateSequenceOf(report), 1U);
  EXPECT_EQ(Decode<sbe::ExecutionReport>(report).header().account(), 2U);
}

TEST(Sessions, UnnumberedEventsGoToTheirOriginAlone) {
  GatewayWorld world;
  world.engine->EmitNumbered(kTrader,
                             7);  // a QueryEnd tells the last number, which does not number it
  WireClient first = world.LoggedOn(world.trader);
  WireClient second = world.LoggedOn(world.trader);
  first.SendMessage(QueryMessage(1));
  EXPECT_EQ(TemplateOf(first.Receive()), 72U);
  second.SendMessage(NewOrderMessage(2));
  EXPECT_EQ(PrivateSequenceOf(second.Receive()), 8U);
  EXPECT_EQ(PrivateSequenceOf(first.Receive()), 8U);
}

}  // namespace
}  // namespace lockstep
