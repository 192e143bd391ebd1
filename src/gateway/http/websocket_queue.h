// What waits to be written to one WebSocket: frames in order, their texts shared with other
// sockets and never copied.
//
// Shape: a ring by index in a vector that is given back when it has run empty after a burst.
// Threads: the loop's.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/web_handler.h"

namespace lockstep {

enum class WebSocketOpcode : std::uint8_t { kText = 0x1, kClose = 0x8, kPing = 0x9, kPong = 0xA };

class WebSocketQueue {
 public:
  // What a frame costs beside its bytes, so that many small ones are bounded too.
  static constexpr std::size_t kFrameCost = 96;

  void Push(WebSocketText message, WebSocketOpcode opcode = WebSocketOpcode::kText);
  void PushControl(WebSocketOpcode opcode, std::string payload);

  // Points `vectors` at the oldest bytes; returns how many were filled. Valid until the next
  // change.
  [[nodiscard]] std::size_t Gather(std::span<iovec> vectors) const;
  // Forgets the oldest `bytes`, which have been written. Returns how many text messages that ended.
  std::size_t Consume(std::size_t bytes);
  // Forgets all but a frame that has been written in part.
  void DropWaiting();

  // Bytes and costs of frames.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return next_ == frames_.size(); }

 private:
  struct Frame {
    std::array<char, 10> header;
    std::uint8_t header_bytes;
    WebSocketText message;

    [[nodiscard]] std::array<std::string_view, 4> Parts() const;
    [[nodiscard]] std::size_t bytes() const;
  };

  std::vector<Frame> frames_;
  std::size_t next_ = 0;     // frames before it have been written
  std::size_t written_ = 0;  // of frames_[next_]
  std::size_t size_ = 0;
};

}  // namespace lockstep
