// Bytes as an HTTP client may send them, through the real parser, cut in two ways: the same
// requests come out, within the bounds, and what a route or a handshake makes of them holds.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "gateway/http/request_parser.h"
#include "gateway/http/response_head.h"
#include "gateway/http/route_table.h"
#include "gateway/http/websocket_handshake.h"
#include "gateway/streams/stream_path.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kMaxHeaderBytes = 1'024;
constexpr std::size_t kMaxBodyBytes = 512;

std::string Describe(const ParsedRequest& request) {
  LOCKSTEP_ASSERT(request.body().size() <= kMaxBodyBytes);
  LOCKSTEP_ASSERT(request.path().size() + request.query().size() <= kMaxHeaderBytes);
  LOCKSTEP_ASSERT(request.path().find('?') == std::string_view::npos);
  const StreamPath streams = ParseStreamPath(request.path(), request.query());
  LOCKSTEP_ASSERT(streams.names.size() <= kMaxHeaderBytes);
  if (AsksForWebSocket(request)) {
    const auto accepted = AcceptWebSocket(request);
    LOCKSTEP_ASSERT(!accepted || accepted->starts_with("HTTP/1.1 101 "));
  }
  // An echo of what came in cannot make header fields of its own.
  HttpReply reply;
  reply.headers = {{"X-Echo", std::string(request.body())}};
  std::string head;
  AppendResponseHead(head, reply, {.keep_alive = request.keep_alive()});
  LOCKSTEP_ASSERT(head.find("\r\n\r\n") == head.size() - 4);
  return std::to_string(static_cast<int>(request.method())) + " " + std::string(request.path()) +
         "?" + std::string(request.query()) + "\n" + std::string(request.Header("host")) + "\n" +
         std::string(request.body()) + (request.keep_alive() ? "+" : "-");
}

struct Parsed {
  std::vector<std::string> requests;
  bool too_large = false;  // ended by a head above the bound
};

Parsed Parse(std::string_view bytes, std::size_t piece) {
  Parsed parsed;
  RequestParser parser;
  parser.Begin(kMaxHeaderBytes, kMaxBodyBytes);
  std::string waiting;
  while (!bytes.empty()) {
    waiting += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (;;) {
      waiting.erase(0, parser.Feed(waiting));
      if (parser.state() == RequestParser::State::kBad) {
        LOCKSTEP_ASSERT(parser.bad_status() >= 400);
        parsed.too_large = parser.bad_status() == 431;
        return parsed;
      }
      static_cast<void>(parser.TakeExpectation());
      if (parser.state() == RequestParser::State::kNeedsMore) {
        break;
      }
      parsed.requests.push_back(Describe(parser.request()));
      parser.Begin(kMaxHeaderBytes, kMaxBodyBytes);
    }
  }
  return parsed;
}

// The same requests, however the bytes are cut. A head that will be refused may be refused a few
// bytes later when it comes in pieces; and Beast counts a head that is there at once more
// generously against its bound, so that one which just fits may be the last.
bool AreAlike(const Parsed& whole, const Parsed& pieces) {
  const auto ends = std::ranges::mismatch(whole.requests, pieces.requests);
  const bool whole_ended = ends.in1 == whole.requests.end();
  const bool pieces_ended = ends.in2 == pieces.requests.end();
  return (whole_ended || (pieces_ended && pieces.too_large)) &&
         (pieces_ended || (whole_ended && whole.too_large));
}

}  // namespace
}  // namespace lockstep

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const std::size_t piece = 1 + data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  LOCKSTEP_ASSERT(
      lockstep::AreAlike(lockstep::Parse(bytes, bytes.size()), lockstep::Parse(bytes, piece)));
  return 0;
}
