#include "sequencer/journal/frame.h"

#include <cstring>

#include "base/crc32c.h"

namespace lockstep {
namespace {

constexpr std::size_t kCrcBytes = sizeof(LogFrameHeader::crc32c);

}  // namespace

void WriteFrame(std::byte* to, FrameKind kind, std::int64_t position, std::int64_t timestamp_ns,
                std::int64_t durable_start, std::span<const std::byte> payload) {
  const LogFrameHeader header{.crc32c = 0,
                              .payload_bytes = static_cast<std::uint32_t>(payload.size()),
                              .position = position,
                              .timestamp_ns = timestamp_ns,
                              .durable_start = durable_start,
                              .kind = kind,
                              .reserved = {}};
  const std::size_t bytes = FrameBytes(payload.size());
  std::memcpy(to, &header, sizeof(header));
  if (!payload.empty()) {
    std::memcpy(to + kLogFrameHeaderBytes, payload.data(), payload.size());
    std::memset(to + kLogFrameHeaderBytes + payload.size(), 0,
                bytes - kLogFrameHeaderBytes - payload.size());
  }
  const std::uint32_t crc = Crc32c({to + kCrcBytes, bytes - kCrcBytes});
  std::memcpy(to, &crc, sizeof(crc));
}

const char* ReadFrame(std::span<const std::byte> bytes, std::int64_t position, FrameView& frame) {
  if (bytes.size() < kLogFrameHeaderBytes) {
    return "no room for a frame";
  }
  LogFrameHeader header{};
  std::memcpy(&header, bytes.data(), sizeof(header));
  // Position first: it tells a frame from anything else at the cost of one comparison.
  if (header.position != position) {
    return "no frame of this position";
  }
  if (FrameBytes(header.payload_bytes) > bytes.size()) {
    return "the frame's length goes beyond the segment";
  }
  const std::size_t frame_bytes = FrameBytes(header.payload_bytes);
  if (Crc32c(bytes.subspan(kCrcBytes, frame_bytes - kCrcBytes)) != header.crc32c) {
    return "wrong checksum of a frame";
  }
  if (header.kind < FrameKind::kEntry || header.kind > FrameKind::kSegmentEnd ||
      (header.kind == FrameKind::kSegmentEnd && header.payload_bytes != sizeof(std::int64_t))) {
    return "unknown kind of frame";
  }
  frame.header = header;
  frame.payload = bytes.subspan(kLogFrameHeaderBytes, header.payload_bytes);
  return nullptr;
}

FrameView TrustedFrame(const std::byte* bytes) {
  FrameView frame{};
  std::memcpy(&frame.header, bytes, sizeof(frame.header));
  frame.payload = {bytes + kLogFrameHeaderBytes, frame.header.payload_bytes};
  return frame;
}

std::int64_t NextSegmentPosition(const FrameView& frame) {
  std::int64_t next = 0;
  std::memcpy(&next, frame.payload.data(), sizeof(next));
  return next;
}

}  // namespace lockstep
