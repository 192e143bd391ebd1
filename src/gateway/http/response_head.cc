#include "gateway/http/response_head.h"

#include <fmt/format.h>

#include <boost/beast/http/status.hpp>
#include <iterator>
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

}  // namespace

void AppendResponseHead(std::string& head, const HttpReply& reply, const ResponseFraming& framing) {
  auto out = std::back_inserter(head);
  fmt::format_to(out, "HTTP/1.{} {} {}\r\nServer: lockstep\r\n", framing.is_http_1_1 ? 1 : 0,
                 reply.status, ReasonOf(reply.status));
  if (reply.status != kNoContent) {
    fmt::format_to(out, "Content-Type: {}\r\nContent-Length: {}\r\n", reply.content_type,
                   reply.body.size());
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
      fmt::format_to(out, "{}: {}\r\n", name, value);
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
