#include "gateway/http/websocket_connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "gateway/gateway_counters.h"
#include "gateway/http/tcp_connection.h"
#include "gateway/http/web_counters.h"
#include "gateway/http/web_handler.h"
#include "gateway/http/web_loop.h"
#include "gateway/http/websocket_queue.h"
#include "gateway/http/websocket_reader.h"

namespace lockstep {

using boost::asio::ip::tcp;

namespace {

// What one system call takes; a message is up to four parts.
constexpr std::size_t kPartsAtATime = 256;
constexpr std::size_t kMaxReasonBytes = 123;
constexpr std::string_view kSlowConsumer = "slow consumer";

// Holds the descriptor while it is on its way to another loop.
struct InTransit {
  explicit InTransit(UpgradedConnection given) : upgraded(std::move(given)) {}
  ~InTransit() {
    if (upgraded.descriptor >= 0) {
      close(upgraded.descriptor);
    }
  }
  InTransit(const InTransit&) = delete;
  InTransit& operator=(const InTransit&) = delete;

  UpgradedConnection upgraded;
};

tcp ProtocolOf(int descriptor) {
  int family = 0;
  socklen_t size = sizeof(family);
  getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size);
  return family == AF_INET6 ? tcp::v6() : tcp::v4();
}

}  // namespace

void WebSocketConnection::Open(WebLoop& loop, UpgradedConnection upgraded) {
  const auto in_transit = std::make_shared<InTransit>(std::move(upgraded));
  loop.thread().Post([&loop, in_transit] {
    tcp::socket socket(loop.context());
    boost::system::error_code error;
    const int descriptor = in_transit->upgraded.descriptor;
    socket.assign(ProtocolOf(descriptor), descriptor, error);
    if (error) {
      return;
    }
    in_transit->upgraded.descriptor = -1;
    const auto connection =
        std::make_shared<WebSocketConnection>(std::move(socket), in_transit->upgraded, loop);
    loop.Add(connection);
    connection->Start(std::move(in_transit->upgraded));
  });
}

WebSocketConnection::WebSocketConnection(tcp::socket socket, UpgradedConnection& upgraded,
                                         WebLoop& loop)
    : TcpConnection(std::move(socket), upgraded.peer_address, std::move(upgraded.place), loop),
      reader_(loop.limits().max_message_bytes),
      messages_(upgraded.max_messages_per_second),
      frames_(loop.limits().max_frames_per_second),
      ends_at_ns_(loop.NowNs() + loop.limits().websocket_life_ns),
      ping_at_ns_(loop.NowNs() + loop.limits().ping_interval_ns),
      pong_due_ns_(loop.NowNs() + loop.limits().pong_timeout_ns) {
  Count(loop.counters().websockets_open);
}

WebSocketConnection::~WebSocketConnection() = default;

void WebSocketConnection::Start(UpgradedConnection upgraded) {
  ScheduleDeadline();
  iovec part{upgraded.answer.data(), upgraded.answer.size()};
  // The send buffer of a connection that has asked for nothing before takes this at once.
  if (Write(std::span(&part, 1)).bytes != upgraded.answer.size()) {
    TcpConnection::Close();
    return;
  }
  session_ = upgraded.handler->Open(upgraded.request, *this);
  if (!session_) {
    BeginClose(WebSocketCode::kPolicy, "refused", State::kClosing);
  }
  Read(std::move(upgraded.received));
}

// ---- in ----

void WebSocketConnection::OnReadable() {
  const ReadResult read = TcpConnection::Read(loop().scratch());
  if (read.state == ReadState::kEnded) {
    TcpConnection::Close();
    return;
  }
  if (read.state == ReadState::kNothing || state_ == State::kLingering) {
    AwaitReadable();
    return;
  }
  if (kept_.empty()) {
    const std::span<char> bytes = loop().scratch().first(read.bytes);
    const std::size_t used = HandleFrames(bytes);
    kept_.assign(bytes.data() + used, bytes.size() - used);
    Read({});
  } else {
    std::string bytes = std::exchange(kept_, {});
    bytes.append(loop().scratch().data(), read.bytes);
    Read(std::move(bytes));
  }
}

