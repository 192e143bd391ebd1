#include "protocol/text.h"

#include <charconv>
#include <cstdint>
#include <cstring>
#include <utility>

#include "protocol/text_schema.h"

namespace lockstep {
namespace {

using text::Field;
using text::FieldKind;
using text::MessageText;

constexpr std::string_view kRawWord = "raw";
constexpr std::string_view kHexDigits = "0123456789abcdef";

// ---- values of single fields ----

struct Value {
  std::uint64_t low = 0;   // every number, two's complement; of a request id the lower half
  std::uint64_t high = 0;  // of a request id alone
  std::string characters;  // names and data fields

  friend bool operator==(const Value&, const Value&) = default;
};

std::size_t BytesOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::kUint8:
      return 1;
    case FieldKind::kUint16:
      return 2;
    case FieldKind::kUint32:
    case FieldKind::kInt32:
      return 4;
    case FieldKind::kUint64:
    case FieldKind::kInt64:
      return 8;
    case FieldKind::kRequestId:
    case FieldKind::kName16:
      return 16;
  }
  return 0;
}

bool IsSigned(FieldKind kind) { return kind == FieldKind::kInt32 || kind == FieldKind::kInt64; }

Value Load(FieldKind kind, const std::byte* at) {
  Value value;
  if (kind == FieldKind::kName16) {
    value.characters.assign(reinterpret_cast<const char*>(at), 16);
    value.characters.resize(value.characters.find_last_not_of('\0') + 1);
  } else if (kind == FieldKind::kRequestId) {
    std::memcpy(&value.high, at, 8);
    std::memcpy(&value.low, at + 8, 8);
  } else if (kind == FieldKind::kInt32) {
    std::int32_t number = 0;
    std::memcpy(&number, at, 4);
    value.low = static_cast<std::uint64_t>(std::int64_t{number});
  } else {
    std::memcpy(&value.low, at, BytesOf(kind));
  }
  return value;
}

// Requires that the value fits (ParseValue has seen to it).
void Store(FieldKind kind, const Value& value, std::byte* at) {
  if (kind == FieldKind::kName16) {
    std::memset(at, 0, 16);
    std::memcpy(at, value.characters.data(), value.characters.size());
  } else if (kind == FieldKind::kRequestId) {
    std::memcpy(at, &value.high, 8);
    std::memcpy(at + 8, &value.low, 8);
  } else {
    std::memcpy(at, &value.low, BytesOf(kind));
  }
}

std::string Escape(std::string_view raw) {
  std::string result;
  for (const char c : raw) {
    if (c > ' ' && c <= '~' && c != '%') {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += {'%', kHexDigits[byte >> 4U], kHexDigits[byte & 15U]};
    }
  }
  return result;
}

// The bytes of a string of hex digits; false: not that.
bool FromHex(std::string_view digits, std::string& bytes) {
  if (digits.size() % 2 != 0) {
    return false;
  }
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto high = kHexDigits.find(digits[i]);
    const auto low = kHexDigits.find(digits[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return false;
    }
    bytes += static_cast<char>(high * 16 + low);
  }
  return true;
}

bool Unescape(std::string_view escaped, std::string& raw) {
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '%') {
      raw += escaped[i];
      continue;
    }
    if (escaped.size() - i < 3 || !FromHex(escaped.substr(i + 1, 2), raw)) {
      return false;
    }
    i += 2;
  }
  return true;
}

std::string Print(const Field& field, const Value& value) {
  switch (field.kind) {
    case FieldKind::kName16:
      return Escape(value.characters);
    case FieldKind::kRequestId:
      return (value.high == 0 ? std::string() : std::to_string(value.high) + ":") +
             std::to_string(value.low);
    default:
      break;
  }
  if (field.enum_name != nullptr) {
    if (std::string name = field.enum_name(value.low); !name.empty()) {
      return name;
    }
  }
  return IsSigned(field.kind) ? std::to_string(static_cast<std::int64_t>(value.low))
                              : std::to_string(value.low);
}

template <class Number>
bool ParseNumber(std::string_view written, Number& number) {
  std::string digits;
  for (const char c : written) {
    if (c != '_') {
      digits += c;
    }
  }
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  return error == std::errc() && stop == end;
}

// Looks an enum's value up by name. The enums have at most 256 values.
bool ParseName(text::EnumName name_of, std::string_view name, std::uint64_t& value) {
  for (std::uint64_t candidate = 0; candidate < 256; ++candidate) {
    if (name_of(candidate) == name) {
      value = candidate;
      return !name.empty();
    }
  }
  return false;
}

