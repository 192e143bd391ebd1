#include "gateway/http/response_head.h"

#include <fmt/format.h>

#include <array>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http/web_handler.h"

namespace lockstep {
namespace {

constexpr unsigned kNoContent = 204;

std::string_view ReasonOf(unsigned status) {
  const auto reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  return {reason.data(), reason.size()};
}

void AppendNumber(std::string& to, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  to.append(digits.data(), end);
}

}  // namespace

void AppendResponseHead(std::string& head, const HttpReply& reply, const ResponseFraming& framing) {
  head += framing.is_http_1_1 ? "HTTP/1.1 " : "HTTP/1.0 ";
  AppendNumber(head, reply.status);
  head += ' ';
  head += ReasonOf(reply.status);
  head += "\r\nServer: lockstep\r\n";
  if (reply.status != kNoContent) {
    head += "Content-Type: ";
    head += reply.content_type;
    head += "\r\nContent-Length: ";
    AppendNumber(head, reply.body.size());
    head += "\r\n";
  }
  head += "Cache-Control: no-store\r\n";
  if (framing.any_origin) {
    head += "Access-Control-Allow-Origin: *\r\n";
  }
  if (!framing.keep_alive) {
    head += "Connection: close\r\n";
  } else if (!framing.is_http_1_1) {
    head += "Connection: keep-alive\r\n";
  }
  for (const auto& [name, value] : reply.headers) {
    if (value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos) {
      head += name;
      head += ": ";
      head += value;
      head += "\r\n";
    }
  }
  head += "\r\n";
}

HttpReply MakeErrorReply(unsigned status, int code, std::string_view text) {
  HttpReply reply;
  reply.status = status;
  reply.body = fmt::format(R"({{"code":{},"msg":"{}"}})", code, text);
  return reply;
}

}  // namespace lockstep
