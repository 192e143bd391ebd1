// Bytes from a WebSocket client in, messages and control frames out: RFC 6455 as a server reads it,
// without extensions.
//
// Bounds: the bytes of a message, whole or in fragments. Threads: one. No I/O, so it can be fuzzed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lockstep {

// RFC 6455 §7.4.1.
enum class WebSocketCode : std::uint16_t {
  kNone = 0,
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupported = 1003,
  kNoStatus = 1005,  // never on the wire
  kBadPayload = 1007,
  kPolicy = 1008,
  kTooBig = 1009,
  kInternal = 1011,
};

class WebSocketReader {
 public:
  enum class Kind : std::uint8_t {
    kNeedsMore,  // the frame at the front is not all there
    kFragment,   // a part of a message, kept
    kText,
    kPing,
    kPong,
    kClose,
    kError,  // the connection must be failed with `code`; nothing is read behind it
  };
  struct Result {
    Kind kind = Kind::kNeedsMore;
    std::size_t used = 0;                       // bytes of the input
    std::string_view payload = {};              // of kText, kPing, kPong; valid until the next call
    WebSocketCode code = WebSocketCode::kNone;  // of kClose, kError
    std::string_view reason = {};               // of kError
  };

  explicit WebSocketReader(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}

  // Reads the frame at the front of `bytes`, which are unmasked in place.
  [[nodiscard]] Result Next(std::span<char> bytes);

  // Kept of a message whose fragments have not all come.
  [[nodiscard]] std::size_t held_bytes() const { return message_.capacity(); }

 private:
  [[nodiscard]] Result TakeData(bool is_first, bool is_last, std::string_view payload);
  [[nodiscard]] static Result TakeClose(std::string_view payload);

  const std::size_t max_message_bytes_;
  std::string message_;
  bool in_message_ = false;
  bool was_whole_ = true;  // message_ holds nothing that is still needed
};

// The code that a peer may send in a close frame.
[[nodiscard]] bool IsCloseCodeOfPeer(std::uint16_t code);

}  // namespace lockstep