void WebSocketConnection::Read(std::string received) {
  if (!received.empty()) {
    const std::size_t used = HandleFrames(received);
    received.erase(0, used);
    kept_ = std::move(received);
  }
  if (!is_open()) {
    return;
  }
  if (kept_.empty() && kept_.capacity() > 0) {
    kept_.shrink_to_fit();
  }
  if (!loop().Hold(held_, kept_.size() + reader_.held_bytes())) {
    Count(loop().counters().held_over_bound);
    TcpConnection::Close();
    return;
  }
  AwaitReadable();
}

std::size_t WebSocketConnection::HandleFrames(std::span<char> bytes) {
  std::size_t used = 0;
  while (is_open() && state_ != State::kLingering) {
    const WebSocketReader::Result frame = reader_.Next(bytes.subspan(used));
    if (frame.kind == WebSocketReader::Kind::kNeedsMore) {
      return used;
    }
    used += frame.used;
    HandleFrame(frame);
    if (frame.kind == WebSocketReader::Kind::kError) {
      break;
    }
  }
  return bytes.size();
}

void WebSocketConnection::HandleFrame(const WebSocketReader::Result& frame) {
  using Kind = WebSocketReader::Kind;
  if (frame.kind == Kind::kError) {
    Count(loop().counters().malformed);
    BeginClose(frame.code, frame.reason, State::kLingering);
    return;
  }
  if (frame.kind == Kind::kClose) {
    AnswerClose(frame.code);
    return;
  }
  if (state_ != State::kOpen) {
    return;
  }
  const std::int64_t now_ns = loop().NowNs();
  if (Throttled(frame.kind == Kind::kText, now_ns)) {
    Count(loop().counters().messages_throttled);
    BeginClose(WebSocketCode::kPolicy, "too many messages", State::kClosing);
    return;
  }
  switch (frame.kind) {
    case Kind::kText:
      Count(loop().counters().messages_received);
      session_->OnText(frame.payload, loop().WallNs());
      break;
    case Kind::kPing:
      Queue(WebSocketOpcode::kPong, std::string(frame.payload));
      break;
    case Kind::kPong:
      pong_due_ns_ = now_ns + loop().limits().pong_timeout_ns;
      ScheduleDeadline();
      break;
    default:
      break;
  }
}

bool WebSocketConnection::Throttled(bool is_text, std::int64_t now_ns) {
  return !frames_.Take(now_ns) || (is_text && !messages_.Take(now_ns));
}

// ---- out ----

void WebSocketConnection::Send(WebSocketText message) {
  if (!is_open() || state_ != State::kOpen) {
    return;
  }
  const std::size_t before = queue_.size();
  queue_.Push(std::move(message));
  QueueChanged(before);
  const WebLimits& limits = loop().limits();
  const bool unfair = loop().outbound_bytes > limits.max_outbound_bytes_in_all &&
                      queue_.size() > limits.fair_outbound_bytes;
  if (queue_.size() > limits.max_outbound_bytes || unfair) {
    Count(loop().counters().slow_consumers);
    BeginClose(WebSocketCode::kPolicy, kSlowConsumer, State::kClosing);
  }
}

void WebSocketConnection::Queue(WebSocketOpcode opcode, std::string payload) {
  const std::size_t before = queue_.size();
  queue_.PushControl(opcode, std::move(payload));
  QueueChanged(before);
}

void WebSocketConnection::QueueChanged(std::size_t before) {
  loop().outbound_bytes = loop().outbound_bytes - before + queue_.size();
  if (!blocked_ && !queue_.empty() && !std::exchange(flush_scheduled_, true)) {
    loop().FlushSoon(std::static_pointer_cast<WebSocketConnection>(shared_from_this()));
  }
}

