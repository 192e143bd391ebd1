#include "gateway/http/websocket_reader.h"

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace lockstep {
namespace {

enum Opcode : std::uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

constexpr unsigned kFinal = 0x80;
constexpr unsigned kReserved = 0x70;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kLength16 = 126;
constexpr unsigned kLength64 = 127;
constexpr std::size_t kMaskBytes = 4;
constexpr std::size_t kMaxControlBytes = 125;

WebSocketReader::Result Fail(WebSocketCode code, std::string_view reason) {
  return {.kind = WebSocketReader::Kind::kError, .code = code, .reason = reason};
}

std::uint64_t ReadBigEndian(std::span<const char> bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) {
    value = value << 8U | static_cast<unsigned char>(byte);
  }
  return value;
}

// Eight bytes at a time: the mask repeats every four.
void Unmask(std::span<char> payload, std::span<const char> mask) {
  std::array<char, 8> twice;
  std::memcpy(twice.data(), mask.data(), kMaskBytes);
  std::memcpy(twice.data() + kMaskBytes, mask.data(), kMaskBytes);
  std::uint64_t wide_mask = 0;
  std::memcpy(&wide_mask, twice.data(), sizeof(wide_mask));
  std::size_t at = 0;
  for (; at + sizeof(wide_mask) <= payload.size(); at += sizeof(wide_mask)) {
    std::uint64_t word = 0;
    std::memcpy(&word, payload.data() + at, sizeof(word));
    word ^= wide_mask;
    std::memcpy(payload.data() + at, &word, sizeof(word));
  }
  for (; at < payload.size(); ++at) {
    payload[at] = static_cast<char>(payload[at] ^ mask[at % kMaskBytes]);
  }
}

bool IsUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

}  // namespace

bool IsCloseCodeOfPeer(std::uint16_t code) {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

WebSocketReader::Result WebSocketReader::Next(std::span<char> bytes) {
  if (was_whole_) {
    message_.clear();
  }
  if (bytes.size() < 2) {
    return {};
  }
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  const unsigned opcode = first & 0xFU;
  const bool is_final = (first & kFinal) != 0;
  const bool is_control = opcode >= kClose;
  const bool is_known = opcode <= kBinary || (is_control && opcode <= kPong);
  if ((first & kReserved) != 0 || !is_known) {
    return Fail(WebSocketCode::kProtocolError, "a frame of a kind that was not agreed on");
  }
  if ((second & kMasked) == 0) {
    return Fail(WebSocketCode::kProtocolError, "a client masks its frames");
  }
  const unsigned short_length = second & 0x7FU;
  if (is_control && (!is_final || short_length > kMaxControlBytes)) {
    return Fail(WebSocketCode::kProtocolError, "a control frame is short and in one piece");
  }
  if (opcode == kBinary) {
    return Fail(WebSocketCode::kUnsupported, "text alone");
  }
  if (!is_control && (opcode == kContinuation) != in_message_) {
    return Fail(WebSocketCode::kProtocolError, "fragments out of order");
  }
  const std::size_t length_bytes = short_length == kLength64   ? 8
                                   : short_length == kLength16 ? 2
                                                               : 0;
  const std::size_t header_bytes = 2 + length_bytes + kMaskBytes;
  if (bytes.size() < 2 + length_bytes) {
    return {};
  }
  const std::uint64_t length =
      length_bytes == 0 ? short_length : ReadBigEndian(bytes.subspan(2, length_bytes));
  const std::size_t in_message = in_message_ && !is_control ? message_.size() : 0;
  if (length > max_message_bytes_ - in_message) {
    return Fail(WebSocketCode::kTooBig, "the message is too large");
  }
  if (bytes.size() < header_bytes + length) {
    return {};
  }
  const std::span<char> payload = bytes.subspan(header_bytes, length);
  Unmask(payload, bytes.subspan(2 + length_bytes, kMaskBytes));
  const std::string_view text(payload.data(), payload.size());
  Result result;
  switch (opcode) {
    case kPing:
      result = {.kind = Kind::kPing, .payload = text};
      break;
    case kPong:
      result = {.kind = Kind::kPong, .payload = text};
      break;
    case kClose:
      result = TakeClose(text);
      break;
    default:
      result = TakeData(opcode == kText, is_final, text);
  }
  result.used = header_bytes + length;
  return result;
}

WebSocketReader::Result WebSocketReader::TakeData(bool is_first, bool is_last,
                                                  std::string_view payload) {
  in_message_ = !is_last;
  std::string_view whole = payload;
  if (!is_first || !is_last) {
    message_ += payload;
    was_whole_ = is_last;
    if (!is_last) {
      return {.kind = Kind::kFragment};
    }
    whole = message_;
  }
  if (!IsUtf8(whole)) {
    return Fail(WebSocketCode::kBadPayload, "not UTF-8");
  }
  return {.kind = Kind::kText, .payload = whole};
}

WebSocketReader::Result WebSocketReader::TakeClose(std::string_view payload) {
  if (payload.empty()) {
    return {.kind = Kind::kClose, .code = WebSocketCode::kNoStatus};
  }
  if (payload.size() < 2) {
    return Fail(WebSocketCode::kProtocolError, "half a close code");
  }
  const auto code = static_cast<std::uint16_t>(ReadBigEndian({payload.data(), 2}));
  if (!IsCloseCodeOfPeer(code)) {
    return Fail(WebSocketCode::kProtocolError, "not a close code");
  }
  if (!IsUtf8(payload.substr(2))) {
    return Fail(WebSocketCode::kBadPayload, "not UTF-8");
  }
  // Codes from 3000 on are the peer's own and have no name here.
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange)
  return {.kind = Kind::kClose, .code = static_cast<WebSocketCode>(code)};
}

}  // namespace lockstep
