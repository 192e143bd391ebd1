#include "gateway/binance/parameters.h"

#include <simdjson.h>

#include <algorithm>
#include <cstddef>

namespace lockstep {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return -1;
}

bool IsPlain(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return c != '%' && c != '+' && static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::optional<std::string_view> Parameters::Decode(std::string_view text) {
  if (IsPlain(text)) {
    return text;
  }
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = high < 0 ? -1 : HexDigit(text[i + 2]);
      if (low < 0) {
        return std::nullopt;
      }
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  if (!simdjson::validate_utf8(decoded.data(), decoded.size())) {
    return std::nullopt;
  }
  return buffers_.emplace_back(std::move(decoded));
}

std::optional<ApiError> Parameters::AddUrlEncoded(std::string_view text) {
  const std::size_t earlier = list_.size();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) {
      continue;
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = Decode(pair.substr(0, equals));
    const auto value = Decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) {
      return MakeError(ErrorKind::kIllegalEncoding);
    }
    const auto known = std::ranges::find(list_, *name, &Parameter::name);
    if (known == list_.end()) {
      if (list_.size() == kMaxParameters) {
        return MakeError(ErrorKind::kTooManyParameters);
      }
      list_.push_back({.name = *name, .value = *value, .was_read = false});
    } else if (static_cast<std::size_t>(known - list_.begin()) >= earlier) {
      return MakeError(ErrorKind::kDuplicateParameter);
    }
  }
  return std::nullopt;
}

bool Parameters::AddCopy(std::string_view name, std::string_view value) {
  if (list_.size() == kMaxParameters || Has(name)) {
    return false;
  }
  const std::string_view kept_name = buffers_.emplace_back(name);
  const std::string_view kept_value = buffers_.emplace_back(value);
  list_.push_back({.name = kept_name, .value = kept_value, .was_read = false});
  return true;
}

Parameters Parameters::Copy() const {
  Parameters copy;
  for (const Parameter& parameter : list_) {
    if (copy.AddCopy(parameter.name, parameter.value)) {
      copy.list_.back().was_read = parameter.was_read;
    }
  }
  return copy;
}

Parameter* Parameters::Find(std::string_view name) {
  const auto found = std::ranges::find(list_, name, &Parameter::name);
  return found == list_.end() ? nullptr : &*found;
}

bool Parameters::Has(std::string_view name) const {
  return std::ranges::find(list_, name, &Parameter::name) != list_.end();
}

}  // namespace lockstep
