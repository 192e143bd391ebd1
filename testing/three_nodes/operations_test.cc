// What operators do to a cluster under load, by the command line that they use; and a node that
// computes something else than the others.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "testing/three_nodes/cluster_fixture.h"

namespace lockstep::testing_system {
namespace {

constexpr int kDivergedExit = 5;

class ClusterOperationsTest : public ClusterTest {
 protected:
  // `lockstep cluster … ACT`; the exit code.
  int Cluster(const std::string& act, int ask = 0) {
    const std::string command = std::string(LOCKSTEP_BINARY_DIR) + "/lockstep cluster --node " +
                                cluster().http_address(ask) + " --keys " + cluster().keys_path() +
                                " " + act + " >/dev/null 2>&1";
    const int outcome = std::system(command.c_str());  // NOLINT(cert-env33-c): ours, no input
    return WIFEXITED(outcome) ? WEXITSTATUS(outcome) : -1;
  }

  std::size_t SnapshotsOf(int member) {
    std::size_t count = 0;
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator(
             cluster().data_directory(member) + "/snapshots", error)) {
      count += file.path().extension() == ".snapshot" ? 1U : 0U;
    }
    return count;
  }

  // A snapshot at one position is there on every node.
  void TakeSnapshot(std::size_t expected) {
    ASSERT_TRUE(Await([&] { return Cluster("snapshot") == 0; })) << cluster().Tail();
    for (int member = 0; member < kNodes; ++member) {
      ASSERT_TRUE(Await([&] { return SnapshotsOf(member) >= expected; })) << cluster().Tail();
    }
  }

  void AwaitLine(const std::string& text) {
    ASSERT_TRUE(Await([&] {
      for (const NodeLine& line : cluster().Lines()) {
        if (line.text.find(text) != std::string::npos) {
          return true;
        }
      }
      return false;
    })) << "nobody said: "
        << text << "\n"
        << cluster().Tail();
  }

  // The node of the build that forgets one order stops; the others trade on; with the right build
  // it is one of them again.
  void StopsAndIsWellAgain(int member) {
    const auto code = cluster().AwaitEnd(member);
    ASSERT_TRUE(code) << code.error().message() << cluster().Tail();
    EXPECT_EQ(*code, kDivergedExit) << cluster().Tail();
    AwaitLine("ALARM: divergence at position");
    AwaitLeader(member);
    AwaitAcknowledged(100);
    cluster().SetExecutable(member, std::string(LOCKSTEP_BINARY_DIR) + "/lockstep");
    ASSERT_TRUE(cluster().Start(member).ok());
    ASSERT_TRUE(cluster().AwaitReady(member).ok());
    StopTraders();
    // What it has told the traders until it stopped was another market's: their ledgers do not
    // count.
    ExpectEqualDigests();
  }

  void StartWithForgetfulBuild(int member) {
    ASSERT_TRUE(cluster().Terminate(member));
    cluster().SetExecutable(member, std::string(LOCKSTEP_BINARY_DIR) + "/lockstep_divergent");
    ASSERT_TRUE(cluster().Start(member).ok());
    ASSERT_TRUE(cluster().AwaitReady(member).ok());
    ASSERT_TRUE(cluster().AwaitAgreement().ok());
  }
};

TEST_F(ClusterOperationsTest, SnapshotUnderLoadThenRestartFromIt) {
  StartTraders();
  AwaitAcknowledged(100);
  TakeSnapshot(1);
  AwaitAcknowledged(100);
  for (int member = 0; member < kNodes; ++member) {
    cluster().Kill(member);
    ASSERT_TRUE(cluster().Start(member).ok());
    ASSERT_TRUE(cluster().AwaitReady(member).ok()) << cluster().Tail();
    ASSERT_TRUE(cluster().AwaitAgreement().ok()) << cluster().Tail();
    AwaitAcknowledged(50);
  }
  StopAndCompare();
}

TEST_F(ClusterOperationsTest, PurgeTakesOnlyWhatNobodyNeeds) {
  StartTraders();
  AwaitAcknowledged(50);
  EXPECT_EQ(Cluster("purge"), 1) << "without two snapshots the whole log is needed";
  TakeSnapshot(1);
  AwaitAcknowledged(50);
  TakeSnapshot(2);
  EXPECT_TRUE(Await([&] { return Cluster("purge") == 0; }));
  cluster().Kill(2);
  EXPECT_EQ(Cluster("purge"), 1) << "what a node that is away needs cannot be told";
  ASSERT_TRUE(cluster().Start(2).ok());
  ASSERT_TRUE(cluster().AwaitReady(2).ok()) << cluster().Tail();
  AwaitAcknowledged(50);
  EXPECT_TRUE(Await([&] { return Cluster("verify") == 0; })) << cluster().Tail();
  StopAndCompare();
}

TEST_F(ClusterOperationsTest, LeaderThatStepsDownComesBackAsFollower) {
  StartTraders();
  AwaitAcknowledged(50);
  AwaitLeader();
  const int leader = *cluster().Leader();
  ASSERT_EQ(Cluster("step-down", Follower(leader)), 0) << "any node knows whom to ask";
  AwaitLeader(leader);
  AwaitAcknowledged(100);
  ASSERT_TRUE(Await([&] { return StateOf(leader).has_value(); })) << cluster().Tail();
  ASSERT_TRUE(Await([&] { return Cluster("status") == 0; }));
  StopAndCompare();
}

TEST_F(ClusterOperationsTest, DivergenceOfAFollowerIsFound) {
  AwaitLeader();
  const int follower = Follower(*cluster().Leader());
  StartWithForgetfulBuild(follower);
  ASSERT_FALSE(HasFatalFailure());
  StartTraders();
  StopsAndIsWellAgain(follower);
}

TEST_F(ClusterOperationsTest, DivergenceOfTheLeaderIsFound) {
  AwaitLeader();
  const int member = Follower(*cluster().Leader());
  StartWithForgetfulBuild(member);
  ASSERT_FALSE(HasFatalFailure());
  // Whoever else leads steps down, until it is this one.
  ASSERT_TRUE(Await([&] {
    const auto leader = cluster().Leader();
    if (leader && *leader != member) {
      Cluster("step-down", *leader);
      return !cluster().AwaitAgreement().ok() || cluster().Leader() == member;
    }
    return leader == member;
  })) << cluster().Tail();
  StartTraders();
  StopsAndIsWellAgain(member);
}

}  // namespace
}  // namespace lockstep::testing_system
