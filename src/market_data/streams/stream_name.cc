#include "market_data/streams/stream_name.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/candle.h"

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kFastNs = 100 * kNsPerMs;
constexpr std::int64_t kSecondNs = 1'000 * kNsPerMs;
constexpr std::int64_t kKlineNs = 2 * kSecondNs;

struct NamedKind {
  std::string_view text;
  StreamKind kind;
  std::int64_t period_ns;
  std::uint32_t levels = 0;
};

// Behind the symbol and "@". Longer names stand for themselves: none is found by its beginning.
constexpr std::array kSymbolStreams = {
    NamedKind{"trade", StreamKind::kTrade, 0},
    NamedKind{"aggTrade", StreamKind::kAggregateTrade, 0},
    NamedKind{"bookTicker", StreamKind::kBookTicker, 0},
    NamedKind{"ticker", StreamKind::kTicker, kSecondNs},
    NamedKind{"miniTicker", StreamKind::kMiniTicker, kSecondNs},
    NamedKind{"avgPrice", StreamKind::kAveragePrice, kSecondNs},
    NamedKind{"depth", StreamKind::kDiffDepth, kSecondNs},
    NamedKind{"depth@1000ms", StreamKind::kDiffDepth, kSecondNs},
    NamedKind{"depth@100ms", StreamKind::kDiffDepth, kFastNs},
    NamedKind{"depth5", StreamKind::kPartialDepth, kSecondNs, 5},
    NamedKind{"depth5@1000ms", StreamKind::kPartialDepth, kSecondNs, 5},
    NamedKind{"depth5@100ms", StreamKind::kPartialDepth, kFastNs, 5},
    NamedKind{"depth10", StreamKind::kPartialDepth, kSecondNs, 10},
    NamedKind{"depth10@1000ms", StreamKind::kPartialDepth, kSecondNs, 10},
    NamedKind{"depth10@100ms", StreamKind::kPartialDepth, kFastNs, 10},
    NamedKind{"depth20", StreamKind::kPartialDepth, kSecondNs, 20},
    NamedKind{"depth20@1000ms", StreamKind::kPartialDepth, kSecondNs, 20},
    NamedKind{"depth20@100ms", StreamKind::kPartialDepth, kFastNs, 20},
};

constexpr std::string_view kKlinePrefix = "kline_";
constexpr std::string_view kTradeTopic = "/topic/market/trade/";
constexpr std::string_view kDepthTopic = "/topic/market/depth/";

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<StreamKey> ParseTopic(std::string_view name) {
  for (const auto& [prefix, kind] : {std::pair{kTradeTopic, StreamKind::kTrade},
                                     std::pair{kDepthTopic, StreamKind::kDiffDepth}}) {
    if (name.starts_with(prefix) && name.size() > prefix.size()) {
      return StreamKey{.kind = kind, .symbol = LowerCase(name.substr(prefix.size()))};
    }
  }
  return std::nullopt;
}

std::optional<StreamKey> ParseKline(std::string_view symbol, std::string_view interval_text) {
  const std::optional<CandleInterval> interval = ParseCandleInterval(interval_text);
  if (!interval.has_value()) {
    return std::nullopt;
  }
  return StreamKey{.kind = StreamKind::kKline,
                   .symbol = std::string(symbol),
                   .period_ns = *interval == CandleInterval::k1s ? kSecondNs : kKlineNs,
                   .interval = *interval};
}

}  // namespace

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), Lower);
  return lower;
}

std::optional<StreamKey> ParseStreamName(std::string_view name) {
  if (name.starts_with('/')) {
    return ParseTopic(name);
  }
  if (name == "!miniTicker@arr" || name == "!miniTicker@arr@1000ms") {
    return StreamKey{.kind = StreamKind::kAllMiniTickers, .symbol = {}, .period_ns = kSecondNs};
  }
  const std::size_t at = name.find('@');
  if (at == 0 || at == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view symbol = name.substr(0, at);
  const std::string_view rest = name.substr(at + 1);
  if (symbol != LowerCase(symbol)) {
    return std::nullopt;
  }
  if (rest.starts_with(kKlinePrefix)) {
    return ParseKline(symbol, rest.substr(kKlinePrefix.size()));
  }
  for (const NamedKind& stream : kSymbolStreams) {
    if (rest == stream.text) {
      return StreamKey{.kind = stream.kind,
                       .symbol = std::string(symbol),
                       .period_ns = stream.period_ns,
                       .levels = stream.levels};
    }
  }
  return std::nullopt;
}

}  // namespace lockstep
