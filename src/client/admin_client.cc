#include "client/admin_client.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <span>

#include "client/tcp_stream.h"

namespace lockstep {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
// More than the largest page of the audit log.
constexpr std::size_t kMaxAnswerBytes = std::size_t{128} << 20U;

std::int64_t MillisecondsNow(auto clock_now) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock_now.time_since_epoch())
      .count();
}

void AppendEncoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[static_cast<unsigned char>(c) >> 4U]);
      out.push_back(kHex[static_cast<unsigned char>(c) & 0xFU]);
    }
  }
}

std::string Signature(std::string_view secret, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  std::string hex;
  for (const unsigned char byte : std::span(mac).first(size)) {
    hex.push_back(kHex[byte >> 4U]);
    hex.push_back(kHex[byte & 0xFU]);
  }
  return hex;
}

class Deadline {
 public:
  explicit Deadline(std::int64_t timeout_ms)
      : end_ms_(MillisecondsNow(std::chrono::steady_clock::now()) + timeout_ms) {}
  [[nodiscard]] std::int64_t LeftMs() const {
    return end_ms_ - MillisecondsNow(std::chrono::steady_clock::now());
  }

 private:
  std::int64_t end_ms_;
};

Status WriteAll(TcpStream& stream, std::string_view text, const Deadline& deadline) {
  std::span<const std::byte> left = std::as_bytes(std::span(text));
  while (!left.empty()) {
    const auto written = stream.Write(left);
    if (!written) {
      return written.error();
    }
    left = left.subspan(*written);
    if (*written == 0 && (deadline.LeftMs() <= 0 || !stream.Wait(true, deadline.LeftMs()))) {
      return {StatusCode::kUnavailable, "the request could not be sent in time"};
    }
  }
  return Status::Ok();
}

// The value of Content-Length in a head; nothing: there is none.
bool ReadLength(std::string_view head, std::size_t& length) {
  constexpr std::string_view kName = "\r\ncontent-length:";
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
       at = head.find("\r\n", at + 2)) {
    std::string name;
    for (const char c : head.substr(at, kName.size())) {
      name.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    if (name == kName) {
      std::string_view value = head.substr(at + kName.size());
      value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
      return std::from_chars(value.data(), value.data() + value.size(), length).ec == std::errc();
    }
  }
  return false;
}

// Whether `received` holds a whole answer, which is then in `answer`.
Result<bool> TakeAnswer(std::string_view received, AdminAnswer& answer) {
  const std::size_t end = received.find(kHeadEnd);
  if (end == std::string_view::npos) {
    return false;
  }
  const std::string_view head = received.substr(0, end + 2);
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  std::size_t length = 0;
  if (!head.starts_with(kVersion) ||
      std::from_chars(head.data() + kVersion.size(), head.data() + head.size(), answer.status).ec !=
          std::errc() ||
      !ReadLength(head, length) || length > kMaxAnswerBytes) {
    return Error(StatusCode::kCorruption, "the answer is no HTTP that this tool knows");
  }
  const std::string_view body = received.substr(end + kHeadEnd.size());
  if (body.size() < length) {
    return false;
  }
  answer.body = body.substr(0, length);
  return true;
}

Result<AdminAnswer> ReadAnswer(TcpStream& stream, const Deadline& deadline) {
  std::string received;
  std::array<std::byte, 65'536> buffer;
  for (AdminAnswer answer;;) {
    const auto read = stream.Read(buffer);
    if (!read) {
      return std::unexpected(read.error());
    }
    received.append(reinterpret_cast<const char*>(buffer.data()), *read);
    const auto whole = TakeAnswer(received, answer);
    if (!whole) {
      return std::unexpected(whole.error());
    }
    if (*whole) {
      return answer;
    }
    if (*read == 0 && (deadline.LeftMs() <= 0 || !stream.Wait(false, deadline.LeftMs()))) {
      return Error(StatusCode::kUnavailable, "no answer in time");
    }
  }
}

}  // namespace

Result<AdminAnswer> AdminClient::Send(std::string_view method, std::string_view path,
                                      const Parameters& parameters) const {
  std::string text;
  for (const auto& [name, value] : parameters) {
    text.append(name).append(1, '=');
    AppendEncoded(text, value);
    text.push_back('&');
  }
  text += "timestamp=" + std::to_string(MillisecondsNow(std::chrono::system_clock::now()));
  text += "&signature=" + Signature(credentials_.api_secret, text);
  const bool in_query = method == "GET";
  std::string request;
  request.append(method).append(1, ' ').append(path);
  if (in_query) {
    request.append(1, '?').append(text);
  }
  request += " HTTP/1.1\r\nHost: " + address_ + "\r\nX-MBX-APIKEY: " + credentials_.api_key +
             "\r\nConnection: close\r\n";
  if (!in_query) {
    request += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
               std::to_string(text.size()) + "\r\n";
  }
  request += "\r\n";
  if (!in_query) {
    request += text;
  }
  const Deadline deadline(timeout_ms_);
  auto stream = TcpStream::Connect(address_, timeout_ms_);
  if (!stream) {
    return std::unexpected(stream.error());
  }
  if (Status status = WriteAll(*stream, request, deadline); !status.ok()) {
    return std::unexpected(status);
  }
  return ReadAnswer(*stream, deadline);
}

}  // namespace lockstep
