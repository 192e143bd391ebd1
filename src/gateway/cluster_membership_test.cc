#include "gateway/cluster_membership.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/tenure_watch.h"
#include "testing/support/lease.h"

namespace lockstep {
namespace {

MemberAddress Member(std::int32_t id, const std::string& host = "node") {
  return {.member = id, .host = host, .rest_port = 8080, .sbe_port = 9090};
}

std::string WhyNot(std::vector<MemberAddress> members) {
  const auto made = ClusterAddresses::Make(std::move(members));
  return made ? "" : made.error().message();
}

TEST(ClusterAddresses, MakeUrlsOfNamesAndNumericAddresses) {
  const auto made = ClusterAddresses::Make({Member(0, "node-a.example"), Member(1, "fe80::1")});
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(made->Find(0)->RestUrl(), "http://node-a.example:8080");
  EXPECT_EQ(made->Find(1)->RestUrl(), "http://[fe80::1]:8080");
  EXPECT_EQ(made->Find(1)->SbeAddress(), "[fe80::1]:9090");
  EXPECT_EQ(made->Find(2), nullptr);
}

TEST(ClusterAddresses, RefuseWhatCouldNotBeReached) {
  EXPECT_EQ(WhyNot({Member(-1)}), "member -1: an id is 0 or more");
  EXPECT_EQ(WhyNot({Member(1), Member(1)}), "member 1: it is there twice");
  EXPECT_EQ(WhyNot({Member(1, "")}).substr(0, 18), "member 1: the host");
  EXPECT_EQ(WhyNot({Member(1, "a\r\nX: y")}).substr(0, 18), "member 1: the host");
  EXPECT_EQ(WhyNot({Member(1, "a/b")}).substr(0, 18), "member 1: the host");
  EXPECT_EQ(WhyNot({Member(1, std::string(255, 'a'))}).substr(0, 18), "member 1: the host");
  MemberAddress other_scheme = Member(1);
  other_scheme.scheme = "ftp";
  EXPECT_EQ(WhyNot({other_scheme}), "member 1: the scheme is http or https");
  MemberAddress no_port = Member(1);
  no_port.sbe_port = 0;
  EXPECT_EQ(WhyNot({no_port}), "member 1: a port is 1 to 65535");
}

TEST(ClusterMembership, HintsAtAnotherMemberThatLeadsAndAtNobodyElse) {
  Leadership leadership;
  ClusterMembership cluster(leadership, *ClusterAddresses::Make({Member(1), Member(2, "b")}), 1);
  EXPECT_EQ(cluster.Hint().address, nullptr);
  leadership.SetLeader(2);
  cluster.NoteTerm(4);
  cluster.NoteTerm(3);
  EXPECT_EQ(cluster.Hint().leader, 2);
  EXPECT_EQ(cluster.Hint().term, 4);
  EXPECT_EQ(LeaderJsonMembers(cluster.Hint()),
            R"("leader":2,"term":4,"rest":"http://b:8080","sbe":"b:9090")");
  leadership.SetLeader(1);
  EXPECT_EQ(cluster.Hint().address, nullptr) << "no client is sent to where it is";
  EXPECT_EQ(cluster.HintOf(1).address->host, "node");
  leadership.SetLeader(3);
  EXPECT_EQ(cluster.Hint().address, nullptr) << "not configured";
}

TEST(ClusterMembership, LeadsOnlyWithCommandsAndLease) {
  Leadership leadership;
  const ClusterMembership cluster(leadership, {}, 1);
  EXPECT_EQ(cluster.WhyNotLeading(10), "no leader");
  leadership.SetLeader(2);
  EXPECT_EQ(cluster.WhyNotLeading(10), "follower of 2");
  leadership.SetLeader(1);
  leadership.Open(1);
  EXPECT_EQ(cluster.WhyNotLeading(10), "leader without a lease");
  testing_support::GrantLease(leadership, 11);
  EXPECT_EQ(cluster.WhyNotLeading(10), std::nullopt);
}

TEST(TenureWatch, WaitsForEachTenureFromItsCloseOn) {
  Leadership leadership;
  TenureWatch watch;
  watch.Note(leadership, 0, 900);
  EXPECT_EQ(watch.TakeExpired(10'000), Leadership::kNoTenure);
  leadership.Open(1);
  watch.Note(leadership, 100, 900);
  EXPECT_EQ(watch.WaitedUntil(1), INT64_MAX) << "it is open";
  leadership.Close();
  watch.Note(leadership, 200, 900);
  watch.Note(leadership, 300, 900);
  EXPECT_EQ(watch.WaitedUntil(1), 1'100);
  EXPECT_EQ(watch.TakeExpired(1'099), Leadership::kNoTenure);
  leadership.Open(2);
  leadership.Close();
  leadership.Open(2);
  watch.Note(leadership, 500, 900);  // two closes seen as one
  EXPECT_EQ(watch.TakeExpired(1'100), 1U);
  EXPECT_EQ(watch.TakeExpired(1'399), Leadership::kNoTenure);
  EXPECT_EQ(watch.TakeExpired(1'400), 2U);
  EXPECT_EQ(watch.WaitedUntil(3), INT64_MAX);
}

TEST(TakenIn, IsEndedByItsOwnTenureOrALaterOneUnlessThatClosedMeanwhile) {
  EXPECT_FALSE((TakenIn{.tenure = 2}.IsEndedBy(1)));
  EXPECT_TRUE((TakenIn{.tenure = 2}.IsEndedBy(2)));
  EXPECT_TRUE((TakenIn{.tenure = 2}.IsEndedBy(5)));
  EXPECT_FALSE((TakenIn{.tenure = 2, .untold = true}.IsEndedBy(5)));
  EXPECT_FALSE((TakenIn{}.IsEndedBy(5)));
}

}  // namespace
}  // namespace lockstep
