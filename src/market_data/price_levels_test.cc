#include "market_data/price_levels.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace lockstep {
namespace {

struct Level {
  std::int64_t value = 0;
};

std::vector<std::pair<std::int64_t, std::int64_t>> Walk(const PriceLevels<Level>& levels) {
  std::vector<std::pair<std::int64_t, std::int64_t>> seen;
  levels.VisitBestFirst([&](std::int64_t price_ticks, const Level& level) {
    seen.emplace_back(price_ticks, level.value);
    return true;
  });
  return seen;
}

template <class Naive>
void CompareWithNaive(BookSide side, std::int64_t price_range, std::uint32_t seed) {
  PriceLevels<Level> levels(side);
  Naive naive;
  std::mt19937_64 random(seed);
  for (int step = 0; step < 60'000; ++step) {
    // Long phases of growth and of decay, so that blocks split and merge.
    const bool growing = (step / 10'000) % 2 == 0;
    const auto price_ticks =
        1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(price_range));
    if (random() % 10 < (growing ? 8U : 2U)) {
      levels.FindOrInsert(price_ticks).value += step;
      naive[price_ticks] += step;
    } else if (naive.erase(price_ticks) > 0) {
      levels.Erase(price_ticks);
    }
    ASSERT_EQ(levels.size(), naive.size());
    const Level* found = levels.Find(price_ticks);
    ASSERT_EQ(found != nullptr, naive.contains(price_ticks));
  }
  const std::vector<std::pair<std::int64_t, std::int64_t>> expected(naive.begin(), naive.end());
  EXPECT_EQ(Walk(levels), expected);
}

TEST(PriceLevels, BuySideIsAMapBestFirst) {
  CompareWithNaive<std::map<std::int64_t, std::int64_t, std::greater<>>>(BookSide::kBuy, 3'000, 1);
}

TEST(PriceLevels, SellSideIsAMapBestFirst) {
  CompareWithNaive<std::map<std::int64_t, std::int64_t>>(BookSide::kSell, 3'000, 2);
  CompareWithNaive<std::map<std::int64_t, std::int64_t>>(BookSide::kSell, 200, 3);
}

TEST(PriceLevels, VisitEndsWhenAsked) {
  PriceLevels<Level> levels(BookSide::kBuy);
  for (std::int64_t price_ticks = 1; price_ticks <= 1'000; ++price_ticks) {
    levels.FindOrInsert(price_ticks).value = price_ticks;
  }
  int visited = 0;
  levels.VisitBestFirst([&](std::int64_t price_ticks, const Level& level) {
    EXPECT_EQ(price_ticks, 1'000 - visited);
    EXPECT_EQ(level.value, price_ticks);
    return ++visited < 10;
  });
  EXPECT_EQ(visited, 10);
  levels.Clear();
  EXPECT_EQ(levels.size(), 0U);
  EXPECT_EQ(levels.Find(5), nullptr);
}

}  // namespace
}  // namespace lockstep
