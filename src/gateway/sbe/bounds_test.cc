// What no client can do to the gateway: each bound, and that the others go on while one misbehaves.
#include <gtest/gtest.h>

#include "gateway/sbe/harness_for_test.h"
#include "lockstep_sbe/Challenge.h"
#include "lockstep_sbe/SessionReject.h"
#include "protocol/frame.h"

namespace lockstep {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

void ExpectStillServing(GatewayWorld& world) {
  WireClient client = world.LoggedOn(world.other);
  client.SendMessage(QueryMessage(1));
  EXPECT_EQ(TemplateOf(client.Receive()), 72U);
}

Bytes RawHeader(std::uint32_t length, std::uint16_t encoding) {
  Bytes bytes(kFrameHeaderBytes + 100);
  WriteFrameHeader(bytes.data(), length - kFrameHeaderBytes);
  bytes[4] = static_cast<std::byte>(encoding >> 8U);
  bytes[5] = static_cast<std::byte>(encoding & 0xFFU);
  return bytes;
}

TEST(Bounds, MalformedFramesAreNamedAndEndTheConnection) {
  GatewayWorld world;
  const struct {
    Bytes bytes;
    sbe::SessionError::Value error;
  } cases[] = {
      {RawHeader(0xFFFF'FFFF, 0xEB50), sbe::SessionError::MESSAGE_TOO_LARGE},
      {RawHeader(263, 0xEB50), sbe::SessionError::MESSAGE_TOO_LARGE},
      {RawHeader(0, 0xEB50), sbe::SessionError::MALFORMED},
      {RawHeader(13, 0xEB50), sbe::SessionError::MALFORMED},
      {RawHeader(20, 0x5BE0), sbe::SessionError::MALFORMED},
  };
  for (const auto& bad : cases) {
    WireClient before = world.Connect();
    before.SendRaw(bad.bytes);
    ExpectEndAfterReject(before, bad.error);
    WireClient after = world.LoggedOn(world.trader);
    after.SendRaw(bad.bytes);
    ExpectEndAfterReject(after, bad.error);
  }
  EXPECT_EQ(world.server->counters().malformed.load(), 10U);
  ExpectStillServing(world);
}

TEST(Bounds, MalformedMessagesAreNamedAndEndTheConnection) {
  GatewayWorld world;
  Bytes short_block = NewOrderMessage(1);
  short_block[0] = std::byte{10};
  Bytes cut_data = NewOrderMessage(1);
  cut_data.resize(cut_data.size() - 1);
  Bytes long_data = NewOrderMessage(1);
  long_data[long_data.size() - 2] = std::byte{255};
  Bytes other_schema = NewOrderMessage(1);
  other_schema[4] = std::byte{1};
  for (const Bytes& bad : {short_block, cut_data, long_data, other_schema}) {
    WireClient client = world.LoggedOn(world.trader);
    client.SendMessage(bad);
    ExpectEndAfterReject(client, sbe::SessionError::MALFORMED);
  }
  ExpectStillServing(world);
}

TEST(Bounds, UnknownTemplateIsRefusedAndTheSessionGoesOn) {
  GatewayWorld world;
  WireClient client = world.LoggedOn(world.trader);
  Bytes unknown = NewOrderMessage(1);
  for (const int id : {0, 7, 30, 31, 40, 82, 83, 101, 255}) {
    unknown[2] = static_cast<std::byte>(id);
    client.SendMessage(unknown);
    ExpectReject(client.Receive(), sbe::SessionError::UNKNOWN_TEMPLATE, false);
  }
}

TEST(Bounds, TricklingSenderIsDropped) {
  GatewayWorld world;
  WireClient before = world.Connect();
  WireClient after = world.LoggedOn(world.trader);
  const Bytes order = Framed(NewOrderMessage(1));
  std::size_t at = 0;
  for (int second = 0; second < 16; ++second) {
    // Bytes come, a message never does.
    if (second < 5) {
      before.SendRaw(std::span(order).subspan(at, 1));
    }
    after.SendRaw(std::span(order).subspan(at, 1));
    ++at;
    world.clock.AdvanceNs(kSecondNs);
  }
  ExpectEndAfterReject(before, sbe::SessionError::LOGON_TIMEOUT);
  ExpectEndAfterReject(after, sbe::SessionError::HEARTBEAT_TIMEOUT);
  ExpectStillServing(world);
}

TEST(Bounds, SlowReaderIsEndedAndNobodyWaits) {
  GatewayLimits limits;
  limits.max_outbound_bytes = std::size_t{1} << 20U;
  GatewayWorld world(limits);
  WireClient slow = world.LoggedOn(world.trader);
  WireClient quick = world.LoggedOn(world.watcher);
  std::uint64_t expected = 0;
  while (world.server->counters().slow_consumers.load() == 0 && expected < 200'000) {
    world.engine->EmitNumbered(AccountId(1), 100);
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(PrivateSequenceOf(quick.Receive()), ++expected);
    }
  }
  EXPECT_EQ(world.server->counters().slow_consumers.load(), 1U);
  // What was queued can still be read, and then why it ended.
  ExpectEndAfterReject(slow, sbe::SessionError::SLOW_CONSUMER);
  ExpectStillServing(world);
}

TEST(Bounds, FloodAboveTheRateIsRefusedMessageByMessage) {
  GatewayLimits limits;
  limits.max_messages_per_second = 10;
  GatewayWorld world(limits);
  WireClient client = world.LoggedOn(world.trader);  // the Logon took one of ten
  for (std::uint64_t i = 1; i <= 9; ++i) {
    client.SendMessage(NewOrderMessage(i));
    EXPECT_EQ(PrivateSequenceOf(client.Receive()), i);
  }
  client.SendMessage(NewOrderMessage(99));
  const Bytes message = client.Receive();
  ExpectReject(message, sbe::SessionError::TOO_MANY_REQUESTS, false);
  auto reject = Decode<sbe::SessionReject>(message);
  EXPECT_EQ(reject.retryAfterMs(), 100U);
  EXPECT_EQ(reject.requestIdLow(), 99U);
  world.clock.AdvanceNs(kSecondNs / 10);
  client.SendMessage(NewOrderMessage(100));
  EXPECT_EQ(PrivateSequenceOf(client.Receive()), 10U);
}

TEST(Bounds, FullRingIsBackPressureWithTheRequestId) {
  GatewayWorld world({}, nullptr, 4'096);
  world.engine->HoldCommands(true);
  WireClient client = world.LoggedOn(world.trader);
  for (std::uint64_t i = 1; i <= 100; ++i) {
    client.SendMessage(NewOrderMessage(i));
  }
  const Bytes message = client.Receive();
  ExpectReject(message, sbe::SessionError::BACK_PRESSURED, false);
  EXPECT_GT(Decode<sbe::SessionReject>(message).retryAfterMs(), 0U);
  const std::uint64_t refused = Decode<sbe::SessionReject>(message).requestIdLow();
  EXPECT_GT(refused, 10U);
  world.engine->HoldCommands(false);
  EXPECT_EQ(world.engine->AwaitCommands(refused - 1).size(), refused - 1);
}

TEST(Bounds, TooManyInFlight) {
  GatewayLimits limits;
  limits.max_in_flight = 3;
  GatewayWorld world(limits);
  world.engine->HoldCommands(true);
  WireClient client = world.LoggedOn(world.trader);
  for (std::uint64_t i = 1; i <= 4; ++i) {
    client.SendMessage(NewOrderMessage(i));
  }
  ExpectReject(client.Receive(), sbe::SessionError::TOO_MANY_REQUESTS, false);
  world.engine->HoldCommands(false);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(PrivateSequenceOf(client.Receive()), i);
  }
  client.SendMessage(NewOrderMessage(5));
  EXPECT_EQ(PrivateSequenceOf(client.Receive()), 4U);
}

TEST(Bounds, ConnectionsInAllAndFromOneAddress) {
  for (const bool in_all : {true, false}) {
    GatewayLimits limits;
    (in_all ? limits.max_connections : limits.max_connections_per_address) = 2;
    GatewayWorld world(limits);
    WireClient first = world.LoggedOn(world.trader);
    {
      WireClient second = world.LoggedOn(world.trader);
      WireClient third = world.Connect();
      ExpectEndAfterReject(third, sbe::SessionError::TOO_MANY_CONNECTIONS);
      second.SendMessage(LogoutMessage());
      EXPECT_TRUE(second.Receive().empty());
    }
    // The place is free again once the server has seen the end.
    Bytes message;
    do {
      WireClient again = world.Connect();
      message = again.Receive();
    } while (TemplateOf(message) == sbe::SessionReject::sbeTemplateId());
    EXPECT_EQ(TemplateOf(message), sbe::Challenge::sbeTemplateId());
  }
}

TEST(Bounds, HalfOpenConnectionsFreeTheirPlaces) {
  GatewayLimits limits;
  limits.max_connections = 50;
  GatewayWorld world(limits);
  std::vector<WireClient> silent;
  for (int i = 0; i < 50; ++i) {
    silent.push_back(world.Connect());
    ASSERT_EQ(TemplateOf(silent.back().Receive()), 80U);
  }
  world.clock.AdvanceNs(5 * kSecondNs);
  for (WireClient& client : silent) {
    ExpectEndAfterReject(client, sbe::SessionError::LOGON_TIMEOUT);
    client.Reset();
  }
  while (world.server->counters().connections_open.load() != 0) {
    std::this_thread::yield();
  }
  ExpectStillServing(world);
}

}  // namespace
}  // namespace lockstep
