#include "testing/support/http_get.h"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <span>

#include "client/tcp_stream.h"

namespace lockstep::testing_system {

HttpAnswer HttpGet(const std::string& address, const std::string& path, std::int64_t timeout_ms) {
  auto stream = TcpStream::Connect(address, timeout_ms);
  if (!stream) {
    return {};
  }
  const std::string request =
      "GET " + path + " HTTP/1.1\r\nHost: lockstep\r\nConnection: close\r\n\r\n";
  if (stream->Write(std::as_bytes(std::span(request))).value_or(0) != request.size()) {
    return {};
  }
  std::string text;
  std::array<std::byte, 4'096> buffer{};
  for (;;) {
    if (!stream->Wait(false, timeout_ms)) {
      return {};
    }
    const auto count = stream->Read(buffer);
    if (!count) {
      break;
    }
    text.append(reinterpret_cast<const char*>(buffer.data()), *count);
  }
  HttpAnswer answer;
  const std::size_t space = text.find(' ');
  const std::size_t blank = text.find("\r\n\r\n");
  if (space != std::string::npos && blank != std::string::npos) {
    answer.status = std::atoi(text.c_str() + space);
    answer.body = text.substr(blank + 4);
  }
  return answer;
}

}  // namespace lockstep::testing_system
