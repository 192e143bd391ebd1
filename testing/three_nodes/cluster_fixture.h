// What the tests of a cluster share: three nodes in a directory that goes away, the load, and the
// comparison of all ledgers with all nodes at the end.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/credentials.h"
#include "client/local_cluster.h"
#include "testing/three_nodes/cluster_trader.h"

namespace lockstep::testing_system {

struct NodeState {
  std::int64_t position = -1;
  std::string digest;
};

class ClusterTest : public ::testing::Test {
 protected:
  static constexpr int kNodes = 3;

  ClusterTest();
  ~ClusterTest() override;

  // Three nodes of which one leads.
  void SetUp() override;

  [[nodiscard]] LocalCluster& cluster() { return *cluster_; }
  [[nodiscard]] const KeysFile& keys() const { return *keys_; }
  // One that does not lead, and the next one.
  [[nodiscard]] int Follower(int leader, int which = 1) const { return (leader + which) % kNodes; }

  // Two traders on each of the two accounts; waits until each has an answer.
  void StartTraders(double orders_per_second_each = 100);
  [[nodiscard]] std::uint64_t Acknowledged() const;
  // Waits until so many more commands are acknowledged.
  void AwaitAcknowledged(std::uint64_t more);
  void AwaitLeader(int not_this = -1);

  // Position and digest, as of one entry; nothing: the node does not answer.
  [[nodiscard]] std::optional<NodeState> StateOf(int member) const;
  [[nodiscard]] std::optional<double> MetricOf(int member, const std::string& name) const;

  void StopTraders();
  // Stops the traders and checks that all nodes, which must run, hold what the traders know.
  void StopAndCompare();
  // All nodes are seen at one position with one digest; wherever two are seen at the same position,
  // their digests are the same.
  void ExpectEqualDigests();

  // After StopAndCompare: trade id → lots.
  [[nodiscard]] std::map<std::uint64_t, std::int64_t> TradesOfLedgers();

  // Waits for `condition`, for a minute at most.
  static bool Await(const std::function<bool()>& condition);

 private:
  void CompareEventsOn(int member, ClusterTrader& trader);
  void CompareWithLeader(ClusterTrader& trader);
  void CompareTradesOn(int member);

  std::string directory_;
  std::unique_ptr<LocalCluster> cluster_;
  std::optional<KeysFile> keys_;
  std::vector<std::unique_ptr<ClusterTrader>> traders_;
};

}  // namespace lockstep::testing_system
