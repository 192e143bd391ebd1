// Whether bytes from outside have the shape of an SBE message of ours: known template, whole fixed
// block, whole data fields. Only then may a codec be wrapped around them. Values are checked later,
// by the engine or the gateway.
//
// Header-only and free of allocation, because the engine and the gateway's parser both use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "protocol/entry.h"

namespace lockstep {

// Length of the fixed block and number of varString fields behind it, of one template of this
// schema version.
struct MessageShape {
  std::uint16_t template_id;
  std::uint16_t block_length;
  std::uint8_t data_fields;
};

enum class ShapeError : std::uint8_t { kNone, kUnknownTemplate, kMalformed };

// Checks `message` (with its message header) against `shape`. Longer blocks (a newer sender) and
// bytes behind the last data field are accepted; shorter ones are not.
inline ShapeError CheckShape(std::span<const std::byte> message, const MessageShape& shape) {
  const MessageHeaderView header = ReadMessageHeader(message);
  if (header.block_length < shape.block_length) {
    return ShapeError::kMalformed;
  }
  std::size_t at = kMessageHeaderBytes + std::size_t{header.block_length};
  if (at > message.size()) {
    return ShapeError::kMalformed;
  }
  for (int i = 0; i < shape.data_fields; ++i) {
    if (at >= message.size()) {
      return ShapeError::kMalformed;
    }
    const auto length = std::to_integer<std::size_t>(message[at]);
    at += 1 + length;
    if (length == 255 || at > message.size()) {
      return ShapeError::kMalformed;
    }
  }
  return ShapeError::kNone;
}

template <class Codec>
constexpr MessageShape ShapeOf(std::uint8_t data_fields) {
  return {Codec::sbeTemplateId(), Codec::sbeBlockLength(), data_fields};
}

// Shapes by their template ids, so that one is found without a search. Ids that have none are of
// template 0.
template <std::size_t kIds>
struct ShapeTable {
  MessageShape shapes[kIds];
};

// Requires that all ids are below kIds.
template <std::size_t kIds, std::size_t N>
constexpr ShapeTable<kIds> ShapesById(const MessageShape (&shapes)[N]) {
  ShapeTable<kIds> table{};
  for (const MessageShape& shape : shapes) {
    table.shapes[shape.template_id] = shape;
  }
  return table;
}

template <std::size_t kIds>
ShapeError CheckShape(std::span<const std::byte> message, const ShapeTable<kIds>& table) {
  if (message.size() < kMessageHeaderBytes) {
    return ShapeError::kMalformed;
  }
  const MessageHeaderView header = ReadMessageHeader(message);
  if (header.schema_id != sbe::EntryHeader::sbeSchemaId() || header.template_id >= kIds ||
      table.shapes[header.template_id].template_id == 0) {
    return ShapeError::kUnknownTemplate;
  }
  return CheckShape(message, table.shapes[header.template_id]);
}

// Looks the message's template up in `shapes` and checks it.
template <std::size_t N>
ShapeError CheckShape(std::span<const std::byte> message, const MessageShape (&shapes)[N]) {
  if (message.size() < kMessageHeaderBytes) {
    return ShapeError::kMalformed;
  }
  const MessageHeaderView header = ReadMessageHeader(message);
  if (header.schema_id != sbe::EntryHeader::sbeSchemaId()) {
    return ShapeError::kUnknownTemplate;
  }
  for (const MessageShape& shape : shapes) {
    if (shape.template_id == header.template_id) {
      return CheckShape(message, shape);
    }
  }
  return ShapeError::kUnknownTemplate;
}

}  // namespace lockstep
