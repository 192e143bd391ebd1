// Cuts a byte stream into framed messages, however it arrives in pieces.
//
// Shape: holds at most one incomplete message; whole ones are handed on from where they lie. Frame:
// protocol/frame.h. A stream that has once been wrong stays wrong: there is no telling where its
// next message begins. Threads: none of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "protocol/frame.h"

namespace lockstep {

enum class FrameError : std::uint8_t {
  kNone,
  kTooShort,       // the length does not even cover a message header
  kTooLarge,       // the length is above the bound; nothing of it was stored
  kWrongEncoding,  // not SBE 1.0 little-endian
};

class FrameParser {
 public:
  // `max_message_bytes`: with the frame header.
  explicit FrameParser(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}

  // Hands each whole message, without its frame header, to `handler(std::span<std::byte>) -> bool`.
  // The handler may change the bytes; false: take no more, the rest of `bytes` is dropped. An error
  // is returned at once and again for ever.
  template <class Handler>
  FrameError Feed(std::span<std::byte> bytes, Handler&& handler);

  // Bytes of a message that is not complete yet.
  [[nodiscard]] std::size_t PartialBytes() const { return partial_.size(); }

 private:
  // Looks at a frame header. Sets `error_` or returns the length of the whole frame.
  std::size_t Measure(std::span<const std::byte> header);
  // Moves bytes from the front of `from` to the partial message until that has `target` bytes.
  // False: not enough.
  bool FillPartial(std::span<std::byte>& from, std::size_t target);

  std::size_t max_message_bytes_;
  FrameError error_ = FrameError::kNone;
  std::vector<std::byte> partial_;
};

template <class Handler>
FrameError FrameParser::Feed(std::span<std::byte> bytes, Handler&& handler) {
  while (error_ == FrameError::kNone && !bytes.empty()) {
    if (partial_.empty() && bytes.size() >= kFrameHeaderBytes) {
      const std::size_t length = Measure(bytes);
      if (error_ != FrameError::kNone) {
        break;
      }
      if (length <= bytes.size()) {
        const auto message = bytes.subspan(kFrameHeaderBytes, length - kFrameHeaderBytes);
        bytes = bytes.subspan(length);
        if (!handler(message)) {
          return error_;
        }
        continue;
      }
    }
    if (!FillPartial(bytes, kFrameHeaderBytes)) {
      break;
    }
    const std::size_t length = Measure(partial_);
    if (error_ != FrameError::kNone || !FillPartial(bytes, length)) {
      break;
    }
    const bool go_on = handler(std::span(partial_).subspan(kFrameHeaderBytes));
    partial_.clear();
    if (!go_on) {
      break;
    }
  }
  return error_;
}

}  // namespace lockstep
