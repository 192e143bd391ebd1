#include "gateway/private_event_store.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace lockstep {
namespace {

constexpr AccountId kBusy{1};
constexpr AccountId kQuiet{2};

void Put(PrivateEventStore& store, AccountId account, std::uint64_t sequence,
         std::size_t padding = 0) {
  std::string event = std::to_string(sequence) + std::string(padding, ' ');
  store.Add(account, sequence, std::as_bytes(std::span(event)));
}

std::vector<std::uint64_t> Get(const PrivateEventStore& store, AccountId account,
                               std::uint64_t from, std::uint64_t to, std::size_t max_bytes,
                               std::uint64_t& next) {
  std::vector<std::uint64_t> numbers;
  next = store.Read(account, from, to, max_bytes, [&](std::span<const std::byte> event) {
    numbers.push_back(
        std::stoull(std::string(reinterpret_cast<const char*>(event.data()), event.size())));
  });
  return numbers;
}

TEST(PrivateEventStore, GivesBackARangeInOrder) {
  PrivateEventStore store(1 << 20);
  for (std::uint64_t i = 1; i <= 5'000; ++i) {
    Put(store, kBusy, i, 100);
  }
  EXPECT_EQ(store.First(kBusy), 1U);
  EXPECT_EQ(store.Last(kBusy), 5'000U);
  for (const std::uint64_t from : {1U, 2U, 600U, 601U, 4'999U, 5'000U}) {
    std::uint64_t next = 0;
    const auto numbers = Get(store, kBusy, from, 5'000, SIZE_MAX, next);
    ASSERT_EQ(numbers.size(), 5'001 - from);
    EXPECT_EQ(numbers.front(), from);
    EXPECT_EQ(numbers.back(), 5'000U);
    EXPECT_EQ(next, 5'001U);
  }
  std::uint64_t next = 0;
  EXPECT_EQ(Get(store, kBusy, 10, 12, SIZE_MAX, next), (std::vector<std::uint64_t>{10, 11, 12}));
  EXPECT_EQ(next, 13U);
  EXPECT_EQ(Get(store, kBusy, 10, 12, 1, next), (std::vector<std::uint64_t>{10}));
  EXPECT_EQ(next, 11U);
}

TEST(PrivateEventStore, TheLargestHolderPaysForTheBound) {
  PrivateEventStore store(std::size_t{1} << 20U);
  Put(store, kQuiet, 1);
  for (std::uint64_t i = 1; i <= 50'000; ++i) {
    Put(store, kBusy, i, 100);
    ASSERT_LE(store.bytes(), std::size_t{1} << 20U);
  }
  EXPECT_EQ(store.First(kQuiet), 1U);
  EXPECT_GT(store.First(kBusy), 40'000U);
  EXPECT_EQ(store.Last(kBusy), 50'000U);
  std::uint64_t next = 0;
  EXPECT_EQ(Get(store, kBusy, store.First(kBusy), 50'000, SIZE_MAX, next).back(), 50'000U);
}

TEST(PrivateEventStore, HasNoHoles) {
  PrivateEventStore store(1 << 20);
  Put(store, kBusy, 1);
  Put(store, kBusy, 2);
  Put(store, kBusy, 2);  // seen already
  Put(store, kBusy, 10);
  EXPECT_EQ(store.First(kBusy), 10U);
  EXPECT_EQ(store.Last(kBusy), 10U);
  store.NoteLast(kBusy, 5);
  EXPECT_EQ(store.First(kBusy), 10U);
  store.NoteLast(kBusy, 500);
  EXPECT_EQ(store.First(kBusy), 501U);
  EXPECT_EQ(store.Last(kBusy), 500U);
  Put(store, kBusy, 501);
  EXPECT_EQ(store.First(kBusy), 501U);
}

TEST(PrivateEventStore, UnknownAccountHasNothing) {
  const PrivateEventStore store(1 << 20);
  std::uint64_t next = 0;
  EXPECT_EQ(store.Last(kQuiet), 0U);
  EXPECT_EQ(store.First(kQuiet), 1U);
  EXPECT_TRUE(Get(store, kQuiet, 1, 0, SIZE_MAX, next).empty());
}

}  // namespace
}  // namespace lockstep
