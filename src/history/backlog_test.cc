#include "history/backlog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace lockstep {
namespace {

using testing::HasSubstr;

class BacklogTest : public testing::Test {
 protected:
  BacklogTest() {
    std::string pattern = testing::TempDir() + "/lockstep-backlog-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~BacklogTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  [[nodiscard]] std::string Path() const { return directory_ + "/spool"; }

  // A block of one event that carries `number`.
  static std::vector<std::byte> Block(std::uint64_t number, std::size_t bytes = 100) {
    std::vector<std::byte> event(bytes);
    std::memcpy(event.data(), &number, sizeof(number));
    std::vector<std::byte> block;
    AppendToBlock(block, event);
    return block;
  }
  static std::uint64_t NumberIn(std::span<const std::byte> block) {
    std::size_t offset = 0;
    const auto event = NextInBlock(block, offset);
    EXPECT_EQ(offset, block.size());
    EXPECT_TRUE(NextInBlock(block, offset).empty());
    std::uint64_t number = 0;
    std::memcpy(&number, event.data(), sizeof(number));
    return number;
  }

  std::string directory_;
};

TEST_F(BacklogTest, KeepsOrderThroughMemoryAndSpool) {
  Backlog backlog(
      Path(), {.memory_bytes = 1'000, .spool_limit_bytes = 1'000'000, .spool_reserve_bytes = 0});
  ASSERT_TRUE(backlog.Open().ok());
  std::uint64_t pushed = 0;
  std::uint64_t popped = 0;
  std::vector<std::byte> block;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(backlog.Push(Block(++pushed)).ok());
    }
    EXPECT_GT(backlog.spool_bytes(), 5'000);
    EXPECT_LE(backlog.memory_bytes(), 1'000U);
    // Not to the end, so that new blocks must queue up behind the spool.
    const std::uint64_t until = round == 4 ? pushed : pushed - 20;
    while (popped < until) {
      const auto got = backlog.Pop(block);
      ASSERT_TRUE(got.has_value() && *got);
      EXPECT_EQ(NumberIn(block), ++popped);
    }
  }
  const auto none = backlog.Pop(block);
  ASSERT_TRUE(none.has_value());
  EXPECT_FALSE(*none);
  EXPECT_TRUE(backlog.Empty());
  EXPECT_EQ(backlog.spool_bytes(), 0);
  // In memory again.
  ASSERT_TRUE(backlog.Push(Block(++pushed)).ok());
  EXPECT_EQ(backlog.spool_bytes(), 0);
}

TEST_F(BacklogTest, TwoThreadsKeepOrder) {
  Backlog backlog(
      Path(), {.memory_bytes = 2'000, .spool_limit_bytes = 100'000'000, .spool_reserve_bytes = 0});
  ASSERT_TRUE(backlog.Open().ok());
  constexpr std::uint64_t kBlocks = 20'000;
  std::thread pusher([&] {
    for (std::uint64_t number = 1; number <= kBlocks; ++number) {
      EXPECT_TRUE(backlog.Push(Block(number)).ok());
      if (number % 1'000 == 0 && number < kBlocks) {  // the other must come once more
        while (!backlog.Empty()) {
          sched_yield();
        }
      }
    }
  });
  std::vector<std::byte> block;
  for (std::uint64_t expected = 1; expected <= kBlocks;) {
    const auto got = backlog.Pop(block);
    ASSERT_TRUE(got.has_value()) << got.error().message();
    if (*got) {
      ASSERT_EQ(NumberIn(block), expected++);
    } else {
      sched_yield();
    }
  }
  pusher.join();
  EXPECT_GT(backlog.spooled_bytes(), 0U);
}

TEST_F(BacklogTest, TakesNothingOnceTheSpoolHasRefused) {
  Backlog backlog(Path(),
                  {.memory_bytes = 1'000, .spool_limit_bytes = 2'000, .spool_reserve_bytes = 0});
  ASSERT_TRUE(backlog.Open().ok());
  std::uint64_t taken = 0;
  Status refused;
  while (refused.ok()) {
    refused = backlog.Push(Block(taken + 1));
    taken += refused.ok() ? 1U : 0U;
  }
  EXPECT_EQ(refused.code(), StatusCode::kIoError);
  EXPECT_THAT(refused.message(), HasSubstr("limit"));
  std::vector<std::byte> block;
  for (std::uint64_t expected = 1; expected <= taken; ++expected) {
    const auto got = backlog.Pop(block);
    ASSERT_TRUE(got.has_value() && *got);
    EXPECT_EQ(NumberIn(block), expected);
  }
  // There is room, but what came in between is missing.
  EXPECT_FALSE(*backlog.Pop(block));
  EXPECT_FALSE(backlog.Push(Block(1)).ok());
  EXPECT_FALSE(*backlog.Pop(block));
}

TEST_F(BacklogTest, LeavesTheDiskItsReserve) {
  Backlog backlog(
      Path(),
      {.memory_bytes = 100, .spool_limit_bytes = 1'000'000, .spool_reserve_bytes = INT64_MAX / 2});
  ASSERT_TRUE(backlog.Open().ok());
  ASSERT_TRUE(backlog.Push(Block(1)).ok());
  const Status refused = backlog.Push(Block(2));
  EXPECT_EQ(refused.code(), StatusCode::kIoError);
  EXPECT_THAT(refused.message(), HasSubstr("too few to spool"));
}

TEST_F(BacklogTest, ForgetsWhatAnotherLifeHasSpooled) {
  for (int life = 0; life < 2; ++life) {
    Backlog backlog(
        Path(), {.memory_bytes = 100, .spool_limit_bytes = 1'000'000, .spool_reserve_bytes = 0});
    ASSERT_TRUE(backlog.Open().ok());
    EXPECT_EQ(std::filesystem::file_size(Path()), 0U);
    std::vector<std::byte> block;
    EXPECT_FALSE(*backlog.Pop(block));
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(backlog.Push(Block(1)).ok());
    }
  }
}

}  // namespace
}  // namespace lockstep
