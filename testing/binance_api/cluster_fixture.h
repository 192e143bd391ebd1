// A World that is member 1 of a cluster of three, with what the sequencer would tell in the test's
// hands.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/leadership.h"
#include "gateway/cluster_membership.h"
#include "testing/binance_api/world.h"
#include "testing/support/lease.h"

namespace lockstep {

inline ClusterAddresses ThreeMembers() {
  auto made = ClusterAddresses::Make(
      {{.member = 1, .host = "node-a", .rest_port = 8081, .sbe_port = 9091},
       {.member = 2, .host = "node-b", .rest_port = 8082, .sbe_port = 9092},
       {.member = 3, .scheme = "https", .host = "::1", .rest_port = 8083, .sbe_port = 9093}});
  return made ? *made : ClusterAddresses();
}

class ClusterTest : public testing::Test {
 public:
  static constexpr std::int64_t kMs = 1'000'000;
  static constexpr HttpMethod kGet = HttpMethod::kGet;
  static constexpr HttpMethod kPost = HttpMethod::kPost;
  static constexpr HttpMethod kDelete = HttpMethod::kDelete;
  static constexpr std::string_view kOrder = "/api/v3/order";
  static constexpr std::string_view kAccount = "/api/v3/account";

  static std::string Limit(const std::string& price) {
    return "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=" + price;
  }

  // This node leads, and may answer questions for a minute.
  std::uint64_t Lead(std::int64_t term = 1) {
    leadership.SetLeader(1);
    const std::uint64_t tenure = leadership.Open(term);
    testing_support::GrantLease(leadership, world.clock.MonotonicNs() + 60'000 * kMs);
    world.Run();
    return tenure;
  }
  // … no longer; `leader` does, or kNoLeader.
  void Lose(std::int32_t leader = Leadership::kNoLeader) {
    leadership.Close();
    leadership.SetLeader(leader);
    world.Run();
  }
  // The signed request without running, so that more can happen before its answer.
  std::shared_ptr<Answer> Begin(HttpMethod method, std::string_view path, const std::string& query,
                                const TestKey& key) {
    const std::string text = world.Sign(query, key);
    return method == kPost ? world.Start(method, path, {}, text, key.api_key)
                           : world.Start(method, path, text, {}, key.api_key);
  }
  // An order that is on the ring, and stays there.
  std::shared_ptr<Answer> InFlight(const std::string& price) {
    world.HoldCommands(true);
    auto answer = Begin(kPost, kOrder, Limit(price), world.maker);
    world.Run();
    EXPECT_EQ(answer->status, 0U);
    return answer;
  }
  [[nodiscard]] const ClusterCounters& counters() const {
    return world.gateway->cluster_counters();
  }

  Leadership leadership;
  ClusterMembership cluster{leadership, ThreeMembers(), 1};
  World world{{}, {}, &cluster};
};

}  // namespace lockstep
