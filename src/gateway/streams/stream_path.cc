#include "gateway/streams/stream_path.h"

#include <cstddef>
#include <optional>

namespace lockstep {
namespace {

constexpr std::string_view kCombined = "/stream";
constexpr std::string_view kRawAlias = "/stream/ws";
constexpr std::string_view kRaw = "/ws";
constexpr std::string_view kStreamsParameter = "streams=";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kTradeTopic = "/topic/market/trade/";
constexpr std::string_view kDepthTopic = "/topic/market/depth/";

bool IsAtOrBelow(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

std::optional<unsigned> HexDigit(char digit) {
  if (digit >= '0' && digit <= '9') {
    return static_cast<unsigned>(digit - '0');
  }
  const char lower = static_cast<char>(digit | 0x20);
  if (lower >= 'a' && lower <= 'f') {
    return static_cast<unsigned>(lower - 'a' + 10);
  }
  return std::nullopt;
}

std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto high = HexDigit(text[i + 1]);
      const auto low = HexDigit(text[i + 2]);
      if (high && low) {
        decoded += static_cast<char>(*high << 4U | *low);
        i += 2;
        continue;
      }
    }
    decoded += text[i];
  }
  return decoded;
}

// Calls `use` with each part of `text` between two `separator`s.
template <class Use>
void ForEachPart(std::string_view text, char separator, Use use) {
  for (;;) {
    const std::size_t end = text.find(separator);
    use(text.substr(0, end));
    if (end == std::string_view::npos) {
      return;
    }
    text.remove_prefix(end + 1);
  }
}

void AddNames(std::vector<std::string>& names, std::string_view list) {
  ForEachPart(PercentDecoded(list), '/', [&](std::string_view name) {
    if (name.find_first_not_of(kDigits) != std::string_view::npos) {
      names.emplace_back(name);
    }
  });
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') {
      letter = static_cast<char>(letter | 0x20);
    }
  }
  return lower;
}

}  // namespace

StreamPath ParseStreamPath(std::string_view path, std::string_view query) {
  StreamPath result;
  if (IsAtOrBelow(path, kRawAlias)) {
    AddNames(result.names, path.substr(kRawAlias.size()));
  } else if (IsAtOrBelow(path, kRaw)) {
    AddNames(result.names, path.substr(kRaw.size()));
  } else if (IsAtOrBelow(path, kCombined)) {
    result.combined = true;
  }
  ForEachPart(query, '&', [&](std::string_view parameter) {
    if (parameter.starts_with(kStreamsParameter)) {
      AddNames(result.names, parameter.substr(kStreamsParameter.size()));
    }
  });
  return result;
}

std::string FeedNameOf(std::string_view name) {
  if (name.starts_with(kTradeTopic)) {
    return Lower(name.substr(kTradeTopic.size())) + "@trade";
  }
  if (name.starts_with(kDepthTopic)) {
    return Lower(name.substr(kDepthTopic.size())) + "@depth@100ms";
  }
  return std::string(name);
}

}  // namespace lockstep
