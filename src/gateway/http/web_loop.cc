#include "gateway/http/web_loop.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/request_parser.h"
#include "gateway/http/tcp_connection.h"
#include "gateway/http/web_counters.h"
#include "gateway/http/web_limits.h"
#include "gateway/http/websocket_connection.h"

namespace lockstep {
namespace {

constexpr std::size_t kScratchBytes = std::size_t{64} << 10U;
constexpr std::size_t kSpareParsers = 16;

}  // namespace

WebLoop::WebLoop(IoThread& thread, const Clock& clock, const WebLimits& limits,
                 WebCounters& counters)
    : thread_(thread),
      clock_(clock),
      limits_(limits),
      counters_(counters),
      scratch_(kScratchBytes) {}

WebLoop::~WebLoop() = default;

void WebLoop::StartTicking() {
  const std::chrono::nanoseconds interval(limits_.tick_ns);
  thread_.Every(std::chrono::ceil<std::chrono::milliseconds>(interval), [this] { Tick(); });
}

void WebLoop::Add(std::shared_ptr<TcpConnection> connection) {
  connection->index_ = connections_.size();
  connections_.push_back(std::move(connection));
}

void WebLoop::Remove(TcpConnection& connection) {
  const std::size_t index = connection.index_;
  // Kept to the end of this function: it may be the last that holds the connection.
  const std::shared_ptr<TcpConnection> removed =
      std::exchange(connections_[index], std::move(connections_.back()));
  connections_.pop_back();
  if (index < connections_.size()) {
    connections_[index]->index_ = index;
  }
}

void WebLoop::CloseAll() {
  while (!connections_.empty()) {
    const std::shared_ptr<TcpConnection> connection = connections_.back();
    connection->EndWithLoop();
  }
  to_flush_.clear();
}

void WebLoop::Tick() {
  const std::int64_t now_ns = NowNs();
  // Downwards, because a connection that ends is replaced by the last.
  for (std::size_t i = connections_.size(); i-- > 0;) {
    if (i < connections_.size() && connections_[i]->deadline_ns() <= now_ns) {
      const std::shared_ptr<TcpConnection> connection = connections_[i];
      connection->OnDeadline(now_ns);
    }
  }
}

void WebLoop::FlushSoon(std::shared_ptr<WebSocketConnection> connection) {
  if (to_flush_.empty()) {
    thread_.Post([this] { FlushWaiting(); });
  }
  to_flush_.push_back(std::move(connection));
}

void WebLoop::FlushWaiting() {
  flushing_.swap(to_flush_);
  for (const auto& connection : flushing_) {
    connection->Flush();
  }
  flushing_.clear();
}

std::unique_ptr<RequestParser> WebLoop::TakeParser() {
  std::unique_ptr<RequestParser> parser;
  if (spare_parsers_.empty()) {
    parser = std::make_unique<RequestParser>();
  } else {
    parser = std::move(spare_parsers_.back());
    spare_parsers_.pop_back();
  }
  parser->Begin(limits_.max_header_bytes, limits_.max_body_bytes);
  return parser;
}

void WebLoop::ReturnParser(std::unique_ptr<RequestParser> parser) {
  if (spare_parsers_.size() < kSpareParsers) {
    spare_parsers_.push_back(std::move(parser));
  }
}

bool WebLoop::Hold(std::size_t& held, std::size_t now_held) {
  const bool grows = now_held > held;
  held_bytes_ = held_bytes_ - held + now_held;
  held = now_held;
  return !grows || held_bytes_ <= limits_.max_held_bytes;
}

}  // namespace lockstep
