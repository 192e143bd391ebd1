// What happens to orders and requests when a session, the storage or the exchange ends.
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "gateway/sbe/harness_for_test.h"
#include "lockstep_sbe/CancelAll.h"
#include "lockstep_sbe/NewOrder.h"
#include "lockstep_sbe/SessionReject.h"

namespace lockstep {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

void ExpectDisconnectCancel(const Bytes& command, std::uint64_t account) {
  ASSERT_EQ(TemplateOf(command), sbe::CancelAll::sbeTemplateId());
  auto cancel = Decode<sbe::CancelAll>(command);
  EXPECT_EQ(cancel.reason(), sbe::EndReason::DISCONNECT);
  EXPECT_EQ(cancel.symbol(), 0U);
  EXPECT_EQ(cancel.header().account(), account);
}

TEST(CancelOnDisconnect, HoweverTheSessionEnds) {
  GatewayWorld world;
  std::size_t commands = 0;
  const auto expect_cancel = [&] {
    ExpectDisconnectCancel(world.engine->AwaitCommands(++commands).back(), 1);
  };
  const LogonOptions asks{.cancel_on_disconnect = true};
  {
    WireClient logout = world.LoggedOn(world.trader, asks);
    logout.SendMessage(LogoutMessage());
    expect_cancel();
  }
  {
    WireClient closed = world.LoggedOn(world.trader, asks);
    closed.Close();
    expect_cancel();
  }
  {
    WireClient reset = world.LoggedOn(world.trader, asks);
    reset.Reset();
    expect_cancel();
  }
  {
    WireClient malformed = world.LoggedOn(world.trader, asks);
    malformed.SendRaw(Bytes(100));
    expect_cancel();
  }
  {
    WireClient dead = world.LoggedOn(world.trader, asks);
    world.clock.AdvanceNs(15 * kSecondNs);
    expect_cancel();
  }
  {
    // Behind the session's own orders, since both go through the one ring in order.
    WireClient busy = world.LoggedOn(world.trader, asks);
    busy.SendMessage(NewOrderMessage(1));
    busy.SendMessage(LogoutMessage());
    commands += 2;
    const auto seen = world.engine->AwaitCommands(commands);
    EXPECT_EQ(TemplateOf(seen[commands - 2]), sbe::NewOrder::sbeTemplateId());
    ExpectDisconnectCancel(seen[commands - 1], 1);
  }
  EXPECT_EQ(world.engine->AwaitCommands(commands).size(), commands);
}

TEST(CancelOnDisconnect, OnlyForWhoAskedAndLoggedOn) {
  GatewayWorld world;
  {
    WireClient silent = world.Connect();
    WireClient without = world.LoggedOn(world.trader);
  }
  WireClient other = world.LoggedOn(world.other);
  other.SendMessage(NewOrderMessage(1));
  const auto seen = world.engine->AwaitCommands(1);
  EXPECT_EQ(TemplateOf(seen.at(0)), sbe::NewOrder::sbeTemplateId());
}

TEST(CancelOnDisconnect, WaitsForRoomInTheRing) {
  GatewayWorld world({}, nullptr, 4'096);
  world.engine->HoldCommands(true);
  WireClient leaver = world.LoggedOn(world.other, {.cancel_on_disconnect = true});
  WireClient filler = world.LoggedOn(world.trader);
  std::uint64_t sent = 0;
  while (world.server->counters().back_pressured.load() == 0) {
    filler.SendMessage(NewOrderMessage(++sent));
    std::this_thread::yield();
  }
  leaver.Reset();
  while (world.server->counters().cancels_on_disconnect.load() == 0) {
    std::this_thread::yield();
  }
  world.engine->HoldCommands(false);
  // Orders that were still in the filler's socket may be taken before it or behind it.
  std::size_t count = 1;
  while (TemplateOf(world.engine->AwaitCommands(count).at(count - 1)) ==
         sbe::NewOrder::sbeTemplateId()) {
    ++count;
  }
  ExpectDisconnectCancel(world.engine->AwaitCommands(count).at(count - 1), 2);
}

TEST(Storage, FailureStopsCommandsAndTellsWhatIsInFlight) {
  GatewayWorld world;
  WireClient client = world.LoggedOn(world.trader);
  client.SendMessage(NewOrderMessage(1));
  EXPECT_EQ(PrivateSequenceOf(client.Receive()), 1U);
  world.engine->HoldCommands(true);
  client.SendMessage(NewOrderMessage(2));
  client.SendMessage(NewOrderMessage(3));
  while (world.server->counters().commands_accepted.load() != 3) {
    std::this_thread::yield();
  }
  world.server->SetRefusal(GatewayRefusal::kStorageFailed, "log-1: fdatasync: Input/output error");
  client.SendMessage(NewOrderMessage(4));
  const Bytes refused = client.Receive();
  ExpectReject(refused, sbe::SessionError::STORAGE_FAILED, false);
  EXPECT_EQ(Decode<sbe::SessionReject>(refused).requestIdLow(), 4U);
  EXPECT_EQ(Decode<sbe::SessionReject>(refused).getTextAsString(),
            "log-1: fdatasync: Input/output error");

  world.clock.AdvanceNs(kSecondNs);
  for (const std::uint64_t request : {2U, 3U}) {
    const Bytes unknown = client.Receive();
    ExpectReject(unknown, sbe::SessionError::STORAGE_FAILED, false);
    auto reject = Decode<sbe::SessionReject>(unknown);
    EXPECT_EQ(reject.requestIdLow(), request);
    EXPECT_EQ(reject.getTextAsString(), "outcome unknown, retry with the same request id");
  }
  client.SendMessage(QueryMessage(5));
  EXPECT_EQ(TemplateOf(client.Receive()), 72U);
}

TEST(Drain, AnswersWhatIsInFlightCancelsAndCloses) {
  GatewayWorld world;
  WireClient client = world.LoggedOn(world.trader, {.cancel_on_disconnect = true});
  WireClient idle = world.LoggedOn(world.other);
  world.engine->HoldCommands(true);
  client.SendMessage(NewOrderMessage(1));
  while (world.server->counters().commands_accepted.load() != 1) {
    std::this_thread::yield();
  }
  auto drained =
      std::async(std::launch::async, [&] { return world.server->Drain(10 * kSecondNs); });
  // One order after another until the drain has begun: on a busy machine the ring may fill first.
  const GatewayCounters& counters = world.server->counters();
  auto refusal = sbe::SessionError::NONE;
  while (refusal != sbe::SessionError::SHUTTING_DOWN) {
    const std::uint64_t accepted = counters.commands_accepted.load();
    const std::uint64_t refused = counters.messages_refused.load();
    client.SendMessage(NewOrderMessage(2));
    while (counters.commands_accepted.load() == accepted &&
           counters.messages_refused.load() == refused) {
      std::this_thread::yield();
    }
    if (counters.messages_refused.load() != refused) {
      const Bytes message = client.Receive();
      ASSERT_EQ(TemplateOf(message), sbe::SessionReject::sbeTemplateId());
      refusal = Decode<sbe::SessionReject>(message).sessionError();
    }
  }
  world.engine->HoldCommands(false);
  // Replies come as they come; the end is the same.
  bool answered = false;
  for (;;) {
    const Bytes message = client.Receive();
    if (PrivateSequenceOf(message) == 1) {
      answered = true;
    } else if (TemplateOf(message) == sbe::SessionReject::sbeTemplateId()) {
      auto reject = Decode<sbe::SessionReject>(message);
      EXPECT_EQ(reject.sessionError(), sbe::SessionError::SHUTTING_DOWN);
      if (reject.closing() != 0) {
        break;
      }
    } else {
      ASSERT_FALSE(message.empty());
    }
  }
  EXPECT_TRUE(answered);
  EXPECT_TRUE(client.Receive().empty());
  ExpectEndAfterReject(idle, sbe::SessionError::SHUTTING_DOWN);
  client.Close();
  idle.Close();
  EXPECT_TRUE(drained.get());
  const auto seen = world.engine->AwaitCommands(2);
  ExpectDisconnectCancel(seen.back(), 1);
}

TEST(Drain, GivesUpAtItsTimeOut) {
  GatewayWorld world;
  WireClient client = world.LoggedOn(world.trader);
  world.engine->HoldCommands(true);
  client.SendMessage(NewOrderMessage(1));
  while (world.server->counters().commands_accepted.load() != 1) {
    std::this_thread::yield();
  }
  EXPECT_FALSE(world.server->Drain(kSecondNs / 5));
}

}  // namespace
}  // namespace lockstep
