#include "gateway/binance/parameter_reader.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "base/limits.h"
#include "protocol/decimal.h"

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerUs = 1'000;
// Milliseconds reach this in the year 5138, microseconds passed it in 1973.
constexpr std::int64_t kSmallestMicroseconds = 100'000'000'000'000;
constexpr std::int64_t kLargestMicroseconds = INT64_MAX / kNsPerUs;

constexpr std::string_view kIntegerRange = "^[0-9]{1,20}$";
constexpr std::string_view kDecimalRange = "^([0-9]{1,20})(\\.[0-9]{1,20})?$";
constexpr std::string_view kSymbolRange = "^[A-Z0-9-_.]{1,20}$";
constexpr std::string_view kClientOrderIdRange = "^[\\.A-Z\\:/a-z0-9_-]{1,36}$";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

bool IsInSymbolRange(std::string_view text) {
  return !text.empty() && text.size() <= 20 && std::ranges::all_of(text, [](char c) {
    return IsUpper(c) || IsDigit(c) || c == '-' || c == '_' || c == '.';
  });
}

bool IsClientOrderId(std::string_view text) {
  return text.size() <= limits::kMaxClientOrderIdBytes && std::ranges::all_of(text, [](char c) {
           return IsUpper(c) || IsLower(c) || IsDigit(c) || c == '-' || c == '_' || c == '.' ||
                  c == ':' || c == '/';
         });
}

}  // namespace

void ParameterReader::Fail(ErrorKind kind, std::string_view first, std::string_view second) {
  if (!failed()) {
    error_ = MakeError(kind, first, second);
  }
}

void ParameterReader::Fail(ApiError error) {
  if (!failed()) {
    error_ = std::move(error);
  }
}

Parameter* ParameterReader::Take(std::string_view name) {
  Parameter* const found = failed() ? nullptr : parameters_.Find(name);
  if (found != nullptr) {
    found->was_read = true;
  }
  return found;
}

std::string_view ParameterReader::Mandatory(std::string_view name) {
  const Parameter* const found = Take(name);
  if (found == nullptr || found->value.empty()) {
    Fail(ErrorKind::kMandatoryParameter, name);
    return {};
  }
  return found->value;
}

std::optional<std::string_view> ParameterReader::Optional(std::string_view name) {
  const Parameter* const found = Take(name);
  if (found == nullptr) {
    return std::nullopt;
  }
  if (found->value.empty()) {
    Fail(ErrorKind::kEmptyParameter, name);
    return std::nullopt;
  }
  return found->value;
}

std::optional<std::int64_t> ParameterReader::Integer(std::string_view name) {
  const auto text = Optional(name);
  if (!text) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (text->starts_with('-') || error == std::errc::invalid_argument ||
      end != text->data() + text->size()) {
    Fail(ErrorKind::kIllegalCharacters, name, kIntegerRange);
    return std::nullopt;
  }
  if (error != std::errc()) {
    Fail(ErrorKind::kInvalidParameter, name);
    return std::nullopt;
  }
  return value;
}

std::uint32_t ParameterReader::Limit(std::string_view name, std::uint32_t if_not_sent,
                                     std::uint32_t most) {
  const auto value = Integer(name);
  if (!value) {
    return if_not_sent;
  }
  if (*value == 0) {
    Fail(ErrorKind::kInvalidParameter, name);
    return if_not_sent;
  }
  return static_cast<std::uint32_t>(std::min<std::int64_t>(*value, most));
}

std::optional<std::int64_t> ParameterReader::TimeNs(std::string_view name) {
  const auto value = Integer(name);
  if (!value) {
    return std::nullopt;
  }
  if (*value > kLargestMicroseconds) {
    Fail(ErrorKind::kInvalidParameter, name);
    return std::nullopt;
  }
  return *value < kSmallestMicroseconds ? std::min(*value, INT64_MAX / kNsPerMs) * kNsPerMs
                                        : *value * kNsPerUs;
}

std::optional<bool> ParameterReader::Boolean(std::string_view name) {
  const auto text = Optional(name);
  if (!text) {
    return std::nullopt;
  }
  if (*text == "true" || *text == "TRUE" || *text == "True") {
    return true;
  }
  if (*text == "false" || *text == "FALSE" || *text == "False") {
    return false;
  }
  Fail(ErrorKind::kIllegalCharacters, name, "true|false");
  return std::nullopt;
}

