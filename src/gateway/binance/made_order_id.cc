#include "gateway/binance/made_order_id.h"

#include <cstddef>
#include <string_view>

namespace lockstep {
namespace {

// Eleven digits of base 62 hold 64 bits.
constexpr std::size_t kDigitsOfHalf = 11;
constexpr std::uint64_t kGoldenRatio = 0x9E37'79B9'7F4A'7C15;  // odd: no two salts give the same

}  // namespace

std::string MakeClientOrderId(const RequestId& id, std::uint64_t salt) {
  constexpr std::string_view kAlphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string text;
  text.reserve(2 * kDigitsOfHalf);
  for (std::uint64_t half : {id.high, id.low ^ salt * kGoldenRatio}) {
    for (std::size_t i = 0; i < kDigitsOfHalf; ++i) {
      text.push_back(kAlphabet[half % kAlphabet.size()]);
      half /= kAlphabet.size();
    }
  }
  return text;
}

}  // namespace lockstep
