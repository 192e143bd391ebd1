// The HTTP and WebSocket port alone, in this process: one trivial REST handler, and market streams
// whose feed is the measurement itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/metrics.h"
#include "gateway/http/web_server.h"
#include "gateway/streams/stream_sessions.h"

namespace lockstep {

// Everybody subscribes to its one stream, whatever name is given.
class BenchFeed final : public StreamFeed {
 public:
  void SubscribeStream(SubscriberId subscriber, StreamSink& sink, std::string name) override;
  void UnsubscribeStream(SubscriberId, StreamSink&, std::string) override {}
  void ForgetStreams(SubscriberId subscriber, StreamSink& sink) override;
  void Ask(MarketQuery query, std::function<void(std::string)> answer) override;

  // To all subscribers.
  void Publish(std::string payload);
  [[nodiscard]] std::size_t subscribers() const;

 private:
  mutable std::mutex mutex_;
  StreamSink* sink_ = nullptr;
  std::string name_;
  std::vector<SubscriberId> subscribers_;
};

class WebBenchServer {
 public:
  // On a free port of 127.0.0.1: GET /api/… answers {}, /ws/… is a stream.
  static Result<std::unique_ptr<WebBenchServer>> Start();
  ~WebBenchServer();
  WebBenchServer(const WebBenchServer&) = delete;
  WebBenchServer& operator=(const WebBenchServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] BenchFeed& feed() { return feed_; }

 private:
  class EmptyAnswer final : public HttpHandler {
   public:
    void Handle(const HttpRequest& request, std::shared_ptr<HttpResponder> responder) override;
  };

  WebBenchServer() = default;

  SystemClock clock_;
  Metrics metrics_;
  IoThread trading_;
  IoThread stream_;
  BenchFeed feed_;
  StreamSessions sessions_{stream_, &feed_};
  EmptyAnswer handler_;
  std::unique_ptr<WebServer> server_;
};

}  // namespace lockstep
