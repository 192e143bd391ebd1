#include "gateway/http/http_connection.h"

#include <array>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "gateway/gateway_counters.h"
#include "gateway/http/connection_places.h"
#include "gateway/http/request_parser.h"
#include "gateway/http/response_head.h"
#include "gateway/http/route_table.h"
#include "gateway/http/tcp_connection.h"
#include "gateway/http/web_handler.h"
#include "gateway/http/web_loop.h"
#include "gateway/http/websocket_connection.h"
#include "gateway/http/websocket_handshake.h"

namespace lockstep {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";
constexpr std::string_view kPrometheusText = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
// Binance's codes: DISCONNECTED and UNKNOWN.
constexpr int kCodeUnavailable = -1001;
constexpr int kCodeUnknown = -1000;
// A peer that sends more than this after our last word is not listening to it.
constexpr std::size_t kMaxDiscarded = std::size_t{1} << 20U;

class Responder final : public HttpResponder {
 public:
  explicit Responder(std::weak_ptr<HttpConnection> connection)
      : connection_(std::move(connection)) {}
  ~Responder() override { Send(MakeErrorReply(500, kCodeUnknown, "no answer was made")); }
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  void Send(HttpReply reply) override {
    if (const auto connection = std::exchange(connection_, {}).lock()) {
      connection->Answer(std::move(reply));
    }
  }

 private:
  std::weak_ptr<HttpConnection> connection_;
};

HttpReply PlainText(unsigned status, std::string text) {
  HttpReply reply;
  reply.status = status;
  reply.body = std::move(text);
  reply.content_type = kPlainText;
  return reply;
}

HttpReply Preflight() {
  HttpReply reply;
  reply.status = 204;
  reply.headers = {{"Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS"},
                   {"Access-Control-Allow-Origin", "*"},
                   {"Access-Control-Allow-Methods", "GET, HEAD"},
                   {"Access-Control-Allow-Headers", "X-MBX-APIKEY, X-MBX-TIME-UNIT, Content-Type"},
                   {"Access-Control-Max-Age", "86400"}};
  return reply;
}

std::string_view TextOfRefusal(unsigned status) {
  switch (status) {
    case 413:
      return "The body is too large.";
    case 431:
      return "The header is too large.";
    case 505:
      return "HTTP/1.0 or HTTP/1.1.";
    default:
      return "This is not HTTP.";
  }
}

}  // namespace

HttpConnection::HttpConnection(boost::asio::ip::tcp::socket socket, std::string peer_address,
                               ConnectionPlace place, WebLoop& loop, WebLoop& stream_loop,
                               HttpServices& services)
    : TcpConnection(std::move(socket), std::move(peer_address), std::move(place), loop),
      stream_loop_(stream_loop),
      services_(services) {}

void HttpConnection::Start() {
  SetDeadline(loop().NowNs() + loop().limits().request_timeout_ns);
  // What a client sends right behind its connect is mostly there already.
  OnReadable();
}

void HttpConnection::OnDeadline(std::int64_t) {
  if (state_ != State::kLingering) {
    Count(loop().counters().timeouts);
  }
  Close();
}

void HttpConnection::OnClose() {
  parser_.reset();
  static_cast<void>(loop().Hold(held_, 0));
  loop().Remove(*this);
}

// ---- in ----

void HttpConnection::OnReadable() {
  const ReadResult read = Read(loop().scratch());
  if (read.state == ReadState::kEnded) {
    Close();
    return;
  }
  if (read.state == ReadState::kNothing) {
    AwaitReadable();
    return;
  }
  if (state_ == State::kLingering) {
    discarded_ += read.bytes;
    discarded_ > kMaxDiscarded ? Close() : AwaitReadable();
    return;
  }
  const std::string_view bytes(loop().scratch().data(), read.bytes);
  if (kept_.empty()) {
    Process(bytes);
  } else {
    kept_ += bytes;
    ProcessKept();
  }
}

void HttpConnection::ProcessKept() {
  const std::string bytes = std::exchange(kept_, {});
  Process(bytes);
}

void HttpConnection::Process(std::string_view bytes) {
  processing_ = true;
  while (state_ == State::kReading && is_open() && !bytes.empty()) {
    bytes.remove_prefix(TakeRequest(bytes));
    if (parser_ && parser_->state() == RequestParser::State::kNeedsMore) {
      break;
    }
  }
  processing_ = false;
  if (!is_open() || state_ == State::kLingering) {
    return;
  }
  if (Keep(bytes) && state_ == State::kReading) {
    AwaitReadable();
  }
}

