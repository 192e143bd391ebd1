#include "market_data/order_index.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <unordered_map>
#include <vector>

namespace lockstep {
namespace {

TEST(OrderIndex, IsAMapUnderRandomUse) {
  OrderIndex index;
  std::unordered_map<std::uint64_t, std::uint32_t> naive;
  std::vector<std::uint64_t> known;
  std::mt19937_64 random(7);
  std::uint64_t next_id = 1;
  for (std::uint32_t step = 0; step < 200'000; ++step) {
    const bool growing = (step / 50'000) % 2 == 0;
    if (known.empty() || random() % 10 < (growing ? 7U : 3U)) {
      const std::uint64_t order_id = next_id++;
      index.Insert(order_id, step);
      naive[order_id] = step;
      known.push_back(order_id);
    } else {
      const std::size_t at = random() % known.size();
      ASSERT_EQ(index.Erase(known[at]), naive[known[at]]);
      naive.erase(known[at]);
      known[at] = known.back();
      known.pop_back();
    }
    ASSERT_EQ(index.size(), naive.size());
  }
  for (std::uint64_t order_id = 1; order_id < next_id; ++order_id) {
    const auto place = naive.find(order_id);
    ASSERT_EQ(index.Find(order_id), place == naive.end() ? OrderIndex::kNone : place->second);
  }
}

TEST(OrderIndex, ErasingWhatIsNotThereChangesNothing) {
  OrderIndex index;
  index.Insert(5, 50);
  EXPECT_EQ(index.Erase(6), OrderIndex::kNone);
  EXPECT_EQ(index.Find(5), 50U);
  EXPECT_EQ(index.Erase(5), 50U);
  EXPECT_EQ(index.Erase(5), OrderIndex::kNone);
  EXPECT_EQ(index.size(), 0U);
}

}  // namespace
}  // namespace lockstep
