#include "gateway/sbe/outbound_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace lockstep {
namespace {

using Bytes = std::vector<std::byte>;

Bytes Gathered(const OutboundQueue& queue) {
  std::array<iovec, 64> vectors;
  Bytes all;
  const std::size_t count = queue.Gather(vectors);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* from = static_cast<const std::byte*>(vectors[i].iov_base);
    all.insert(all.end(), from, from + vectors[i].iov_len);
  }
  return all;
}

TEST(OutboundQueue, KeepsTheOrderOfOwnAndSharedBytesUnderAnyPartialWrites) {
  std::mt19937 random(7);
  OutboundQueue queue;
  Bytes expected;
  std::uint8_t next = 0;
  for (int step = 0; step < 2'000; ++step) {
    Bytes piece(random() % 300);
    std::ranges::generate(piece, [&] { return static_cast<std::byte>(next++); });
    expected.insert(expected.end(), piece.begin(), piece.end());
    if (random() % 3 == 0) {
      queue.AppendShared(std::make_shared<const Bytes>(piece));
    } else {
      queue.Append(piece);
    }
    ASSERT_EQ(queue.size(), expected.size());
    const Bytes gathered = Gathered(queue);
    ASSERT_TRUE(std::equal(gathered.begin(), gathered.end(), expected.begin()));
    const std::size_t written = gathered.empty() ? 0 : random() % (gathered.size() + 1);
    queue.Consume(written);
    expected.erase(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(written));
  }
}

TEST(OutboundQueue, SharedBuffersAreLetGoWhenWritten) {
  OutboundQueue queue;
  auto buffer = std::make_shared<const Bytes>(10);
  queue.AppendShared(buffer);
  queue.AppendShared(buffer);
  EXPECT_EQ(buffer.use_count(), 3);
  queue.Consume(20);
  EXPECT_EQ(buffer.use_count(), 1);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace lockstep