std::size_t HttpConnection::TakeRequest(std::string_view bytes) {
  if (!parser_) {
    parser_ = loop().TakeParser();
    SetDeadline(loop().NowNs() + loop().limits().request_timeout_ns);
  }
  const std::size_t taken = parser_->Feed(bytes);
  switch (parser_->state()) {
    case RequestParser::State::kComplete:
      Dispatch(bytes.substr(taken));
      if (parser_) {
        loop().ReturnParser(std::move(parser_));
      }
      break;
    case RequestParser::State::kBad:
      Refuse(parser_->bad_status());
      break;
    case RequestParser::State::kNeedsMore:
      if (parser_->TakeExpectation()) {
        iovec part{.iov_base = const_cast<char*>(kContinue.data()), .iov_len = kContinue.size()};
        static_cast<void>(Write(std::span(&part, 1)));
      }
      break;
  }
  return taken;
}

bool HttpConnection::Keep(std::string_view rest) {
  // Chunk extensions and trailers are in no other bound.
  if (parser_ && rest.size() > loop().limits().max_header_bytes + loop().scratch().size()) {
    Refuse(431);
    return false;
  }
  kept_.assign(rest);
  if (!loop().Hold(held_, kept_.capacity() + (parser_ ? parser_->held_bytes() : 0))) {
    Count(loop().counters().held_over_bound);
    Close();
    return false;
  }
  return true;
}

// ---- what a request means ----

void HttpConnection::Dispatch(std::string_view rest) {
  parser_->SetOrigin(peer(), loop().WallNs());
  const ParsedRequest& request = parser_->request();
  Count(loop().counters().requests);
  state_ = State::kAnswering;
  SetDeadline(loop().NowNs() + loop().limits().answer_timeout_ns);
  is_http_1_1_ = request.is_http_1_1();
  is_head_ = request.method() == HttpMethod::kHead;
  any_origin_ = false;
  // What may be answered here past the bound of connections is answered once.
  keep_alive_ = request.keep_alive() && has_place();
  if (!request.has_known_version()) {
    Refuse(505);
    return;
  }
  if (AnswerProbe(request)) {
    return;
  }
  const WebRoute* route = services_.routes().Find(request.path());
  const bool serves = services_.is_serving() || (route != nullptr && route->always_serves);
  if (!has_place() || !serves) {
    Answer(MakeErrorReply(
        503, kCodeUnavailable,
        has_place() ? "The exchange is not serving yet or any more." : "Too many connections."));
  } else if (route == nullptr) {
    Answer(MakeErrorReply(404, kCodeUnknown, "There is nothing at this path."));
  } else if (request.method() == HttpMethod::kOptions) {
    Answer(Preflight());
  } else if (route->websocket != nullptr && AsksForWebSocket(request)) {
    UpgradeTo(*route, request, rest);
  } else if (route->http != nullptr) {
    any_origin_ = is_head_ || request.method() == HttpMethod::kGet;
    route->http->Handle(request, std::make_shared<Responder>(
                                     std::static_pointer_cast<HttpConnection>(shared_from_this())));
  } else {
    HttpReply reply = MakeErrorReply(426, kCodeUnknown, "This path is for WebSockets.");
    reply.headers = {{"Upgrade", "websocket"}};
    Answer(std::move(reply));
  }
}

bool HttpConnection::AnswerProbe(const ParsedRequest& request) {
  const std::string_view path = request.path();
  const bool metrics = path == "/metrics";
  const bool leader = path == "/leaderz";
  if (!metrics && !leader && path != "/healthz") {
    return false;
  }
  if (request.method() != HttpMethod::kGet && !is_head_) {
    HttpReply reply = PlainText(405, "GET and HEAD alone\n");
    reply.headers = {{"Allow", "GET, HEAD"}};
    Answer(std::move(reply));
  } else if (metrics) {
    HttpReply reply = PlainText(200, services_.MetricsText());
    reply.content_type = kPrometheusText;
    Answer(std::move(reply));
  } else {
    const std::optional<std::string> trouble =
        leader ? services_.WhyNotLeading() : services_.Trouble();
    Answer(trouble ? PlainText(503, *trouble + "\n")
                   : PlainText(200, leader ? "leader\n" : "ok\n"));
  }
  return true;
}

