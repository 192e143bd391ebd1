#include "base/leadership.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

namespace lockstep {
namespace {

TEST(Leadership, WhoIsAloneAlwaysLeads) {
  Leadership alone;
  Leadership::MakeSole(alone, 7);
  EXPECT_EQ(alone.tenure(), 1U);
  EXPECT_EQ(alone.leader(), 7);
  EXPECT_TRUE(alone.HoldsLease(INT64_MAX - 1));
  EXPECT_EQ(alone.LastBefore(1), Leadership::kNoTenure);
  EXPECT_EQ(alone.LastClosed(), Leadership::kNoTenure);
}

TEST(Leadership, ANumberIsNeverUsedAgain) {
  Leadership leadership;
  EXPECT_EQ(leadership.tenure(), Leadership::kNoTenure);
  EXPECT_EQ(leadership.Open(3), 1U);
  leadership.Close();
  leadership.Close();
  EXPECT_EQ(leadership.tenure(), Leadership::kNoTenure);
  EXPECT_EQ(leadership.Open(3), 2U);
  EXPECT_EQ(leadership.tenure(), 2U);
}

TEST(Leadership, ATermEndsTheTenuresOfThoseBeforeIt) {
  Leadership leadership;
  leadership.Open(3);
  leadership.Close();
  leadership.Open(3);
  leadership.Close();
  leadership.Open(5);
  EXPECT_EQ(leadership.LastBefore(3), Leadership::kNoTenure);
  EXPECT_EQ(leadership.LastBefore(4), 2U);
  EXPECT_EQ(leadership.LastBefore(5), 2U) << "the one that is open belongs to term 5";
  leadership.Close();
  EXPECT_EQ(leadership.LastBefore(5), 2U) << "term 5 may begin late in the log";
  EXPECT_EQ(leadership.LastBefore(6), 3U);
}

TEST(Leadership, AClosedIngressEndsWhatIsClosedAlone) {
  Leadership leadership;
  EXPECT_EQ(leadership.LastClosed(), Leadership::kNoTenure);
  leadership.Open(1);
  EXPECT_EQ(leadership.LastClosed(), Leadership::kNoTenure);
  leadership.Close();
  EXPECT_EQ(leadership.LastClosed(), 1U);
  leadership.Open(1);
  EXPECT_EQ(leadership.LastClosed(), 1U);
}

TEST(Leadership, TheLeaseLastsFromBeforeTheEntryWasLogged) {
  Leadership leadership;
  leadership.Open(1);
  EXPECT_FALSE(leadership.HoldsLease(0));
  leadership.ExpectLease(5, 1'000);
  leadership.OnOwnBatchApplied(4);
  EXPECT_FALSE(leadership.HoldsLease(0));
  leadership.OnOwnBatchApplied(5);
  EXPECT_TRUE(leadership.HoldsLease(999));
  EXPECT_FALSE(leadership.HoldsLease(1'000));
  leadership.ExpectLease(9, 2'000);
  EXPECT_FALSE(leadership.HoldsLease(1'500));
  leadership.OnOwnBatchApplied(10);
  EXPECT_TRUE(leadership.HoldsLease(1'500));
}

TEST(Leadership, WithoutATenureNoLeaseHolds) {
  Leadership leadership;
  leadership.Open(1);
  leadership.ExpectLease(1, 1'000);
  leadership.OnOwnBatchApplied(1);
  leadership.Close();
  EXPECT_FALSE(leadership.HoldsLease(0));
  leadership.Open(2);
  EXPECT_FALSE(leadership.HoldsLease(0)) << "that of an earlier tenure does not come back";
}

TEST(Leadership, TellsEachChangeBehindItAndNothingElse) {
  Leadership leadership;
  int changes = 0;
  std::uint64_t tenure_seen = 0;
  std::int32_t leader_seen = Leadership::kNoLeader;
  auto owner = std::make_shared<int>();
  leadership.Listen(owner, [&] {
    ++changes;
    tenure_seen = leadership.tenure();
    leader_seen = leadership.leader();
  });
  leadership.SetLeader(2);
  EXPECT_EQ(changes, 1);
  EXPECT_EQ(leader_seen, 2);
  leadership.SetLeader(2);
  leadership.Close();
  EXPECT_EQ(changes, 1);
  leadership.Open(9);
  EXPECT_EQ(changes, 2);
  EXPECT_EQ(tenure_seen, 1U);
  leadership.ExpectLease(1, 100);
  leadership.OnOwnBatchApplied(1);
  EXPECT_EQ(changes, 2);
  leadership.Close();
  EXPECT_EQ(changes, 3);
  EXPECT_EQ(tenure_seen, Leadership::kNoTenure);
  owner.reset();
  leadership.Open(10);
  EXPECT_EQ(changes, 3) << "nobody listens any more";
}

}  // namespace
}  // namespace lockstep
