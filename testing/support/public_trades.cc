#include "testing/support/public_trades.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/support/http_get.h"

namespace lockstep::testing_system {
namespace {

constexpr std::int64_t kTimeoutMs = 10'000;
constexpr std::int64_t kE8PerTick = 1'000'000;  // prices of 2 decimals
constexpr std::int64_t kE8PerLot = 1'000;       // quantities of 5

template <class Number>
Number ToNumber(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// A decimal with 8 places.
std::int64_t E8(std::string_view decimal) {
  std::string digits(decimal);
  std::erase(digits, '.');
  return ToNumber<std::int64_t>(digits);
}

}  // namespace

std::string_view Between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string_view::npos) {
    return {};
  }
  text.remove_prefix(begin + before.size());
  return text.substr(0, text.find(after));
}

std::optional<std::vector<PublicTrade>> TradesFrom(const std::string& http_address,
                                                   std::uint64_t from_id) {
  const HttpAnswer answer = HttpGet(
      http_address,
      "/api/v3/historicalTrades?symbol=BTCUSDT&limit=1000&fromId=" + std::to_string(from_id),
      kTimeoutMs);
  if (answer.status != 200) {
    return std::nullopt;
  }
  std::vector<PublicTrade> trades;
  std::string_view rest = answer.body;
  constexpr std::string_view kBegin = "{\"id\":";
  for (std::size_t at = rest.find(kBegin); at != std::string_view::npos; at = rest.find(kBegin)) {
    rest.remove_prefix(at + kBegin.size());
    const std::string_view row = rest.substr(0, rest.find('}'));
    trades.push_back({.id = ToNumber<std::uint64_t>(row),
                      .price_ticks = E8(Between(row, "\"price\":\"", "\"")) / kE8PerTick,
                      .quantity_lots = E8(Between(row, "\"qty\":\"", "\"")) / kE8PerLot});
  }
  return trades;
}

}  // namespace lockstep::testing_system
