#include "gateway/http/websocket_queue.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace lockstep {
namespace {

constexpr unsigned kFinal = 0x80;
constexpr std::size_t kMaxShort = 125;
constexpr std::size_t kMax16 = 0xFFFF;
// Room for frames that is kept when the queue has run empty.
constexpr std::size_t kKeptFrames = 4;
// Written frames are moved out of the way once they are this many and half of all.
constexpr std::size_t kCompactAt = 256;

}  // namespace

std::array<std::string_view, 4> WebSocketQueue::Frame::Parts() const {
  return {std::string_view(header.data(), header_bytes), message.prefix,
          message.text ? std::string_view(*message.text) : std::string_view(), message.suffix};
}

std::size_t WebSocketQueue::Frame::bytes() const {
  std::size_t sum = 0;
  for (const std::string_view part : Parts()) {
    sum += part.size();
  }
  return sum;
}

void WebSocketQueue::Push(WebSocketText message, WebSocketOpcode opcode) {
  const std::size_t length =
      message.prefix.size() + (message.text ? message.text->size() : 0) + message.suffix.size();
  Frame& frame = frames_.emplace_back();
  frame.message = std::move(message);
  frame.header[0] = static_cast<char>(kFinal | static_cast<unsigned>(opcode));
  std::size_t length_bytes = 0;
  if (length <= kMaxShort) {
    frame.header[1] = static_cast<char>(length);
  } else if (length <= kMax16) {
    frame.header[1] = 126;
    length_bytes = 2;
  } else {
    frame.header[1] = 127;
    length_bytes = 8;
  }
  for (std::size_t i = 0; i < length_bytes; ++i) {
    frame.header[2 + i] = static_cast<char>(length >> 8U * (length_bytes - 1 - i));
  }
  frame.header_bytes = static_cast<std::uint8_t>(2 + length_bytes);
  size_ += frame.bytes() + kFrameCost;
}

void WebSocketQueue::PushControl(WebSocketOpcode opcode, std::string payload) {
  Push({.prefix = {},
        .text = std::make_shared<const std::string>(std::move(payload)),
        .suffix = {},
        .owner = nullptr},
       opcode);
}

std::size_t WebSocketQueue::Gather(std::span<iovec> vectors) const {
  std::size_t count = 0;
  std::size_t skip = written_;
  for (std::size_t i = next_; i < frames_.size(); ++i) {
    for (std::string_view part : frames_[i].Parts()) {
      const std::size_t skipped = std::min(skip, part.size());
      skip -= skipped;
      part.remove_prefix(skipped);
      if (part.empty()) {
        continue;
      }
      if (count == vectors.size()) {
        return count;
      }
      vectors[count++] = {.iov_base = const_cast<char*>(part.data()), .iov_len = part.size()};
    }
  }
  return count;
}

std::size_t WebSocketQueue::Consume(std::size_t bytes) {
  std::size_t texts = 0;
  while (next_ < frames_.size()) {
    Frame& frame = frames_[next_];
    const std::size_t rest = frame.bytes() - written_;
    if (bytes < rest) {
      written_ += bytes;
      break;
    }
    bytes -= rest;
    size_ -= frame.bytes() + kFrameCost;
    const auto opcode = static_cast<unsigned char>(frame.header[0]) & 0xFU;
    texts += opcode == static_cast<unsigned>(WebSocketOpcode::kText) ? 1 : 0;
    frame.message = {};
    written_ = 0;
    ++next_;
  }
  if (next_ == frames_.size()) {
    next_ = 0;
    frames_.clear();
    if (frames_.capacity() > kKeptFrames) {
      frames_.shrink_to_fit();
    }
  } else if (next_ >= kCompactAt && next_ * 2 >= frames_.size()) {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(next_));
    next_ = 0;
  }
  return texts;
}

void WebSocketQueue::DropWaiting() {
  const std::size_t kept = next_ + (written_ > 0 ? 1 : 0);
  while (frames_.size() > kept) {
    size_ -= frames_.back().bytes() + kFrameCost;
    frames_.pop_back();
  }
}

}  // namespace lockstep
