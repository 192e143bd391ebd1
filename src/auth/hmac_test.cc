#include "auth/hmac.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "auth/hex.h"

namespace lockstep {
namespace {

std::span<const std::byte> BytesOf(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string SignHex(std::string_view secret, std::string_view message) {
  return HexEncode(HmacSha256Key(BytesOf(secret)).Sign({BytesOf(message)}));
}

// RFC 4231, test cases 1, 2, 3, 6 and 7.
TEST(HmacSha256Key, AgreesWithTheRfc) {
  EXPECT_EQ(SignHex(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(SignHex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(SignHex(std::string(20, '\xaa'), std::string(50, '\xdd')),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(
      SignHex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(SignHex(std::string(131, '\xaa'),
                    "This is a test using a larger than block-size key and a larger than "
                    "block-size data. The key needs to be hashed before being used by the HMAC "
                    "algorithm."),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(HmacSha256Key, PartsAreOneMessage) {
  const HmacSha256Key key(BytesOf("Jefe"));
  const Mac whole = key.Sign({BytesOf("what do ya want for nothing?")});
  EXPECT_EQ(key.Sign({BytesOf("what do ya "), BytesOf(""), BytesOf("want for nothing?")}), whole);
  EXPECT_TRUE(key.Verify({BytesOf("what do ya want "), BytesOf("for nothing?")}, whole));
}

TEST(HmacSha256Key, EveryFlippedBitIsSeen) {
  const HmacSha256Key key(BytesOf("Jefe"));
  const Mac mac = key.Sign({BytesOf("order")});
  for (std::size_t bit = 0; bit < mac.size() * 8; ++bit) {
    Mac wrong = mac;
    wrong[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    ASSERT_FALSE(key.Verify({BytesOf("order")}, wrong));
  }
  EXPECT_FALSE(key.Verify({BytesOf("Order")}, mac));
}

TEST(Hex, BothWays) {
  std::array<std::byte, 3> bytes{};
  EXPECT_TRUE(HexDecode("00aBfF", bytes));
  EXPECT_EQ(HexEncode(bytes), "00abff");
  EXPECT_FALSE(HexDecode("00abf", bytes));
  EXPECT_FALSE(HexDecode("00abff00", bytes));
  for (const char bad : {'g', 'G', '/', ':', '@', '`', ' ', '\0', '\x80', '\xff'}) {
    EXPECT_FALSE(HexDecode(std::string("00abf") + bad, bytes));
    EXPECT_FALSE(HexDecode(std::string(1, bad) + "0abff", bytes));
  }
}

}  // namespace
}  // namespace lockstep
