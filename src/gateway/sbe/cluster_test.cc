// Sessions at a node of a cluster: Redirect, NewLeaderEvent, and what becomes of commands in flight
// when the node ceases to lead.
#include <gtest/gtest.h>

#include <cstdint>
#include <future>
#include <thread>

#include "base/leadership.h"
#include "gateway/cluster_membership.h"
#include "gateway/sbe/harness_for_test.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/NewLeaderEvent.h"
#include "lockstep_sbe/NewOrder.h"
#include "lockstep_sbe/Query.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/Redirect.h"
#include "lockstep_sbe/SessionReject.h"
#include "testing/support/lease.h"

namespace lockstep {
namespace {

constexpr std::int64_t kMs = 1'000'000;

ClusterAddresses ThreeMembers() {
  auto made = ClusterAddresses::Make(
      {{.member = 1, .host = "node-a", .rest_port = 8081, .sbe_port = 9091},
       {.member = 2, .host = "node-b", .rest_port = 8082, .sbe_port = 9092},
       {.member = 3, .host = "node-c", .rest_port = 8083, .sbe_port = 9093}});
  return made ? *made : ClusterAddresses();
}

class SbeClusterTest : public testing::Test {
 protected:
  void Lead(std::int64_t term = 1) {
    leadership_.SetLeader(1);
    leadership_.Open(term);
    testing_support::GrantLease(leadership_, world_.clock.MonotonicNs() + 60'000 * kMs);
  }
  void Lose(std::int32_t leader = Leadership::kNoLeader) {
    leadership_.Close();
    leadership_.SetLeader(leader);
  }
  // An order that is on the ring, and stays there.
  void SendHeld(WireClient& client, std::uint64_t request) {
    const std::uint64_t before = world_.server->counters().commands_accepted.load();
    world_.engine->HoldCommands(true);
    client.SendMessage(NewOrderMessage(request));
    while (world_.server->counters().commands_accepted.load() == before) {
      std::this_thread::yield();
    }
  }

  // Nothing is in flight any more, as the server counts it.
  void ExpectDrains(WireClient& client) {
    auto drained =
        std::async(std::launch::async, [this] { return world_.server->Drain(60'000 * kMs); });
    ExpectEndAfterReject(client, sbe::SessionError::SHUTTING_DOWN);
    client.Close();
    EXPECT_TRUE(drained.get());
  }

  Leadership leadership_;
  ClusterMembership cluster_{leadership_, ThreeMembers(), 1};
  GatewayWorld world_{{}, nullptr, std::size_t{1} << 16U, &cluster_};
};

void ExpectRedirect(const Bytes& message, std::uint64_t request, std::int32_t leader) {
  ASSERT_EQ(TemplateOf(message), sbe::Redirect::sbeTemplateId());
  auto redirect = Decode<sbe::Redirect>(message);
  EXPECT_EQ(redirect.requestIdHigh(), 7U);
  EXPECT_EQ(redirect.requestIdLow(), request);
  EXPECT_EQ(redirect.leader(), leader);
  if (leader == Leadership::kNoLeader) {
    EXPECT_GT(redirect.retryAfterMs(), 0U);
    EXPECT_EQ(redirect.getHostAsStringView(), "");
  } else {
    EXPECT_EQ(redirect.retryAfterMs(), 0U);
    EXPECT_EQ(redirect.restPort(), 8080 + leader);
    EXPECT_EQ(redirect.sbePort(), 9090 + leader);
    EXPECT_EQ(redirect.getHostAsString(), leader == 2 ? "node-b" : "node-c");
  }
}

void ExpectReport(const Bytes& message, std::uint64_t request) {
  ASSERT_EQ(TemplateOf(message), sbe::ExecutionReport::sbeTemplateId());
  EXPECT_EQ(Decode<sbe::ExecutionReport>(message).reply().requestIdLow(), request);
}

void ExpectNewLeader(const Bytes& message, std::int32_t leader) {
  ASSERT_EQ(TemplateOf(message), sbe::NewLeaderEvent::sbeTemplateId());
  EXPECT_EQ(Decode<sbe::NewLeaderEvent>(message).leader(), leader);
}

TEST_F(SbeClusterTest, AFollowerTakesSessionsAndRedirectsWhatNeedsTheLeader) {
  WireClient client = world_.LoggedOn(world_.trader);
  client.SendMessage(NewOrderMessage(1));
  ExpectRedirect(client.Receive(), 1, Leadership::kNoLeader);
  Lose(2);
  ExpectNewLeader(client.Receive(), 2);
  client.SendMessage(NewOrderMessage(2));
  const Bytes redirect = client.Receive();
  ExpectRedirect(redirect, 2, 2);
  EXPECT_EQ(Decode<sbe::Redirect>(redirect).templateId(), sbe::NewOrder::sbeTemplateId());
  client.SendMessage(QueryMessage(3));
  ExpectRedirect(client.Receive(), 3, 2);
  EXPECT_EQ(world_.server->cluster_counters().redirected.load(), 2U);
  EXPECT_EQ(world_.server->cluster_counters().no_leader.load(), 1U);
  Lead();
  ExpectNewLeader(client.Receive(), 1);
  client.SendMessage(NewOrderMessage(4));
  ExpectReport(client.Receive(), 4);
  EXPECT_EQ(world_.engine->AwaitCommands(1).size(), 1U) << "nothing before it reached the ring";
}

TEST_F(SbeClusterTest, QuestionsNeedTheLease) {
  Lead();
  WireClient client = world_.LoggedOn(world_.trader);
  client.SendMessage(QueryMessage(1));
  EXPECT_EQ(TemplateOf(client.ReceiveTemplate(sbe::QueryEnd::sbeTemplateId())),
            sbe::QueryEnd::sbeTemplateId());
  testing_support::GrantLease(leadership_, world_.clock.MonotonicNs());
  client.SendMessage(QueryMessage(2));
  ExpectRedirect(client.ReceiveTemplate(sbe::Redirect::sbeTemplateId()), 2, Leadership::kNoLeader);
  client.SendMessage(NewOrderMessage(3));
  ExpectReport(client.Receive(), 3);
  testing_support::GrantLease(leadership_, world_.clock.MonotonicNs() + kMs);
  client.SendMessage(QueryMessage(4));
  EXPECT_EQ(TemplateOf(client.Receive()), sbe::QueryEnd::sbeTemplateId());
}

TEST_F(SbeClusterTest, WhatNeverHappenedIsRedirectedAndTheRestAnsweredInItsPlace) {
  Lead();
  WireClient client = world_.LoggedOn(world_.trader);
  SendHeld(client, 1);
  SendHeld(client, 2);
  Lose();
  world_.engine->DropCommands();
  Lead(2);
  SendHeld(client, 3);
  world_.engine->BeginTerm(2, 1, 1);
  ExpectRedirect(client.ReceiveTemplate(sbe::Redirect::sbeTemplateId()), 1, Leadership::kNoLeader);
  ExpectRedirect(client.Receive(), 2, Leadership::kNoLeader);
  world_.engine->HoldCommands(false);
  ExpectReport(client.ReceiveTemplate(sbe::ExecutionReport::sbeTemplateId()), 3);
  EXPECT_EQ(world_.server->cluster_counters().never_happened.load(), 2U);
  // The session's account of what is in flight is empty again.
  ExpectDrains(client);
}

TEST_F(SbeClusterTest, AResultBeforeTheTermIsTheAnswer) {
  Lead();
  WireClient client = world_.LoggedOn(world_.trader);
  SendHeld(client, 1);
  Lose();
  world_.engine->HoldCommands(false);
  ExpectReport(client.Receive(), 1);
  world_.engine->BeginTerm(2, 1, 2);
  Lose(2);
  ExpectNewLeader(client.Receive(), 2);
  EXPECT_EQ(world_.server->cluster_counters().never_happened.load(), 0U);
}

TEST_F(SbeClusterTest, WithoutAWordOfItTheOutcomeIsUnknownAndALateResultStillComes) {
  Lead();
  WireClient client = world_.LoggedOn(world_.trader);
  SendHeld(client, 1);
  Lose(2);
  ExpectNewLeader(client.Receive(), 2);
  world_.clock.AdvanceNs(901 * kMs);
  const Bytes reject = client.Receive();
  ExpectReject(reject, sbe::SessionError::OUTCOME_UNKNOWN, false);
  EXPECT_EQ(Decode<sbe::SessionReject>(reject).requestIdLow(), 1U);
  Lead(3);
  ExpectNewLeader(client.Receive(), 1);
  SendHeld(client, 2);
  world_.engine->HoldCommands(false);
  ExpectReport(client.Receive(), 1);
  ExpectReport(client.Receive(), 2);
  ExpectDrains(client);
}

TEST_F(SbeClusterTest, ALeaderAnnouncesItsSuccessorBeforeItLeaves) {
  Lead();
  WireClient client = world_.LoggedOn(world_.trader);
  WireClient other = world_.LoggedOn(world_.other);
  leadership_.Close();
  world_.server->AnnounceLeader(Leadership::kNoLeader);
  ExpectNewLeader(client.ReceiveTemplate(sbe::NewLeaderEvent::sbeTemplateId()),
                  Leadership::kNoLeader);
  world_.server->AnnounceLeader(3);
  const Bytes event = client.Receive();
  ExpectNewLeader(event, 3);
  auto decoded = Decode<sbe::NewLeaderEvent>(event);
  EXPECT_EQ(decoded.sbePort(), 9093U);
  EXPECT_EQ(decoded.restPort(), 8083U);
  EXPECT_EQ(decoded.getHostAsString(), "node-c");
  leadership_.SetLeader(3);  // told already
  client.SendMessage(NewOrderMessage(1));
  ExpectRedirect(client.Receive(), 1, 3);
  ExpectNewLeader(other.ReceiveTemplate(sbe::NewLeaderEvent::sbeTemplateId()),
                  Leadership::kNoLeader);
}

TEST_F(SbeClusterTest, OnlyANodeThatLeadsCancelsOnDisconnect) {
  Lead();
  WireClient client = world_.LoggedOn(world_.trader, {.cancel_on_disconnect = true});
  Lose(2);
  ExpectNewLeader(client.ReceiveTemplate(sbe::NewLeaderEvent::sbeTemplateId()), 2);
  client.SendMessage(LogoutMessage());
  EXPECT_TRUE(client.Receive().empty());
  Lead(2);
  WireClient next = world_.LoggedOn(world_.trader);
  next.SendMessage(NewOrderMessage(1));
  const auto commands = world_.engine->AwaitCommands(1);
  EXPECT_EQ(TemplateOf(commands.at(0)), sbe::NewOrder::sbeTemplateId());
  EXPECT_EQ(world_.server->counters().cancels_on_disconnect.load(), 0U);
}

}  // namespace
}  // namespace lockstep