bool ParseValue(const Field& field, std::string_view written, Value& value) {
  if (field.kind == FieldKind::kName16) {
    return Unescape(written, value.characters) && value.characters.size() <= 16;
  }
  if (field.kind == FieldKind::kRequestId) {
    const auto colon = written.find(':');
    if (colon == std::string_view::npos) {
      return ParseNumber(written, value.low);
    }
    return ParseNumber(written.substr(0, colon), value.high) &&
           ParseNumber(written.substr(colon + 1), value.low);
  }
  if (field.enum_name != nullptr && ParseName(field.enum_name, written, value.low)) {
    return true;
  }
  if (IsSigned(field.kind)) {
    std::int64_t number = 0;
    const bool ok = ParseNumber(written, number) && (field.kind == FieldKind::kInt64 ||
                                                     (number >= INT32_MIN && number <= INT32_MAX));
    value.low = static_cast<std::uint64_t>(number);
    return ok;
  }
  const std::size_t bits = BytesOf(field.kind) * 8;
  return ParseNumber(written, value.low) && (bits == 64 || value.low >> bits == 0);
}

// ---- whole lines ----

// Calls visit(field) for every field, filters included, in the order of the text form.
template <class Visit>
void ForEachField(const MessageText& message, Visit&& visit) {
  for (const Field& field : message.fields) {
    visit(field);
  }
  if (message.block_offset_of_filters != 0) {
    for (Field field : text::FilterFields()) {
      field.offset += message.block_offset_of_filters;
      visit(field);
    }
  }
}

template <class Visit>
void ForEachHeaderField(const MessageText& message, Visit&& visit) {
  for (const Field& field : message.prologue) {
    visit(field);
  }
}

// One line, taken apart and understood.
struct Line {
  const MessageText* message = nullptr;
  std::vector<std::pair<Field, Value>> fields;
  std::vector<std::pair<std::size_t, std::string>> data;  // index of the data field
};

std::vector<std::string_view> SplitWords(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const auto start = line.find_first_not_of(" \t\r");
    if (start == std::string_view::npos) {
      return words;
    }
    line.remove_prefix(start);
    const auto end = line.find_first_of(" \t\r");
    words.push_back(line.substr(0, end));
    line.remove_prefix(words.back().size());
  }
}

Status UnknownWord(std::string_view word, std::string_view line, std::string_view why) {
  return {StatusCode::kInvalidArgument,
          "'" + std::string(word) + "' " + std::string(why) + ", in: " + std::string(line)};
}

Status ParseBareWord(std::string_view word, std::string_view text_line, Line& line) {
  bool found = false;
  ForEachField(*line.message, [&](const Field& field) {
    Value value;
    if (!found && field.bare && ParseName(field.enum_name, word, value.low) && value.low != 0) {
      line.fields.emplace_back(field, value);
      found = true;
    }
  });
  return found ? Status::Ok() : UnknownWord(word, text_line, "is no value or key");
}

Status ParseItem(std::string_view word, std::string_view text_line, Line& line) {
  const auto equals = word.find('=');
  if (equals == std::string_view::npos) {
    return ParseBareWord(word, text_line, line);
  }
  const std::string_view key = word.substr(0, equals);
  const std::string_view written = word.substr(equals + 1);
  bool found = false;
  Status status;
  const auto try_field = [&](const Field& field) {
    if (found || field.key != key) {
      return;
    }
    found = true;
    Value value;
    if (!ParseValue(field, written, value)) {
      status = UnknownWord(word, text_line, "has a value that does not fit");
    }
    line.fields.emplace_back(field, value);
  };
  ForEachField(*line.message, try_field);
  ForEachHeaderField(*line.message, try_field);
  for (std::size_t i = 0; !found && i < line.message->data_keys.size(); ++i) {
    if (line.message->data_keys[i] == key) {
      found = true;
      std::string raw;
      if (!Unescape(written, raw) || raw.size() > 254) {
        status = UnknownWord(word, text_line, "has a value that does not fit");
      }
      line.data.emplace_back(i, std::move(raw));
    }
  }
  return found ? status : UnknownWord(key, text_line, "is no key of this message");
}

Result<Line> ParseLine(std::string_view text_line) {
  const auto words = SplitWords(text_line);
  if (words.empty()) {
    return Error(StatusCode::kInvalidArgument, "an empty line is no message");
  }
  Line line;
  line.message = text::FindByWord(words[0]);
  if (line.message == nullptr) {
    return std::unexpected(UnknownWord(words[0], text_line, "is no message"));
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (Status status = ParseItem(words[i], text_line, line); !status.ok()) {
      return std::unexpected(std::move(status));
    }
  }
  return line;
}

