#include "client/rest_request.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <string>
#include <string_view>

#include "client/credentials.h"
#include "protocol/decimal.h"

namespace lockstep {
namespace {

constexpr int kAmountScale = 8;

bool IsUnreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void AppendEncoded(std::string_view value, std::string& to) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : value) {
    if (IsUnreserved(c)) {
      to.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    to.push_back('%');
    to.push_back(kDigits[byte >> 4U]);
    to.push_back(kDigits[byte & 0xfU]);
  }
}

std::string Target(std::string_view path, std::string_view query) {
  std::string target(path);
  if (!query.empty()) {
    target.append(1, '?').append(query);
  }
  return target;
}

}  // namespace

RestParameters& RestParameters::Add(std::string_view name, std::string_view value) {
  if (!text_.empty()) {
    text_.push_back('&');
  }
  text_.append(name).push_back('=');
  AppendEncoded(value, text_);
  return *this;
}

RestParameters& RestParameters::Add(std::string_view name, std::uint64_t value) {
  return Add(name, std::to_string(value));
}

RestParameters& RestParameters::AddAmount(std::string_view name, std::int64_t amount_e8) {
  return Add(name, DecimalText(amount_e8, kAmountScale));
}

RestRequest MakePublicRequest(std::string_view path, const RestParameters& parameters) {
  return {.method = RestMethod::kGet, .target = Target(path, parameters.text()), .api_key = {}};
}

RestRequest MakeSignedRequest(RestMethod method, std::string_view path, RestParameters parameters,
                              const Credentials& credentials, std::int64_t timestamp_us,
                              std::uint32_t recv_window_ms) {
  parameters.Add("recvWindow", std::uint64_t{recv_window_ms});
  parameters.Add("timestamp", static_cast<std::uint64_t>(timestamp_us));
  const std::string signature = SignatureOf(parameters.text(), credentials.api_secret);
  parameters.Add("signature", signature);
  return {
      .method = method, .target = Target(path, parameters.text()), .api_key = credentials.api_key};
}

std::string SignatureOf(std::string_view text, std::string_view secret) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, 32> mac{};
  unsigned int length = mac.size();
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &length);
  std::string digits;
  digits.reserve(2 * mac.size());
  for (const unsigned char byte : mac) {
    digits.push_back(kDigits[byte >> 4U]);
    digits.push_back(kDigits[byte & 0xfU]);
  }
  return digits;
}

}  // namespace lockstep
