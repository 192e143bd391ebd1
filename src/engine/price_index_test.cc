// The radix tree against std::map, through every growth and shrinkage of its nodes.
#include "engine/price_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace lockstep {
namespace {

class PriceIndexTest : public ::testing::TestWithParam<std::uint64_t> {};

// Mixed inserts and erases of prices drawn from [1, spread] × stride, compared at every step.
TEST_P(PriceIndexTest, AgreesWithAMap) {
  constexpr std::size_t kMaxLevels = 2'000;
  const std::uint64_t stride = GetParam();
  Arena arena(SlotPool<PriceLevel>::ArenaBytes(kMaxLevels) + NodePools::ArenaBytes(kMaxLevels),
              false);
  SlotPool<PriceLevel> levels(arena, kMaxLevels);
  NodePools pools(arena, kMaxLevels);
  PriceIndex index(pools, levels);
  PriceIndexRoot tree;
  std::map<std::int64_t, std::uint32_t> expected;
  std::mt19937_64 random(stride);

  for (int step = 0; step < 60'000; ++step) {
    // The target size swings between empty and full, so that all kinds of nodes come and go.
    const std::size_t target = static_cast<std::size_t>(step / 3'000 % 2 == 0 ? kMaxLevels - 1 : 0);
    const auto price = static_cast<std::int64_t>((random() % 4'000 + 1) * stride);
    const PriceIndex::Place located = index.Locate(tree, price);
    const auto found = expected.find(price);
    ASSERT_EQ(located.level, found == expected.end() ? 0 : found->second);
    if (found == expected.end()) {
      auto above = expected.lower_bound(price);
      if (located.lower != 0) {
        ASSERT_NE(above, expected.begin());
        ASSERT_EQ(located.lower, std::prev(above)->second);
      } else if (located.higher != 0) {
        ASSERT_NE(above, expected.end());
        ASSERT_EQ(located.higher, above->second);
      } else {
        ASSERT_TRUE(expected.empty());
      }
      if (expected.size() < target) {
        const std::uint32_t level = levels.Take();
        levels[level].price_ticks = price;
        index.Insert(tree, located, level);
        expected[price] = level;
      }
    } else if (expected.size() > target || random() % 4 == 0) {
      index.Erase(tree, found->second);
      levels.Free(found->second);
      expected.erase(found);
    }
  }
  for (const auto& [price, level] : expected) {
    index.Erase(tree, level);
  }
  EXPECT_TRUE(tree.root.IsNone());
  EXPECT_EQ(
      pools.node4.in_use() + pools.node16.in_use() + pools.node48.in_use() + pools.node256.in_use(),
      0U);
}

INSTANTIATE_TEST_SUITE_P(Strides, PriceIndexTest,
                         ::testing::Values(1, 7, 256, 1'000'003, std::uint64_t{1} << 50));

}  // namespace
}  // namespace lockstep
