#include "market_data/depth_fold.h"

#include <gtest/gtest.h>

#include <vector>

namespace lockstep {
namespace {

TEST(DepthFold, ChangesComeOnceBidsFirstBestFirst) {
  DepthFold depth;
  depth.Add(BookSide::kSell, 105, 7, 1);
  depth.Add(BookSide::kBuy, 98, 5, 1);
  depth.Add(BookSide::kBuy, 99, 3, 1);
  depth.Add(BookSide::kBuy, 98, 4, 1);
  depth.Add(BookSide::kSell, 104, 1, 1);
  std::vector<DepthFold::Change> changes;
  depth.TakeChanges(changes);
  ASSERT_EQ(changes.size(), 4U);
  EXPECT_EQ(changes[0].price_ticks, 99);
  EXPECT_EQ(changes[1].price_ticks, 98);
  EXPECT_EQ(changes[1].quantity_lots, 9);
  EXPECT_EQ(changes[1].order_count, 2U);
  EXPECT_EQ(changes[2].price_ticks, 104);
  EXPECT_EQ(changes[3].price_ticks, 105);
  EXPECT_EQ(changes[3].side, BookSide::kSell);
  EXPECT_FALSE(depth.HasChanges());
}

TEST(DepthFold, ALevelThatIsGoneIsReportedWithQuantityZero) {
  DepthFold depth;
  depth.Add(BookSide::kBuy, 98, 5, 1);
  depth.ForgetChanges();
  depth.Add(BookSide::kBuy, 98, -2, 0);
  depth.Add(BookSide::kBuy, 98, -3, -1);
  std::vector<DepthFold::Change> changes;
  depth.TakeChanges(changes);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].quantity_lots, 0);
  EXPECT_EQ(changes[0].order_count, 0U);
  EXPECT_EQ(depth.LevelCount(), 0U);
}

TEST(DepthFold, ALevelThatCameAndWentIsReportedAsGone) {
  DepthFold depth;
  depth.Add(BookSide::kSell, 101, 5, 1);
  depth.Add(BookSide::kSell, 101, -5, -1);
  std::vector<DepthFold::Change> changes;
  depth.TakeChanges(changes);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].quantity_lots, 0);
}

}  // namespace
}  // namespace lockstep
