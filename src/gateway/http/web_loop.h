// What the connections of one event loop share: the table of them, the tick that looks at their
// deadlines, buffers for work that begins and ends within one turn, and the sums that are bounded.
//
// Lifetime: outlives its connections. Threads: the loop's; everything once the loop has ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/request_parser.h"
#include "gateway/http/web_counters.h"
#include "gateway/http/web_limits.h"

namespace lockstep {

class TcpConnection;
class WebSocketConnection;

class WebLoop {
 public:
  WebLoop(IoThread& thread, const Clock& clock, const WebLimits& limits, WebCounters& counters);
  ~WebLoop();
  WebLoop(const WebLoop&) = delete;
  WebLoop& operator=(const WebLoop&) = delete;

  // On the loop.
  void StartTicking();

  void Add(std::shared_ptr<TcpConnection> connection);
  void Remove(TcpConnection& connection);
  // The loop has ended: closes all.
  void CloseAll();

  // Writes out what the connection has queued once the work at hand is done: whatever is queued for
  // it in one turn of the loop leaves in one system call.
  void FlushSoon(std::shared_ptr<WebSocketConnection> connection);

  [[nodiscard]] std::unique_ptr<RequestParser> TakeParser();
  void ReturnParser(std::unique_ptr<RequestParser> parser);

  // Where every connection reads to; nothing in it outlives the turn.
  [[nodiscard]] std::span<char> scratch() { return scratch_; }
  // Where the head of an answer is written.
  [[nodiscard]] std::string& head() { return head_; }

  // Changes what one connection holds of bytes that came in part. False: past the bound of all.
  [[nodiscard]] bool Hold(std::size_t& held, std::size_t now_held);
  std::size_t outbound_bytes = 0;  // queued in all WebSockets

  [[nodiscard]] IoThread& thread() { return thread_; }
  [[nodiscard]] boost::asio::io_context& context() { return thread_.context(); }
  [[nodiscard]] std::int64_t NowNs() const { return clock_.MonotonicNs(); }
  [[nodiscard]] std::int64_t WallNs() const { return clock_.WallNs(); }
  [[nodiscard]] const WebLimits& limits() const { return limits_; }
  [[nodiscard]] WebCounters& counters() { return counters_; }

 private:
  void Tick();
  void FlushWaiting();

  IoThread& thread_;
  const Clock& clock_;
  const WebLimits& limits_;
  WebCounters& counters_;
  std::vector<std::shared_ptr<TcpConnection>> connections_;  // each knows its index
  std::vector<std::shared_ptr<WebSocketConnection>> to_flush_;
  std::vector<std::shared_ptr<WebSocketConnection>> flushing_;
  std::vector<std::unique_ptr<RequestParser>> spare_parsers_;
  std::vector<char> scratch_;
  std::string head_;
  std::size_t held_bytes_ = 0;
};

}  // namespace lockstep
