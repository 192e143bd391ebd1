#include "gateway/binance/signed_text.h"

#include <algorithm>
#include <optional>

namespace lockstep {
namespace {

constexpr std::string_view kSignature = "signature";
constexpr std::string_view kApiKey = "apiKey";

// One pair of a text like a=1&b=2, and where it stands.
struct Pair {
  std::size_t begin;
  std::size_t end;  // of its value; at '&' or the text's end
  std::string_view value;
};

std::optional<Pair> FindPair(std::string_view text, std::string_view name, std::size_t from) {
  for (std::size_t begin = from; begin < text.size();) {
    const std::size_t end = std::min(text.find('&', begin), text.size());
    const std::string_view pair = text.substr(begin, end - begin);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return Pair{.begin = begin, .end = end, .value = pair.substr(name.size() + 1)};
    }
    begin = end + 1;
  }
  return std::nullopt;
}

// Cuts text at the pair: what is left before it and behind it, with one '&' gone.
struct Halves {
  std::string_view before;
  std::string_view behind;
};

Halves Cut(std::string_view text, const Pair& pair) {
  if (pair.begin > 0) {
    return {.before = text.substr(0, pair.begin - 1), .behind = text.substr(pair.end)};
  }
  return {.before = {}, .behind = text.substr(std::min(pair.end + 1, text.size()))};
}

// Fills three parts. False: no signature here.
bool CutOut(std::string_view text, SignedText& result, std::size_t part) {
  const auto signature = FindPair(text, kSignature, 0);
  if (!signature) {
    result.parts[part] = text;
    return false;
  }
  const Halves halves = Cut(text, *signature);
  result.signature = signature->value;
  result.parts[part] = halves.before;
  std::string_view behind = halves.behind;
  const std::size_t first_pair = behind.starts_with('&') ? 1 : 0;
  if (const auto key = FindPair(behind, kApiKey, first_pair)) {
    result.api_key = key->value;
    if (key->begin == 0) {
      behind.remove_prefix(std::min(key->end + 1, behind.size()));
    } else {
      result.parts[part + 1] = behind.substr(0, key->begin - 1);
      behind.remove_prefix(key->end);
    }
  }
  result.parts[part + 2] = behind;
  return true;
}

}  // namespace

SignedText FindSignedText(std::string_view query, std::string_view body) {
  SignedText result;
  if (CutOut(query, result, 0)) {
    result.parts[3] = body;
  } else {
    static_cast<void>(CutOut(body, result, 3));
  }
  return result;
}

SignedText MakeSignedText(Parameters& parameters, std::string& payload) {
  SignedText result;
  std::ranges::sort(parameters.all(), {}, &Parameter::name);
  payload.clear();
  for (const Parameter& parameter : parameters.all()) {
    if (parameter.name == kSignature) {
      result.signature = parameter.value;
      continue;
    }
    if (parameter.name == kApiKey) {
      result.api_key = parameter.value;
    }
    if (!payload.empty()) {
      payload.push_back('&');
    }
    payload.append(parameter.name).append(1, '=').append(parameter.value);
  }
  result.parts[0] = payload;
  return result;
}

}  // namespace lockstep
