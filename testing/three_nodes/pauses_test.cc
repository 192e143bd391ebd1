// Nodes that stand still for a while under load.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <thread>

#include "client/command_builder.h"
#include "client/sbe_client.h"
#include "client/wire.h"
#include "lockstep_sbe/QueryEnd.h"
#include "testing/three_nodes/cluster_fixture.h"

namespace lockstep::testing_system {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class ClusterPausesTest : public ClusterTest {
 protected:
  // Whatever this connection to a node that was paused says of the account is as of `position` or
  // later. Asks again until the node has said something that is not an answer, or `seconds` are
  // over.
  static void ExpectNothingFromBefore(SbeClient& client, std::int64_t position) {
    CommandBuilder commands;
    const auto until = steady_clock::now() + milliseconds(2'000);
    while (steady_clock::now() < until) {
      const auto message = client.Receive(10);
      if (!message) {
        if (message.error().code() != StatusCode::kUnavailable ||
            !client.Send(commands.Query(QueryKind::kBalances)).ok()) {
          return;  // it may end the connection
        }
      } else if (auto end = As<sbe::QueryEnd>(*message)) {
        ASSERT_GE(end->header().position(), position) << "an answer from the past";
      }
    }
  }
};

TEST_F(ClusterPausesTest, LeaderThatWokeUpDoesNotAnswerFromThePast) {
  StartTraders();
  AwaitLeader();
  const int leader = *cluster().Leader();
  auto client = SbeClient::Connect(cluster().sbe_address(leader));
  ASSERT_TRUE(client);
  ASSERT_TRUE((*client)->Logon(keys().maker));
  cluster().Pause(leader);
  const auto paused_at = steady_clock::now();
  AwaitLeader(leader);
  AwaitAcknowledged(100);
  // The pause is past every time-out by then, and what follows waits in the socket.
  std::this_thread::sleep_until(paused_at + milliseconds(2'000));
  CommandBuilder commands;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE((*client)->Send(commands.Query(QueryKind::kBalances)).ok());
  }
  const auto now = StateOf(*cluster().AwaitLeader());
  ASSERT_TRUE(now);
  cluster().Resume(leader);
  ExpectNothingFromBefore(**client, now->position);
  AwaitAcknowledged(100);
  StopAndCompare();
}

TEST_F(ClusterPausesTest, FollowerThatFellFarBehindCatchesUp) {
  StartTraders(200);
  AwaitLeader();
  const int follower = Follower(*cluster().Leader());
  cluster().Pause(follower);
  std::this_thread::sleep_for(milliseconds(10'000));
  AwaitAcknowledged(100);
  cluster().Resume(follower);
  const auto now = StateOf(Follower(follower));
  ASSERT_TRUE(now);
  ASSERT_TRUE(Await([&] {
    // One that finds that it was away too long may end; whoever watches over it starts it again.
    if (!cluster().IsRunning(follower)) {
      std::printf("the node that was paused has ended:\n%s", cluster().Tail(5).c_str());
      EXPECT_TRUE(cluster().Start(follower).ok());
    }
    const auto own = StateOf(follower);
    return own && own->position >= now->position;
  })) << cluster().Tail();
  StopAndCompare();
}

}  // namespace
}  // namespace lockstep::testing_system