// Requires the shape of the message's template.
std::vector<std::string> LoadData(const MessageText& message, std::span<const std::byte> bytes) {
  std::size_t at = kMessageHeaderBytes + ReadMessageHeader(bytes).block_length;
  std::vector<std::string> data;
  for (std::size_t i = 0; i < message.data_keys.size(); ++i) {
    const auto length = std::to_integer<std::size_t>(bytes[at]);
    data.emplace_back(reinterpret_cast<const char*>(bytes.data()) + at + 1, length);
    at += 1 + length;
  }
  return data;
}

// The table of a message whose bytes have its shape; null otherwise.
const MessageText* Recognize(std::span<const std::byte> bytes) {
  if (bytes.size() < kMessageHeaderBytes) {
    return nullptr;
  }
  const MessageHeaderView header = ReadMessageHeader(bytes);
  const MessageText* message = text::FindByTemplate(header.template_id);
  if (message == nullptr || header.schema_id != sbe::EntryHeader::sbeSchemaId() ||
      CheckShape(bytes, message->shape) != ShapeError::kNone) {
    return nullptr;
  }
  return message;
}

}  // namespace

std::string ToText(std::span<const std::byte> bytes) {
  const MessageText* message = Recognize(bytes);
  if (message == nullptr) {
    std::string result = std::string(kRawWord) + " hex=";
    for (const std::byte b : bytes) {
      const auto byte = std::to_integer<unsigned>(b);
      result += {kHexDigits[byte >> 4U], kHexDigits[byte & 15U]};
    }
    return result;
  }
  std::string result(message->word);
  const auto print = [&](const Field& field) {
    const Value value = Load(field.kind, bytes.data() + kMessageHeaderBytes + field.offset);
    if (value == Value{}) {
      return;
    }
    const bool named = field.enum_name != nullptr && !field.enum_name(value.low).empty();
    result += ' ';
    if (!field.bare || !named) {
      result += std::string(field.key) + '=';
    }
    result += Print(field, value);
  };
  ForEachField(*message, print);
  const std::vector<std::string> data = LoadData(*message, bytes);
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (!data[i].empty()) {
      result += ' ' + std::string(message->data_keys[i]) + '=' + Escape(data[i]);
    }
  }
  ForEachHeaderField(*message, print);
  return result;
}

Result<std::vector<std::byte>> CommandFromText(std::string_view text_line) {
  const auto words = SplitWords(text_line);
  if (words.size() == 2 && words[0] == kRawWord && words[1].starts_with("hex=")) {
    std::string raw;
    if (!FromHex(words[1].substr(4), raw)) {
      return std::unexpected(UnknownWord(words[1], text_line, "is not hexadecimal"));
    }
    const auto bytes = std::as_bytes(std::span(raw));
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  }
  auto line = ParseLine(text_line);
  if (!line) {
    return std::unexpected(std::move(line.error()));
  }
  const MessageText& message = *line->message;
  const MessageHeaderView header{message.shape.block_length, message.shape.template_id,
                                 sbe::EntryHeader::sbeSchemaId(),
                                 sbe::EntryHeader::sbeSchemaVersion()};
  std::vector<std::byte> bytes(kMessageHeaderBytes + message.shape.block_length);
  std::memcpy(bytes.data(), &header, sizeof(header));
  for (const auto& [field, value] : line->fields) {
    Store(field.kind, value, bytes.data() + kMessageHeaderBytes + field.offset);
  }
  std::vector<std::string> data(message.data_keys.size());
  for (auto& [index, raw] : line->data) {
    data[index] = std::move(raw);
  }
  for (const std::string& raw : data) {
    bytes.push_back(static_cast<std::byte>(raw.size()));
    const auto characters = std::as_bytes(std::span(raw));
    bytes.insert(bytes.end(), characters.begin(), characters.end());
  }
  return bytes;
}

Result<std::string> DifferenceFromText(std::string_view text_line,
                                       std::span<const std::byte> bytes) {
  auto line = ParseLine(text_line);
  if (!line) {
    return std::unexpected(std::move(line.error()));
  }
  const MessageText* message = Recognize(bytes);
  if (message != line->message) {
    return "expected a " + std::string(line->message->word);
  }
  for (const auto& [field, expected] : line->fields) {
    const Value value = Load(field.kind, bytes.data() + kMessageHeaderBytes + field.offset);
    if (value != expected) {
      return std::string(field.key) + " should be " + Print(field, expected) + ", is " +
             Print(field, value);
    }
  }
  const std::vector<std::string> data = LoadData(*message, bytes);
  for (const auto& [index, expected] : line->data) {
    if (data[index] != expected) {
      return std::string(message->data_keys[index]) + " should be '" + Escape(expected) +
             "', is '" + Escape(data[index]) + "'";
    }
  }
  return std::string();
}

}  // namespace lockstep
