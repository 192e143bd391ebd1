// Nodes killed, ended and started again under load.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "testing/three_nodes/cluster_fixture.h"

namespace lockstep::testing_system {
namespace {

int Rounds() {
  const char* set = std::getenv("LOCKSTEP_CLUSTER_ROUNDS");
  return set != nullptr ? std::atoi(set) : 2;
}

class ClusterKillsTest : public ClusterTest {
 protected:
  // Kills whoever leads; what is acknowledged from then on comes from another.
  void KillLeaderAndGoOn() {
    AwaitLeader();
    const int leader = *cluster().Leader();
    cluster().Kill(leader);
    AwaitLeader(leader);
    AwaitAcknowledged(100);
    const Status started = cluster().Start(leader);
    ASSERT_TRUE(started.ok()) << started.message();
    AwaitCaughtUp(leader);
  }

  // The node has applied what another one has by now.
  void AwaitCaughtUp(int member) {
    const auto other = StateOf((member + 1) % kNodes);
    ASSERT_TRUE(Await([&] {
      const auto own = StateOf(member);
      return own && own->position > 0 && (!other || own->position >= other->position);
    })) << cluster().Tail();
  }
};

TEST_F(ClusterKillsTest, LeaderKilledAgainAndAgain) {
  StartTraders();
  const int rounds = Rounds();
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    KillLeaderAndGoOn();
    ASSERT_FALSE(HasFatalFailure());
  }
  StopAndCompare();
}

TEST_F(ClusterKillsTest, FollowerKilledAndBack) {
  StartTraders();
  const int follower = Follower(*cluster().Leader());
  cluster().Kill(follower);
  AwaitAcknowledged(200);
  ASSERT_TRUE(cluster().Start(follower).ok());
  AwaitCaughtUp(follower);
  AwaitAcknowledged(100);
  StopAndCompare();
}

TEST_F(ClusterKillsTest, NothingIsAcknowledgedWithoutAMajority) {
  StartTraders();
  AwaitLeader();
  const int leader = *cluster().Leader();
  cluster().Kill(Follower(leader, 1));
  cluster().Kill(Follower(leader, 2));
  // What was committed before the second kill may still be on its way to the traders.
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const std::uint64_t before = Acknowledged();
  std::this_thread::sleep_for(std::chrono::milliseconds(2'000));
  EXPECT_EQ(Acknowledged(), before);
  ASSERT_TRUE(cluster().Start(Follower(leader, 1)).ok());
  AwaitAcknowledged(100);
  ASSERT_TRUE(cluster().Start(Follower(leader, 2)).ok());
  AwaitCaughtUp(Follower(leader, 2));
  StopAndCompare();
}

// docs/operations.md, "A known hazard", says what this has shown, and what was done.
TEST_F(ClusterKillsTest, AllKilledAndStartedAgain) {
  StartTraders();
  AwaitAcknowledged(200);
  for (int member = 0; member < kNodes; ++member) {
    cluster().Kill(member);
  }
  const Status started = cluster().StartAll();
  ASSERT_TRUE(started.ok()) << started.message();
  AwaitAcknowledged(100);
  StopAndCompare();
}

TEST_F(ClusterKillsTest, LeaderEndedInOrder) {
  StartTraders();
  AwaitLeader();
  const int leader = *cluster().Leader();
  const auto exit_code = cluster().Terminate(leader);
  ASSERT_TRUE(exit_code) << exit_code.error().message();
  EXPECT_EQ(*exit_code, 0) << cluster().Tail();
  AwaitLeader(leader);
  AwaitAcknowledged(100);
  ASSERT_TRUE(cluster().Start(leader).ok());
  AwaitCaughtUp(leader);
  StopAndCompare();
}

}  // namespace
}  // namespace lockstep::testing_system
