#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "cluster/divergence.h"
#include "cluster/join_gate.h"
#include "cluster/node_status.h"

namespace lockstep {
namespace {

using Trail = std::vector<DigestAt>;

TEST(Divergence, ThoseWhoAgreeAgreeWhereverTheyCanBeCompared) {
  const Trail own = {{100, 1}, {200, 2}, {300, 3}};
  EXPECT_EQ(
      JudgeDigests(own, std::vector<Trail>{{{100, 1}, {200, 2}}, {{300, 3}, {400, 9}}}, 3).verdict,
      Verdict::kAgrees);
  EXPECT_EQ(JudgeDigests(own, std::vector<Trail>{}, 3).verdict, Verdict::kAgrees);
  EXPECT_EQ(JudgeDigests(own, std::vector<Trail>{{{150, 7}}}, 3).verdict, Verdict::kAgrees);
}

TEST(Divergence, TheMinorityIsWhoStops) {
  const Trail own = {{100, 1}, {200, 2}, {300, 3}};
  const auto minority =
      JudgeDigests(own, std::vector<Trail>{{{200, 7}, {300, 8}}, {{200, 7}, {300, 8}}}, 3);
  EXPECT_EQ(minority.verdict, Verdict::kMinority);
  EXPECT_EQ(minority.position, 200) << "the first position that differs is the one to look at";
  EXPECT_EQ(minority.own, 2U);
  EXPECT_EQ(minority.other, 7U);
  EXPECT_EQ(JudgeDigests(own, std::vector<Trail>{{{200, 2}}, {{200, 7}}}, 3).verdict,
            Verdict::kOthers);
}

TEST(Divergence, WithoutAMajorityNobodyIsRight) {
  const Trail own = {{100, 1}};
  EXPECT_EQ(JudgeDigests(own, std::vector<Trail>{{{100, 2}}}, 3).verdict, Verdict::kOpen);
  EXPECT_EQ(JudgeDigests(own, std::vector<Trail>{{{100, 2}}, {{100, 3}}}, 3).verdict,
            Verdict::kNoMajority);
  EXPECT_EQ(JudgeDigests(own, std::vector<Trail>{{{100, 2}}, {{100, 2}}, {}}, 5).verdict,
            Verdict::kOpen);
}

TEST(DigestTrail, KeepsTheSamePositionsWhateverCameBetween) {
  DigestTrail trail;
  DigestTrail from_the_middle;
  for (std::int64_t position = 160; position < 1 << 20; position += 160) {
    const auto digest = static_cast<std::uint64_t>(position * 7);
    trail.Record(position, digest);
    if (position > 500'000) {
      from_the_middle.Record(position, digest);
    }
  }
  const auto whole = trail.Recent();
  const Trail part = from_the_middle.Recent();
  const auto judged = JudgeDigests(whole, std::vector<Trail>{part, part}, 3);
  EXPECT_EQ(judged.verdict, Verdict::kAgrees);
  std::size_t common = 0;
  for (const DigestAt& at : whole) {
    common += static_cast<std::size_t>(std::ranges::count(part, at) != 0 ? 1 : 0);
  }
  EXPECT_GE(common, 20U);
}

NodeStatus Other(std::int32_t member, std::string role, std::int64_t term, std::int32_t leader,
                 std::int64_t committed) {
  NodeStatus status;
  status.member = member;
  status.role = std::move(role);
  status.term = term;
  status.leader = leader;
  status.committed = committed;
  return status;
}

constexpr Newcomer kNewcomer{.member = 0, .recorded = 9'000};

bool Joins(const std::vector<NodeStatus>& others, std::size_t cluster_size) {
  const JoinAnswer answer = MayJoin(kNewcomer, others, cluster_size);
  EXPECT_EQ(answer.may_join, answer.why_not.empty());
  return answer.may_join;
}

TEST(JoinGate, WaitsForAMajorityBehindTheNewLeader) {
  const NodeStatus leader = Other(1, "leader", 5, 1, 10'000);
  EXPECT_FALSE(Joins({leader, Other(2, "candidate", 4, -1, 9'000)}, 3));
  EXPECT_FALSE(Joins({leader, Other(2, "follower", 4, 1, 9'000)}, 3));
  EXPECT_FALSE(Joins({leader}, 3));
  EXPECT_TRUE(Joins({leader, Other(2, "follower", 5, 1, 9'500)}, 3));
}

TEST(JoinGate, WaitsUntilItsOwnTailCanStandForNothing) {
  const NodeStatus follower = Other(2, "follower", 5, 1, 8'000);
  EXPECT_FALSE(Joins({Other(1, "leader", 5, 1, 8'999), follower}, 3));
  EXPECT_TRUE(Joins({Other(1, "leader", 5, 1, 9'000), follower}, 3));
}

TEST(JoinGate, WaitsUntilTheOthersHaveNoticed) {
  EXPECT_FALSE(Joins({Other(1, "follower", 5, 0, 9'000), Other(2, "follower", 5, 0, 9'000)}, 3));
}

TEST(JoinGate, WithoutALeaderEverybodyIsNeeded) {
  EXPECT_FALSE(Joins({}, 3));
  EXPECT_TRUE(Joins({}, 1));
  EXPECT_TRUE(Joins({Other(2, "candidate", 4, -1, 9'000)}, 3));
  EXPECT_FALSE(Joins({Other(2, "candidate", 4, -1, 9'000)}, 5));
}

TEST(NodeStatusJson, SurvivesTheWay) {
  NodeStatus status = Other(2, "follower", 7, 1, 123'456'789'012);
  status.phase = "serving";
  status.takes_commands = true;
  status.applied = 5;
  status.snapshot = 4;
  status.older_snapshot = 3;
  status.digest = 0xFEDCBA9876543210U;
  status.wall_ns = 1'700'000'000'000'000'001;
  status.digests = {{100, 0xFFFFFFFFFFFFFFFFU}, {200, 0}};
  status.members = {{.id = 0, .rest = "a:1", .sbe = "a:2"}, {.id = 2, .rest = "b:1", .sbe = "b:2"}};
  const auto back = ParseNodeStatus(ToJson(status));
  ASSERT_TRUE(back.has_value()) << back.error().message();
  EXPECT_EQ(ToJson(*back), ToJson(status));
  EXPECT_EQ(back->digests, status.digests);
  EXPECT_TRUE(back->takes_commands);
}

TEST(NodeStatusJson, WhatIsNoStatusIsRefused) {
  EXPECT_FALSE(ParseNodeStatus("").has_value());
  EXPECT_FALSE(ParseNodeStatus("[]").has_value());
  const auto missing = ParseNodeStatus(R"({"member":1})");
  ASSERT_FALSE(missing.has_value());
  EXPECT_NE(missing.error().message().find("phase"), std::string::npos);
}

}  // namespace
}  // namespace lockstep
