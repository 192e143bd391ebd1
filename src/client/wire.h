// Reading messages that came from an exchange: a codec only where the bytes have its shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "protocol/entry.h"
#include "protocol/shape.h"

namespace lockstep {

// 0: not even a message header.
inline std::uint16_t TemplateIdOf(std::span<const std::byte> message) {
  return message.size() < kMessageHeaderBytes ? std::uint16_t{0}
                                              : ReadMessageHeader(message).template_id;
}

// The codec over `message`, whose fixed block and first `kDataFields` data fields can be read
// whole; nothing when it is another message or too short.
template <class Codec, std::uint8_t kDataFields = 0>
std::optional<Codec> As(std::span<const std::byte> message) {
  if (TemplateIdOf(message) != Codec::sbeTemplateId() ||
      CheckShape(message, ShapeOf<Codec>(kDataFields)) != ShapeError::kNone) {
    return std::nullopt;
  }
  return Decode<Codec>(message);
}

}  // namespace lockstep
