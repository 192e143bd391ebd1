// Writes JSON straight into a string, commas included.
//
// Shape: knows nothing of nesting but whether a comma is due; the caller closes what it opens. Keys
// are written as they are (they are ours); strings are escaped. Times are in milliseconds, or in
// microseconds where the client has asked for them.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/decimal.h"

namespace lockstep {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, bool microseconds = false)
      : out_(out), microseconds_(microseconds) {}

  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }

  void Key(std::string_view key) {
    Comma();
    out_.push_back('"');
    out_.append(key);
    out_.append("\":");
    comma_ = false;
  }

  void Value(std::string_view text) {
    Comma();
    AppendQuoted(out_, text);
  }
  void Value(const char* text) { Value(std::string_view(text)); }
  void Value(const std::string& text) { Value(std::string_view(text)); }
  void Value(bool value) { Raw(value ? "true" : "false"); }
  void Value(std::integral auto value) {
    char text[24];
    const auto end = std::to_chars(text, text + sizeof(text), value);
    Raw({text, static_cast<std::size_t>(end.ptr - text)});
  }
  void Null() { Raw("null"); }
  // A JSON value that is one already.
  void Raw(std::string_view value) {
    Comma();
    out_.append(value);
  }
  // "1.50000000"
  void Decimal(std::int64_t units, int scale) {
    Comma();
    out_.push_back('"');
    AppendDecimal(out_, units, scale);
    out_.push_back('"');
  }
  void Time(std::int64_t ns) { Value(ns / (microseconds_ ? 1'000 : 1'000'000)); }

  void Field(std::string_view key, const auto& value) {
    Key(key);
    Value(value);
  }
  void DecimalField(std::string_view key, std::int64_t units, int scale) {
    Key(key);
    Decimal(units, scale);
  }
  void TimeField(std::string_view key, std::int64_t ns) {
    Key(key);
    Time(ns);
  }

  // Appends `text` in quotes. What is not printable ASCII but valid UTF-8 stays as it is.
  static void AppendQuoted(std::string& out, std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out.push_back('"');
    for (const char c : text) {
      if (c == '"' || c == '\\') {
        out.push_back('\\');
        out.push_back(c);
      } else if (static_cast<unsigned char>(c) < 0x20) {
        out.append("\\u00");
        out.push_back(kHex[static_cast<unsigned char>(c) >> 4U]);
        out.push_back(kHex[static_cast<unsigned char>(c) & 0xFU]);
      } else {
        out.push_back(c);
      }
    }
    out.push_back('"');
  }

 private:
  void Comma() {
    if (comma_) {
      out_.push_back(',');
    }
    comma_ = true;
  }
  void Open(char bracket) {
    Comma();
    out_.push_back(bracket);
    comma_ = false;
  }
  void Close(char bracket) {
    out_.push_back(bracket);
    comma_ = true;
  }

  std::string& out_;
  bool microseconds_;
  bool comma_ = false;
};

}  // namespace lockstep
