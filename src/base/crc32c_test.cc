#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace lockstep {
namespace {

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(Crc32cTest, KnownValues) {
  EXPECT_EQ(Crc32c(Bytes("123456789")), 0xE3069283U);
  EXPECT_EQ(Crc32c({}), 0U);
  // RFC 3720, B.4: 32 bytes of zeros.
  const std::vector<std::byte> zeros(32);
  EXPECT_EQ(Crc32c(zeros), 0x8A9136AAU);
}

TEST(Crc32cTest, PortableAgreesAtEveryLengthAndContinues) {
  std::vector<std::byte> bytes(300);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(i * 37 + 11);
  }
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    const auto all = std::span<const std::byte>(bytes).first(length);
    EXPECT_EQ(Crc32c(all), Crc32cPortable(all));
    const std::size_t half = length / 3;
    EXPECT_EQ(Crc32c(all.subspan(half), Crc32c(all.first(half))), Crc32c(all));
  }
}

}  // namespace
}  // namespace lockstep
