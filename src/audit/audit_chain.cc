#include "audit/audit_chain.h"

#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "base/assert.h"

namespace lockstep {
namespace {

constexpr std::string_view kNumber = "{\"number\":";
constexpr std::string_view kHash = ",\"hash\":\"";
constexpr std::string_view kEnd = "\"}";
constexpr std::size_t kHashDigits = 64;
constexpr std::size_t kHashBytes = 32;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kNsPerMicrosecond = 1'000;

std::string HashOf(std::string_view previous_hash, std::string_view body) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, kHashBytes> digest{};
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  unsigned int size = 0;
  const bool done = context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1 &&
                    EVP_DigestUpdate(context, previous_hash.data(), previous_hash.size()) == 1 &&
                    EVP_DigestUpdate(context, body.data(), body.size()) == 1 &&
                    EVP_DigestFinal_ex(context, digest.data(), &size) == 1;
  EVP_MD_CTX_free(context);
  LOCKSTEP_ASSERT(done && size == kHashBytes);
  std::string text;
  text.reserve(kHashDigits);
  for (const unsigned char byte : digest) {
    text.push_back(kHex[byte >> 4U]);
    text.push_back(kHex[byte & 0xFU]);
  }
  return text;
}

void AppendTime(std::string& out, std::int64_t wall_ns) {
  const auto seconds = static_cast<std::time_t>(wall_ns / kNsPerSecond);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  const std::size_t size = std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
  out.append(text, size);
  std::snprintf(text, sizeof(text), ".%06dZ",
                static_cast<int>(wall_ns % kNsPerSecond / kNsPerMicrosecond));
  out.append(text);
}

}  // namespace

AuditLink AppendAuditLine(std::string& out, const AuditLink& previous, std::int64_t wall_ns,
                          std::string_view members) {
  const std::size_t begin = out.size();
  AuditLink link{.number = previous.number + 1, .hash = {}};
  out.append(kNumber).append(std::to_string(link.number)).append(",\"time\":\"");
  AppendTime(out, wall_ns);
  out.append("\",").append(members);
  link.hash = HashOf(previous.hash, std::string_view(out).substr(begin));
  out.append(kHash).append(link.hash).append(kEnd).push_back('\n');
  return link;
}

Result<AuditLink> CheckAuditLine(std::string_view line, const AuditLink& previous) {
  const auto corrupt = [&](const std::string& what) {
    return Error(StatusCode::kCorruption,
                 "line " + std::to_string(previous.number + 1) + ": " + what);
  };
  const std::size_t tail = kHash.size() + kHashDigits + kEnd.size();
  if (line.size() <= kNumber.size() + tail || !line.starts_with(kNumber) || !line.ends_with(kEnd)) {
    return corrupt("not a line of an audit log");
  }
  AuditLink link;
  const char* const digits = line.data() + kNumber.size();
  const auto [end, error] = std::from_chars(digits, line.data() + line.size(), link.number);
  const std::string_view body = line.substr(0, line.size() - tail);
  if (error != std::errc() || *end != ',' || !line.substr(body.size()).starts_with(kHash)) {
    return corrupt("not a line of an audit log");
  }
  if (link.number != previous.number + 1) {
    return corrupt("has number " + std::to_string(link.number) +
                   ": lines before it are missing or out of order");
  }
  link.hash = line.substr(body.size() + kHash.size(), kHashDigits);
  if (link.hash != HashOf(previous.hash, body)) {
    return corrupt("its hash is not that of its text behind the line before: one was altered");
  }
  return link;
}

}  // namespace lockstep
