#include "gateway/binance/answer_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "gateway/binance/api_call.h"

namespace lockstep {
namespace {

RequestKey KeyOf(std::uint64_t number) {
  return {.account = number % 3, .id = {.high = number, .low = number * 7}};
}

TEST(AnswerMemory, GivesBackAllOfAnAnswer) {
  AnswerMemory memory(4'096);
  EXPECT_FALSE(memory.Find(KeyOf(1)));
  memory.Keep(KeyOf(1),
              {.status = 429,
               .body = "{\"code\":-1015}",
               .order_counts = OrderCounts{.in_10_seconds = 5, .in_day = 7},
               .retry_after_s = 3},
              100);
  memory.Keep(KeyOf(2), {.status = 200, .body = ""}, 100);
  const auto first = memory.Find(KeyOf(1));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->status, 429U);
  EXPECT_EQ(first->body, "{\"code\":-1015}");
  ASSERT_TRUE(first->order_counts);
  EXPECT_EQ(first->order_counts->in_10_seconds, 5U);
  EXPECT_EQ(first->order_counts->in_day, 7U);
  EXPECT_EQ(first->retry_after_s, 3U);
  const auto second = memory.Find(KeyOf(2));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->body, "");
  EXPECT_FALSE(second->order_counts);
}

TEST(AnswerMemory, TellsRequestsOfTheSameHashApart) {
  AnswerMemory memory(4'096);
  const RequestKey one{.account = 1, .id = {.high = 2, .low = 1}};
  const RequestKey other{.account = 2, .id = {.high = 1, .low = 1}};
  memory.Keep(one, {.body = "one"}, 100);
  EXPECT_FALSE(memory.Find(other));
  memory.Keep(other, {.body = "other"}, 200);
  EXPECT_EQ(memory.Find(one)->body, "one");
  memory.ForgetUntil(100);
  EXPECT_FALSE(memory.Find(one));
  EXPECT_EQ(memory.Find(other)->body, "other");
}

TEST(AnswerMemory, KeepsNothingThatIsLargerThanAllOfIt) {
  AnswerMemory memory(2'048);
  memory.Keep(KeyOf(1), {.body = "small"}, 100);
  memory.Keep(KeyOf(2), {.body = std::string(2'048, 'x')}, 100);
  EXPECT_TRUE(memory.Find(KeyOf(1)));
  EXPECT_FALSE(memory.Find(KeyOf(2)));
  memory.Keep(KeyOf(3), {.body = std::string(1'900, 'x')}, 100);
  EXPECT_EQ(memory.size(), 1U);
  EXPECT_TRUE(memory.Find(KeyOf(3)));
  AnswerMemory none(0);
  none.Keep(KeyOf(1), {.body = "small"}, 100);
  EXPECT_EQ(none.size(), 0U);
}

// Whatever is kept is the newest of what was given, with its own text.
TEST(AnswerMemory, ForgetsTheOldestFirstAndNothingElse) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    AnswerMemory memory(16'384 + 8 * (random() % 512));
    std::deque<std::pair<std::uint64_t, std::string>> given;
    std::int64_t now_ns = 0;
    for (std::uint64_t number = 1; number <= 2'000; ++number) {
      const std::string text(random() % (random() % 8 == 0 ? 6'000 : 900),
                             static_cast<char>('a' + number % 26));
      memory.Keep(KeyOf(number), {.body = text}, ++now_ns);
      given.emplace_back(number, text);
      if (random() % 50 == 0) {
        memory.ForgetUntil(now_ns - static_cast<std::int64_t>(random() % 10));
      }
      while (given.size() > memory.size()) {
        EXPECT_FALSE(memory.Find(KeyOf(given.front().first)));
        given.pop_front();
      }
      for (const auto& [kept, expected] : given) {
        const auto answer = memory.Find(KeyOf(kept));
        ASSERT_TRUE(answer) << "seed " << seed << ", answer " << kept << " of " << number;
        ASSERT_EQ(answer->body, expected);
      }
    }
  }
}

}  // namespace
}  // namespace lockstep
