#include "gateway/sbe/frame_parser.h"

#include <algorithm>

#include "protocol/entry.h"

namespace lockstep {

std::size_t FrameParser::Measure(std::span<const std::byte> header) {
  const FrameHeader frame = ReadFrameHeader(header);
  // The encoding first: a peer that speaks another protocol is told so, whatever its first bytes
  // mean as a length.
  if (frame.encoding != kFrameEncodingSbe) {
    error_ = FrameError::kWrongEncoding;
  } else if (frame.length < kFrameHeaderBytes + kMessageHeaderBytes) {
    error_ = FrameError::kTooShort;
  } else if (frame.length > max_message_bytes_) {
    error_ = FrameError::kTooLarge;
  }
  return frame.length;
}

bool FrameParser::FillPartial(std::span<std::byte>& from, std::size_t target) {
  if (partial_.size() < target) {
    const std::size_t take = std::min(target - partial_.size(), from.size());
    partial_.insert(partial_.end(), from.begin(), from.begin() + static_cast<std::ptrdiff_t>(take));
    from = from.subspan(take);
  }
  return partial_.size() >= target;
}

}  // namespace lockstep