std::optional<std::int64_t> ParameterReader::Decimal(std::string_view name, int scale,
                                                     std::string_view filter) {
  const auto text = Optional(name);
  if (!text) {
    return std::nullopt;
  }
  std::int64_t units = 0;
  DecimalError error = ParseDecimal(*text, scale, units);
  if (text->starts_with('-')) {
    error = DecimalError::kMalformed;
  }
  switch (error) {
    case DecimalError::kNone:
      return units;
    case DecimalError::kMalformed:
      Fail(ErrorKind::kIllegalCharacters, name, kDecimalRange);
      break;
    case DecimalError::kTooPrecise:
      if (ParseDecimal(*text, kTextDecimals, units) == DecimalError::kTooPrecise) {
        Fail(ErrorKind::kTooPrecise, name);
      } else {
        Fail(ErrorKind::kFilterFailure, filter);
      }
      break;
    case DecimalError::kOutOfRange:
      Fail(ErrorKind::kFilterFailure, filter);
      break;
  }
  return std::nullopt;
}

std::optional<std::string_view> ParameterReader::ClientOrderId(std::string_view name) {
  const auto text = Optional(name);
  if (text && !IsClientOrderId(*text)) {
    Fail(ErrorKind::kIllegalCharacters, name, kClientOrderIdRange);
    return std::nullopt;
  }
  return text;
}

const SymbolInfo* ParameterReader::SymbolNamed(std::string_view name) {
  if (!IsInSymbolRange(name)) {
    Fail(ErrorKind::kIllegalCharacters, "symbol", kSymbolRange);
    return nullptr;
  }
  const SymbolInfo* const symbol = reference_.FindSymbol(name);
  if (symbol == nullptr) {
    Fail(ErrorKind::kInvalidSymbol);
  }
  return symbol;
}

const SymbolInfo* ParameterReader::Symbol() {
  const std::string_view name = Mandatory("symbol");
  return failed() ? nullptr : SymbolNamed(name);
}

const SymbolInfo* ParameterReader::OptionalSymbol() {
  const auto name = Optional("symbol");
  return name ? SymbolNamed(*name) : nullptr;
}

std::vector<const SymbolInfo*> ParameterReader::Symbols() {
  std::vector<const SymbolInfo*> symbols;
  const auto sent = Optional("symbols");
  if (!sent) {
    return symbols;
  }
  // A list of names in quotes, nothing else: no need for a whole JSON parser.
  std::string_view text = *sent;
  const auto skip_spaces = [&text] {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  };
  const auto take = [&](char c) {
    skip_spaces();
    const bool there = text.starts_with(c);
    text.remove_prefix(there ? 1 : 0);
    return there;
  };
  bool well_formed = take('[');
  while (well_formed && !failed()) {
    well_formed = take('"');
    const std::size_t end = text.find('"');
    if (!well_formed || end == std::string_view::npos) {
      well_formed = false;
      break;
    }
    const SymbolInfo* const symbol = SymbolNamed(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (std::ranges::find(symbols, symbol) != symbols.end()) {
      Fail(ErrorKind::kDuplicateSymbols);
    }
    symbols.push_back(symbol);
    if (!take(',')) {
      break;
    }
  }
  if (!failed()) {
    well_formed = well_formed && take(']');
    skip_spaces();
    if (!well_formed || !text.empty()) {
      Fail(ErrorKind::kInvalidJsonParameter, "symbols");
    }
  }
  return failed() ? std::vector<const SymbolInfo*>() : symbols;
}

void ParameterReader::Refuse(std::string_view name) {
  if (Has(name)) {
    Fail(ErrorKind::kNotRequired, name);
  }
}

void ParameterReader::Ignore(std::string_view name) { Take(name); }

void ParameterReader::CheckAllRead() {
  const auto& all = parameters_.all();
  const auto read = std::ranges::count(all, true, &Parameter::was_read);
  if (static_cast<std::size_t>(read) != all.size()) {
    Fail(ErrorKind::kUnreadParameters, std::to_string(read), std::to_string(all.size()));
  }
}

}  // namespace lockstep
