#include "market_data/streams/json_text.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/int128.h"
#include "base/limits.h"
#include "market_data/depth_fold.h"
#include "market_data/price_levels.h"
#include "protocol/decimal.h"

namespace lockstep {
namespace {

template <class Integer>
void AppendNumber(std::string& out, Integer value) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), end.ptr);
}

void AppendQuotedDecimal(std::string& out, std::int64_t units, int scale) {
  out.push_back('"');
  AppendDecimal(out, units, scale);
  out.push_back('"');
}

constexpr Int128 PowerOfTen(int exponent) {
  Int128 power = 1;
  for (int i = 0; i < exponent; ++i) {
    power *= 10;
  }
  return power;
}

}  // namespace

void AppendInteger(std::string& out, std::int64_t value) { AppendNumber(out, value); }
void AppendInteger(std::string& out, std::uint64_t value) { AppendNumber(out, value); }

void AppendWideDecimal(std::string& out, Int128 units, int scale) {
  LOCKSTEP_ASSERT(scale >= 0 && scale <= 2 * limits::kMaxScale);
  out.push_back('"');
  if (units < 0) {
    out.push_back('-');
    units = -units;
  }
  const Int128 unit = PowerOfTen(scale);
  const Int128 whole = units / unit;
  Int128 fraction = units % unit;
  fraction = scale > kTextDecimals ? fraction / PowerOfTen(scale - kTextDecimals)
                                   : fraction * PowerOfTen(kTextDecimals - scale);
  // In two halves of decimals: what is wider than 64 bits is rare.
  constexpr std::int64_t kHalf = 1'000'000'000'000'000'000;
  if (whole >= kHalf) {
    AppendNumber(out, static_cast<std::uint64_t>(whole / kHalf));
    const std::string lower = std::to_string(static_cast<std::uint64_t>(whole % kHalf));
    out.append(18 - lower.size(), '0');
    out += lower;
  } else {
    AppendNumber(out, static_cast<std::uint64_t>(whole));
  }
  std::array<char, kTextDecimals + 1> places{};
  places[0] = '.';
  auto left = static_cast<std::uint64_t>(fraction);
  for (std::size_t i = kTextDecimals; i > 0; --i, left /= 10) {
    places[i] = static_cast<char>('0' + left % 10);
  }
  out.append(places.data(), places.size());
  out.push_back('"');
}

void AppendThousandths(std::string& out, std::int64_t value) {
  const bool negative = value < 0;
  const std::uint64_t magnitude =
      negative ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  out += negative ? "\"-" : "\"";
  AppendNumber(out, magnitude / 1'000);
  const std::uint64_t fraction = magnitude % 1'000;
  out.push_back('.');
  out.push_back(static_cast<char>('0' + fraction / 100));
  out.push_back(static_cast<char>('0' + fraction / 10 % 10));
  out.push_back(static_cast<char>('0' + fraction % 10));
  out.push_back('"');
}

std::string JsonEscaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      escaped.push_back('\\');
    }
    escaped.push_back(c);
  }
  return escaped;
}

void SymbolText::AppendName(std::string& out) const {
  out.push_back('"');
  out += name_;
  out.push_back('"');
}

void SymbolText::AppendPrice(std::string& out, std::int64_t price_ticks) const {
  AppendQuotedDecimal(out, price_ticks, price_scale_);
}

void SymbolText::AppendQuantity(std::string& out, std::int64_t quantity_lots) const {
  AppendQuotedDecimal(out, quantity_lots, quantity_scale_);
}

void SymbolText::AppendQuote(std::string& out, Int128 quote) const {
  AppendWideDecimal(out, quote, price_scale_ + quantity_scale_);
}

void SymbolText::AppendLevel(std::string& out, std::int64_t price_ticks,
                             std::int64_t quantity_lots) const {
  out.push_back('[');
  AppendPrice(out, price_ticks);
  out.push_back(',');
  AppendQuantity(out, quantity_lots);
  out.push_back(']');
}

void SymbolText::AppendChanges(std::string& out, std::span<const DepthFold::Change> changes,
                               BookSide side) const {
  out.push_back('[');
  for (const DepthFold::Change& change : changes) {
    if (change.side != side) {
      continue;
    }
    if (out.back() != '[') {
      out.push_back(',');
    }
    AppendLevel(out, change.price_ticks, change.quantity_lots);
  }
  out.push_back(']');
}

void SymbolText::AppendBest(std::string& out, const PriceLevels<DepthLevel>& levels,
                            std::size_t limit) const {
  out.push_back('[');
  levels.VisitBestFirst([&](std::int64_t price_ticks, const DepthLevel& level) {
    if (limit == 0) {
      return false;
    }
    if (out.back() != '[') {
      out.push_back(',');
    }
    AppendLevel(out, price_ticks, level.quantity_lots);
    return --limit > 0;
  });
  out.push_back(']');
}

}  // namespace lockstep
