// What the log is made of: frames, one behind the other, each at a position of its own that is a
// multiple of 8.
//
// Shape: LogFrameHeader (40 bytes, little-endian), payload, zeros up to the next multiple of 8. The
// CRC32C covers all behind itself, padding included. docs/formats/journal.md says why durable_start
// is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lockstep {

enum class FrameKind : std::uint8_t {
  kEntry = 1,       // payload: one log entry
  kCommitMark = 2,  // no payload: says by its durable_start that everything before is durable
  kSegmentEnd = 3,  // payload: int64, position of the first frame of the next segment
};

struct LogFrameHeader {
  std::uint32_t crc32c;
  std::uint32_t payload_bytes;
  std::int64_t position;      // of this frame: a frame read elsewhere is not valid
  std::int64_t timestamp_ns;  // sequencer's clock
  std::int64_t
      durable_start;  // when this frame was written, all bytes before here were known durable
  FrameKind kind;
  std::uint8_t reserved[7];
};
static_assert(sizeof(LogFrameHeader) == 40 && alignof(LogFrameHeader) == 8);

inline constexpr std::size_t kLogFrameHeaderBytes = sizeof(LogFrameHeader);
inline constexpr std::size_t kSegmentEndFrameBytes = kLogFrameHeaderBytes + sizeof(std::int64_t);

// Bytes that a frame with such a payload takes.
[[nodiscard]] constexpr std::size_t FrameBytes(std::size_t payload_bytes) {
  return kLogFrameHeaderBytes + ((payload_bytes + 7) & ~std::size_t{7});
}

// Writes a frame to `to`, which has FrameBytes(payload.size()) bytes.
void WriteFrame(std::byte* to, FrameKind kind, std::int64_t position, std::int64_t timestamp_ns,
                std::int64_t durable_start, std::span<const std::byte> payload);

struct FrameView {
  LogFrameHeader header;
  std::span<const std::byte> payload;

  [[nodiscard]] std::int64_t EndPosition() const {
    return header.position + static_cast<std::int64_t>(FrameBytes(header.payload_bytes));
  }
};

// Reads the frame at the start of `bytes`, which stand at `position`. nullptr: good, and `frame` is
// set; else what is wrong with it.
[[nodiscard]] const char* ReadFrame(std::span<const std::byte> bytes, std::int64_t position,
                                    FrameView& frame);

// The same without the checksum, for frames that this process wrote to memory itself.
[[nodiscard]] FrameView TrustedFrame(const std::byte* bytes);

// kSegmentEnd: the position of the next segment's first frame.
[[nodiscard]] std::int64_t NextSegmentPosition(const FrameView& frame);

}  // namespace lockstep