void WebSocketConnection::Flush() {
  flush_scheduled_ = false;
  while (is_open() && !queue_.empty()) {
    std::array<iovec, kPartsAtATime> parts;
    const std::size_t count = queue_.Gather(parts);
    std::size_t offered = 0;
    for (const iovec& part : std::span(parts).first(count)) {
      offered += part.iov_len;
    }
    const WriteResult written = Write(std::span(parts).first(count));
    if (written.failed) {
      TcpConnection::Close();
      return;
    }
    const std::size_t before = queue_.size();
    Count(loop().counters().messages_sent, queue_.Consume(written.bytes));
    loop().outbound_bytes = loop().outbound_bytes - before + queue_.size();
    if (written.bytes < offered) {
      blocked_ = true;
      AwaitWritable();
      return;
    }
  }
  blocked_ = false;
  if (state_ == State::kLingering && is_open()) {
    ShutDownSending();
  }
}

void WebSocketConnection::OnWritable() { Flush(); }

// ---- the end ----

void WebSocketConnection::Close(std::uint16_t code, std::string_view reason) {
  BeginClose(static_cast<WebSocketCode>(code), reason, State::kClosing);
}

void WebSocketConnection::AnswerClose(WebSocketCode code) {
  if (state_ == State::kClosing) {
    state_ = State::kLingering;  // ours is on its way already
    if (queue_.empty()) {
      ShutDownSending();
    }
    return;
  }
  BeginClose(code, {}, State::kLingering);
}

void WebSocketConnection::BeginClose(WebSocketCode code, std::string_view reason, State next) {
  if (!is_open() || state_ != State::kOpen) {
    return;
  }
  state_ = next;
  const std::size_t before = queue_.size();
  if (reason == kSlowConsumer) {
    queue_.DropWaiting();
  }
  std::string payload;
  if (code != WebSocketCode::kNoStatus) {
    payload += static_cast<char>(static_cast<unsigned>(code) >> 8U);
    payload += static_cast<char>(static_cast<unsigned>(code) & 0xFFU);
    payload += reason.substr(0, kMaxReasonBytes);
  }
  queue_.PushControl(WebSocketOpcode::kClose, std::move(payload));
  QueueChanged(before);
  SetDeadline(loop().NowNs() + loop().limits().linger_ns);
}

void WebSocketConnection::OnDeadline(std::int64_t now_ns) {
  if (state_ != State::kOpen) {
    TcpConnection::Close();
    return;
  }
  if (now_ns >= pong_due_ns_) {
    Count(loop().counters().pong_timeouts);
    BeginClose(WebSocketCode::kPolicy, "no pong", State::kClosing);
    return;
  }
  if (now_ns >= ends_at_ns_) {
    BeginClose(WebSocketCode::kGoingAway, "connected for too long", State::kClosing);
    return;
  }
  if (now_ns >= ping_at_ns_) {
    ping_at_ns_ = now_ns + loop().limits().ping_interval_ns;
    std::array<char, 20> text;
    const auto printed =
        std::to_chars(text.data(), text.data() + text.size(), loop().WallNs() / 1'000'000);
    Queue(WebSocketOpcode::kPing, std::string(text.data(), printed.ptr));
  }
  ScheduleDeadline();
}

void WebSocketConnection::ScheduleDeadline() {
  if (state_ == State::kOpen) {
    SetDeadline(std::min({ends_at_ns_, ping_at_ns_, pong_due_ns_}));
  }
}

void WebSocketConnection::OnClose() {
  loop().outbound_bytes -= queue_.size();
  queue_ = {};
  kept_ = {};
  static_cast<void>(loop().Hold(held_, 0));
  Uncount(loop().counters().websockets_open);
  // Later: the session may be at work above this call.
  boost::asio::post(loop().context(), [self = shared_from_this(), this] { EndSession(); });
}

void WebSocketConnection::EndWithLoop() {
  TcpConnection::Close();
  EndSession();
}

void WebSocketConnection::EndSession() {
  if (!std::exchange(in_table_, false)) {
    return;
  }
  const auto self = shared_from_this();
  if (session_) {
    session_->OnClosed();
    session_.reset();
  }
  loop().Remove(*this);
}

}  // namespace lockstep
