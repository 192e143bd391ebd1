// Which fields the text form shows for each message, under which keys, in which order. Reserved
// fields have none.
//
// Shape: constant tables; offsets and lengths are those of the generated codecs. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/shape.h"

namespace lockstep::text {

enum class FieldKind : std::uint8_t {
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kInt32,
  kInt64,
  kRequestId,  // two uint64, high then low
  kName16,     // 16 characters, padded with NUL
};

// The lower-case name of an enum's value; empty: not a value of it.
using EnumName = std::string (*)(std::uint64_t value);

struct Field {
  std::string_view key;
  std::size_t offset;  // from the start of the block
  FieldKind kind;
  EnumName enum_name = nullptr;  // null: a plain number
  bool bare = false;             // its values may stand without `key=`
};

struct MessageText {
  std::string_view word;
  MessageShape shape;
  std::uint16_t block_offset_of_filters;  // 0: none
  std::span<const Field> prologue;        // fields of the header composites, written last
  std::span<const Field> fields;
  std::span<const std::string_view> data_keys;  // in the order of the schema
};

// Null: not a message that the text form knows.
[[nodiscard]] const MessageText* FindByTemplate(std::uint16_t template_id);
[[nodiscard]] const MessageText* FindByWord(std::string_view word);

// The fields of the composite SymbolFilters; offsets from its start.
[[nodiscard]] std::span<const Field> FilterFields();

}  // namespace lockstep::text