void HttpConnection::UpgradeTo(const WebRoute& route, const ParsedRequest& request,
                               std::string_view rest) {
  if (auto refused = route.websocket->Refuse(request)) {
    Answer(std::move(*refused));
    return;
  }
  auto accepted = AcceptWebSocket(request);
  if (accepted) {
    HandOver(route, std::move(*accepted), rest);
    return;
  }
  const bool version = accepted.error().code() == StatusCode::kUnimplemented;
  HttpReply reply = MakeErrorReply(version ? 426 : 400, kCodeUnknown, accepted.error().message());
  reply.headers = {{"Sec-WebSocket-Version", "13"}};
  Answer(std::move(reply));
}

void HttpConnection::HandOver(const WebRoute& route, std::string answer, std::string_view rest) {
  ParsedRequest request = parser_->TakeRequest();
  WebLoop& to = route.websocket_loop == WebLoopName::kStream ? stream_loop_ : loop();
  std::string peer_address = peer();
  auto [descriptor, place] = Release();
  WebSocketConnection::Open(to, {.descriptor = descriptor,
                                 .place = std::move(place),
                                 .peer_address = std::move(peer_address),
                                 .request = std::move(request),
                                 .answer = std::move(answer),
                                 .received = std::string(rest),
                                 .handler = route.websocket,
                                 .max_messages_per_second = route.max_messages_per_second});
}

void HttpConnection::Refuse(unsigned status) {
  Count(loop().counters().malformed);
  state_ = State::kAnswering;
  keep_alive_ = false;
  is_head_ = false;
  parser_.reset();
  Answer(MakeErrorReply(status, kCodeUnknown, TextOfRefusal(status)));
}

// ---- out ----

void HttpConnection::Answer(HttpReply reply) {
  if (!is_open() || state_ != State::kAnswering) {
    return;
  }
  WebCounters& counters = loop().counters();
  Count(reply.status < 300   ? counters.answers_2xx
        : reply.status < 400 ? counters.answers_3xx
        : reply.status < 500 ? counters.answers_4xx
                             : counters.answers_5xx);
  keep_alive_ = keep_alive_ && !reply.close;
  std::string& head = loop().head();
  head.clear();
  AppendResponseHead(
      head, reply,
      {.is_http_1_1 = is_http_1_1_, .keep_alive = keep_alive_, .any_origin = any_origin_});
  WriteAnswer(head, is_head_ ? std::string() : std::move(reply.body));
}

void HttpConnection::WriteAnswer(std::string_view head, std::string body) {
  std::array<iovec, 2> parts = {iovec{const_cast<char*>(head.data()), head.size()},
                                iovec{body.data(), body.size()}};
  const WriteResult written = Write(parts);
  if (written.failed) {
    Close();
    return;
  }
  if (written.bytes == head.size() + body.size()) {
    OnWritten();
    return;
  }
  if (written.bytes < head.size()) {
    unsent_ = std::string(head.substr(written.bytes)) + body;
    unsent_at_ = 0;
  } else {
    unsent_at_ = written.bytes - head.size();
    unsent_ = std::move(body);
  }
  state_ = State::kWriting;
  SetDeadline(loop().NowNs() + loop().limits().write_timeout_ns);
  AwaitWritable();
}

void HttpConnection::OnWritable() {
  iovec rest{unsent_.data() + unsent_at_, unsent_.size() - unsent_at_};
  const WriteResult written = Write(std::span(&rest, 1));
  if (written.failed) {
    Close();
    return;
  }
  unsent_at_ += written.bytes;
  if (written.bytes > 0) {
    SetDeadline(loop().NowNs() + loop().limits().write_timeout_ns);
  }
  if (unsent_at_ < unsent_.size()) {
    AwaitWritable();
    return;
  }
  unsent_ = {};
  OnWritten();
}

void HttpConnection::OnWritten() {
  if (!keep_alive_) {
    Linger();
    return;
  }
  state_ = State::kReading;
  SetDeadline(loop().NowNs() + loop().limits().idle_timeout_ns);
  if (processing_) {
    return;  // Process goes on by itself
  }
  if (kept_.empty()) {
    AwaitReadable();
    return;
  }
  // Later: this may be within the handling of another connection's request.
  boost::asio::post(loop().context(), [self = shared_from_this(), this] {
    if (is_open() && state_ == State::kReading) {
      ProcessKept();
    }
  });
}

void HttpConnection::Linger() {
  state_ = State::kLingering;
  kept_ = {};
  static_cast<void>(loop().Hold(held_, 0));
  ShutDownSending();
  SetDeadline(loop().NowNs() + loop().limits().linger_ns);
  AwaitReadable();
}

}  // namespace lockstep
