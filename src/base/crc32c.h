// CRC32C (Castagnoli), the checksum of every frame on disk: polynomial 0x1EDC6F41 reflected,
// initial value and final XOR 0xFFFFFFFF (RFC 3720). With SSE4.2 where the target has it, about 8
// bytes in 3 cycles; else by table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lockstep {

// The checksum of `bytes`, or of a longer run whose beginning had the checksum `before`. Allocates
// nothing.
[[nodiscard]] std::uint32_t Crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

// The same by table alone: what runs where there is no such instruction.
[[nodiscard]] std::uint32_t Crc32cPortable(std::span<const std::byte> bytes,
                                           std::uint32_t before = 0);

}  // namespace lockstep
