#include "gateway/binance/redirect_memory.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace lockstep {
namespace {

constexpr RequestId kId = {7, 1};

TEST(RedirectMemory, ARequestGoesToALeaderTwiceAndToAnotherAnew) {
  RedirectMemory memory;
  EXPECT_TRUE(memory.Count(AccountId(1), kId, 2, 0));
  EXPECT_TRUE(memory.Count(AccountId(1), kId, 2, 1));
  EXPECT_FALSE(memory.Count(AccountId(1), kId, 2, 2));
  EXPECT_TRUE(memory.Count(AccountId(2), kId, 2, 2)) << "another account's";
  EXPECT_TRUE(memory.Count(AccountId(1), {7, 2}, 2, 2)) << "another request";
  EXPECT_TRUE(memory.Count(AccountId(1), kId, 3, 3));
  EXPECT_TRUE(memory.Count(AccountId(1), kId, 3, 3));
  EXPECT_FALSE(memory.Count(AccountId(1), kId, 3, 3));
}

TEST(RedirectMemory, ForgetsByTimeAndByNumber) {
  RedirectMemory memory;
  EXPECT_TRUE(memory.Count(AccountId(1), kId, 2, 0));
  EXPECT_TRUE(memory.Count(AccountId(1), kId, 2, 0));
  EXPECT_FALSE(memory.Count(AccountId(1), kId, 2, RedirectMemory::kMemoryNs - 1));
  EXPECT_TRUE(memory.Count(AccountId(1), kId, 2, RedirectMemory::kMemoryNs));
  for (std::uint64_t i = 0; i < 2 * RedirectMemory::kMostRequests; ++i) {
    EXPECT_TRUE(memory.Count(AccountId(1), {8, i}, 2, RedirectMemory::kMemoryNs));
  }
  EXPECT_LE(memory.size(), RedirectMemory::kMostRequests);
}

}  // namespace
}  // namespace lockstep
