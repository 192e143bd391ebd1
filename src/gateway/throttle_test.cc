#include "gateway/throttle.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

int TakeAll(Throttle& throttle, std::int64_t now_ns) {
  int taken = 0;
  while (taken < 1'000 && throttle.Take(now_ns)) {
    ++taken;
  }
  return taken;
}

TEST(Throttle, BurstOfOneSecondThenTheRate) {
  Throttle throttle(10);
  EXPECT_EQ(TakeAll(throttle, kSecondNs), 10);
  EXPECT_EQ(throttle.RetryAfterMs(kSecondNs), 100U);
  EXPECT_EQ(TakeAll(throttle, kSecondNs + kSecondNs / 2), 5);
  EXPECT_EQ(TakeAll(throttle, 100 * kSecondNs), 10);
}

TEST(Throttle, ZeroIsNoBound) {
  Throttle throttle(0);
  EXPECT_EQ(TakeAll(throttle, 0), 1'000);
}

}  // namespace
}  // namespace lockstep
