// From connect to the end of a session: logon in all its ways, permissions, heartbeats, logout.
#include <gtest/gtest.h>

#include "gateway/sbe/harness_for_test.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/CancelAllReport.h"
#include "lockstep_sbe/Challenge.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Heartbeat.h"
#include "lockstep_sbe/LogonAck.h"
#include "lockstep_sbe/NewOrder.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/SessionReject.h"

namespace lockstep {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

TEST(SessionLife, LogonIsAcknowledgedWithAccountAndPermissions) {
  GatewayWorld world;
  world.engine->SetPrivateSequence(AccountId(1), 500);
  WireClient client = world.ConnectAndLogon(world.trader);
  const Bytes message = client.Receive();
  ASSERT_EQ(TemplateOf(message), sbe::LogonAck::sbeTemplateId());
  auto ack = Decode<sbe::LogonAck>(message);
  EXPECT_EQ(ack.account(), 1U);
  EXPECT_EQ(ack.privateSequence(), 500U);
  EXPECT_EQ(ack.permissions(), kPermissionRead | kPermissionTrade);
  EXPECT_EQ(ack.heartbeatIntervalMs(), 5'000U);
}

TEST(SessionLife, OrderReachesTheRingUnderTheGatewaysHeader) {
  GatewayWorld world;
  WireClient client = world.LoggedOn(world.trader);
  client.SendMessage(NewOrderMessage(77));
  const Bytes report = client.Receive();
  ASSERT_EQ(TemplateOf(report), sbe::ExecutionReport::sbeTemplateId());
  auto reply = Decode<sbe::ExecutionReport>(report).reply();
  EXPECT_EQ(reply.requestIdHigh(), 7U);
  EXPECT_EQ(reply.requestIdLow(), 77U);
  EXPECT_EQ(reply.privateSequence(), 1U);
  EXPECT_EQ(reply.matchedNs(), 4'242);
  EXPECT_EQ(reply.receivedNs(), world.clock.WallNs());
  EXPECT_EQ(reply.sentNs(), world.clock.WallNs());

  const Bytes command = world.engine->AwaitCommands(1).at(0);
  auto header = Decode<sbe::NewOrder>(command).header();
  EXPECT_EQ(header.account(), 1U);
  EXPECT_EQ(header.originNode(), 1U);
  EXPECT_EQ(header.flags(), 0U);
  EXPECT_EQ(header.reserved(), 0U);
  EXPECT_EQ(header.gatewayReceivedNs(), world.clock.WallNs());
  EXPECT_EQ(header.requestIdLow(), 77U);
}

TEST(SessionLife, WrongSecretUnknownKeyAndDisabledKeyGetTheSameAnswer) {
  GatewayWorld world;
  ApiCredentials wrong_secret = world.trader;
  wrong_secret.api_secret[0] = wrong_secret.api_secret[0] == 'x' ? 'y' : 'x';
  ApiCredentials unknown = world.trader;
  unknown.api_key = "nobody";
  ASSERT_TRUE(world.keys->SetEnabled(world.other.api_key, false).ok());
  for (const ApiCredentials& who : {wrong_secret, unknown, world.other}) {
    WireClient client = world.ConnectAndLogon(who);
    ExpectEndAfterReject(client, sbe::SessionError::BAD_CREDENTIALS);
  }
  EXPECT_EQ(world.server->counters().logon_failures.load(), 3U);
}

TEST(SessionLife, TimestampMustBeWithinFiveSecondsEitherWay) {
  GatewayWorld world;
  for (const std::int64_t offset : {-5 * kSecondNs, 5 * kSecondNs}) {
    WireClient client = world.LoggedOn(world.trader, {.timestamp_offset_ns = offset});
  }
  for (const std::int64_t offset :
       {-5 * kSecondNs - 1, 5 * kSecondNs + 1, INT64_MAX - world.clock.WallNs()}) {
    WireClient client = world.ConnectAndLogon(world.trader, {.timestamp_offset_ns = offset});
    ExpectEndAfterReject(client, sbe::SessionError::TIMESTAMP_OUTSIDE_WINDOW);
  }
}

TEST(SessionLife, RecordedLogonIsWorthNothingOnAnotherConnection) {
  GatewayWorld world;
  WireClient first = world.Connect();
  const Bytes logon = world.LogonMessage(first.Receive(), world.trader);
  first.SendMessage(logon);
  EXPECT_EQ(TemplateOf(first.Receive()), sbe::LogonAck::sbeTemplateId());
  WireClient second = world.Connect();
  second.Receive();
  second.SendMessage(logon);
  ExpectEndAfterReject(second, sbe::SessionError::BAD_CREDENTIALS);
}

TEST(SessionLife, SilentPeerIsDroppedWhenLogonIsLate) {
  GatewayWorld world;
  WireClient client = world.Connect();
  client.Receive();
  world.clock.AdvanceNs(5 * kSecondNs);
  ExpectEndAfterReject(client, sbe::SessionError::LOGON_TIMEOUT);
}

TEST(SessionLife, NothingButLogonBeforeLogon) {
  GatewayWorld world;
  for (const Bytes& message :
       {NewOrderMessage(1), QueryMessage(1), ResendRequestMessage(1, 0), SubscribeMessage(1, 1)}) {
    WireClient client = world.Connect();
    client.Receive();
    client.SendMessage(message);
    ExpectEndAfterReject(client, sbe::SessionError::NOT_LOGGED_ON);
  }
}

TEST(SessionLife, SecondLogonIsRefusedAndTheSessionGoesOn) {
  GatewayWorld world;
  WireClient client = world.Connect();
  const Bytes logon = world.LogonMessage(client.Receive(), world.trader);
  client.SendMessage(logon);
  client.ReceiveTemplate(sbe::LogonAck::sbeTemplateId());
  client.SendMessage(logon);
  ExpectReject(client.Receive(), sbe::SessionError::ALREADY_LOGGED_ON, false);
  client.SendMessage(NewOrderMessage(1));
  EXPECT_EQ(PrivateSequenceOf(client.Receive()), 1U);
}

TEST(SessionLife, PermissionsSeparateReadTradeAndAdmin) {
  GatewayWorld world;
  WireClient watcher = world.LoggedOn(world.watcher);
  watcher.SendMessage(NewOrderMessage(1));
  ExpectReject(watcher.Receive(), sbe::SessionError::PERMISSION_DENIED, false);
  watcher.SendMessage(QueryMessage(2));
  EXPECT_EQ(TemplateOf(watcher.Receive()), sbe::QueryEnd::sbeTemplateId());

  WireClient trader = world.LoggedOn(world.trader);
  trader.SendMessage(CreateAccountMessage(3));
  const Bytes refused = trader.Receive();
  ExpectReject(refused, sbe::SessionError::PERMISSION_DENIED, false);
  EXPECT_EQ(Decode<sbe::SessionReject>(refused).templateId(), 14U);

  WireClient admin = world.LoggedOn(world.admin);
  admin.SendMessage(CreateAccountMessage(3));
  EXPECT_EQ(TemplateOf(admin.Receive()), sbe::CancelAllReport::sbeTemplateId());
}

TEST(SessionLife, TickBelongsToTheSequencerAlone) {
  GatewayWorld world;
  WireClient admin = world.LoggedOn(world.admin);
  Bytes tick = CreateAccountMessage(3);
  tick[2] = std::byte{20};
  admin.SendMessage(tick);
  ExpectReject(admin.Receive(), sbe::SessionError::UNKNOWN_TEMPLATE, false);
}

TEST(SessionLife, RevokedKeyEndsItsSessions) {
  GatewayWorld world;
  WireClient client = world.LoggedOn(world.trader);
  ASSERT_TRUE(world.keys->SetEnabled(world.trader.api_key, false).ok());
  ExpectEndAfterReject(client, sbe::SessionError::BAD_CREDENTIALS);
}

TEST(SessionLife, HeartbeatsKeepTheSessionAndSilenceEndsIt) {
  GatewayWorld world;
  WireClient client = world.LoggedOn(world.trader);
  for (int i = 0; i < 4; ++i) {
    world.clock.AdvanceNs(5 * kSecondNs);
    EXPECT_EQ(TemplateOf(client.Receive()), sbe::Heartbeat::sbeTemplateId());
    client.SendMessage(HeartbeatMessage(true));
    EXPECT_EQ(TemplateOf(client.Receive()), sbe::Heartbeat::sbeTemplateId());
  }
  world.clock.AdvanceNs(15 * kSecondNs);
  ExpectEndAfterReject(client, sbe::SessionError::HEARTBEAT_TIMEOUT);
}

TEST(SessionLife, LogoutClosesWithoutAWord) {
  GatewayWorld world;
  WireClient client = world.LoggedOn(world.trader);
  client.SendMessage(LogoutMessage());
  EXPECT_TRUE(client.Receive().empty());
}

}  // namespace
}  // namespace lockstep
