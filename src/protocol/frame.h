// How messages follow one another on a TCP connection: each behind a FIX Simple Open Framing Header
// of 6 bytes: uint32 big-endian length (of header and message together), then uint16 big-endian
// encoding type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lockstep {

inline constexpr std::size_t kFrameHeaderBytes = 6;
// SBE 1.0, little-endian messages.
inline constexpr std::uint16_t kFrameEncodingSbe = 0xEB50;

struct FrameHeader {
  std::uint32_t length;    // bytes, with the frame header
  std::uint16_t encoding;  // kFrameEncodingSbe, or the sender speaks something else
};

// Requires bytes.size() >= kFrameHeaderBytes. Any values may come out.
inline FrameHeader ReadFrameHeader(std::span<const std::byte> bytes) {
  const auto at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  return {(at(0) << 24U) | (at(1) << 16U) | (at(2) << 8U) | at(3),
          static_cast<std::uint16_t>((at(4) << 8U) | at(5))};
}

// Writes the 6 bytes that stand before a message of `message_bytes`.
inline void WriteFrameHeader(std::byte* to, std::size_t message_bytes) {
  const auto length = static_cast<std::uint32_t>(kFrameHeaderBytes + message_bytes);
  to[0] = static_cast<std::byte>(length >> 24U);
  to[1] = static_cast<std::byte>(length >> 16U);
  to[2] = static_cast<std::byte>(length >> 8U);
  to[3] = static_cast<std::byte>(length);
  to[4] = static_cast<std::byte>(kFrameEncodingSbe >> 8U);
  to[5] = static_cast<std::byte>(kFrameEncodingSbe & 0xFFU);
}

}  // namespace lockstep
