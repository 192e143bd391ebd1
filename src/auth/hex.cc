#include "auth/hex.h"

#include <array>
#include <cstdint>

namespace lockstep {
namespace {

constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> DigitValues() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 10; ++i) {
    values[static_cast<std::size_t>('0') + i] = i;
  }
  for (std::uint8_t i = 0; i < 6; ++i) {
    values[static_cast<std::size_t>('a') + i] = static_cast<std::uint8_t>(10 + i);
    values[static_cast<std::size_t>('A') + i] = static_cast<std::uint8_t>(10 + i);
  }
  return values;
}

constexpr auto kDigitValues = DigitValues();

}  // namespace

std::string HexEncode(std::span<const std::byte> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<std::size_t>(byte);
    text.push_back(kDigits[value >> 4U]);
    text.push_back(kDigits[value & 0xFU]);
  }
  return text;
}

bool HexDecode(std::string_view text, std::span<std::byte> to) {
  if (text.size() != to.size() * 2) {
    return false;
  }
  std::uint8_t bad = 0;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const std::uint8_t high = kDigitValues[static_cast<unsigned char>(text[2 * i])];
    const std::uint8_t low = kDigitValues[static_cast<unsigned char>(text[2 * i + 1])];
    // Only kNoDigit has any of the upper four bits.
    bad = static_cast<std::uint8_t>(bad | high | low);
    to[i] = static_cast<std::byte>((static_cast<unsigned>(high) << 4U) | (low & 0xFU));
  }
  return (bad & 0xF0U) == 0;
}

}  // namespace lockstep
