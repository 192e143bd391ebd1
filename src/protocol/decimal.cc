#include "protocol/decimal.h"

#include <array>
#include <charconv>
#include <cstddef>

#include "base/assert.h"
#include "base/limits.h"

namespace lockstep {
namespace {

constexpr std::array<std::uint64_t, kTextDecimals + 1> kPowersOfTen = {
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};
constexpr std::size_t kLongestText = 64;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Appends one digit to a magnitude. False: it does not fit.
bool Accumulate(std::uint64_t& magnitude, char digit) {
  return !__builtin_mul_overflow(magnitude, std::uint64_t{10}, &magnitude) &&
         !__builtin_add_overflow(magnitude, static_cast<std::uint64_t>(digit - '0'), &magnitude);
}

}  // namespace

void AppendDecimal(std::string& out, std::int64_t units, int scale) {
  LOCKSTEP_ASSERT(scale >= 0 && scale <= limits::kMaxScale);
  std::uint64_t magnitude = static_cast<std::uint64_t>(units);
  if (units < 0) {
    out.push_back('-');
    magnitude = ~magnitude + 1;
  }
  const std::uint64_t unit = kPowersOfTen[static_cast<std::size_t>(scale)];
  std::array<char, 32> text{};
  const auto whole = std::to_chars(text.data(), text.data() + text.size(), magnitude / unit);
  out.append(text.data(), whole.ptr);
  out.push_back('.');
  std::uint64_t fraction =
      magnitude % unit * kPowersOfTen[static_cast<std::size_t>(kTextDecimals - scale)];
  for (std::size_t i = kTextDecimals; i-- > 0; fraction /= 10) {
    text[i] = static_cast<char>('0' + fraction % 10);
  }
  out.append(text.data(), kTextDecimals);
}

std::string DecimalText(std::int64_t units, int scale) {
  std::string out;
  AppendDecimal(out, units, scale);
  return out;
}

DecimalError ParseDecimal(std::string_view text, int scale, std::int64_t& units) {
  if (text.size() > kLongestText) {
    return DecimalError::kMalformed;
  }
  const bool negative = text.starts_with('-');
  if (negative) {
    text.remove_prefix(1);
  }
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() && fraction.empty()) {
    return DecimalError::kMalformed;
  }
  for (const std::string_view part : {whole, fraction}) {
    for (const char c : part) {
      if (!IsDigit(c)) {
        return DecimalError::kMalformed;
      }
    }
  }
  const auto kept = static_cast<std::size_t>(scale);
  if (fraction.size() > kept && fraction.find_first_not_of('0', kept) != std::string_view::npos) {
    return DecimalError::kTooPrecise;
  }
  std::uint64_t magnitude = 0;
  for (const char c : whole) {
    if (!Accumulate(magnitude, c)) {
      return DecimalError::kOutOfRange;
    }
  }
  for (std::size_t i = 0; i < kept; ++i) {
    if (!Accumulate(magnitude, i < fraction.size() ? fraction[i] : '0')) {
      return DecimalError::kOutOfRange;
    }
  }
  if (magnitude > static_cast<std::uint64_t>(INT64_MAX)) {
    return DecimalError::kOutOfRange;
  }
  units = static_cast<std::int64_t>(magnitude);
  if (negative) {
    units = -units;
  }
  return DecimalError::kNone;
}

}  // namespace lockstep
