// A WebServer with its two loops on a free port, for the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/metrics.h"
#include "gateway/http/web_server.h"
#include "testing/support/raw_connection.h"

namespace lockstep {

class WebTest : public testing::Test {
 protected:
  using Connection = testing_support::RawConnection;

  ~WebTest() override { Stop(); }

  void Start(const WebLimits& limits = {}, std::vector<WebRoute> routes = {}) {
    auto started = WebServer::Start(
        {.port = 0, .limits = limits},
        {.clock = clock_,
         .trading = trading_,
         .stream = stream_,
         .metrics = metrics_,
         .trouble = [this]() -> std::optional<std::string> {
           return healthy_ ? std::nullopt : std::optional<std::string>("storage failed: disk full");
         },
         .why_not_leading = [this]() -> std::optional<std::string> {
           return leads_ ? std::nullopt : std::optional<std::string>("follower of 2");
         }},
        std::move(routes));
    ASSERT_TRUE(started.has_value()) << started.error().message();
    server_ = std::move(*started);
    server_->SetServing(true);
    trading_.Start();
    stream_.Start();
  }
  void Stop() {
    trading_.Stop();
    stream_.Stop();
    server_.reset();
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] const WebCounters& counters() const { return server_->counters(); }

  // Sends bytes on a connection of their own and reads to its end.
  [[nodiscard]] std::string Exchange(std::string_view request) const {
    Connection connection(port());
    connection.Send(request);
    return connection.ReadToEnd();
  }

  SystemClock clock_;
  IoThread trading_;
  IoThread stream_;
  Metrics metrics_;
  std::atomic<bool> healthy_{true};
  std::atomic<bool> leads_{true};
  std::unique_ptr<WebServer> server_;
};

// Answers with what `answer` makes of a request.
class FunctionHandler final : public HttpHandler {
 public:
  using Answer = std::function<void(const HttpRequest&, std::shared_ptr<HttpResponder>)>;
  explicit FunctionHandler(Answer answer) : answer_(std::move(answer)) {}
  void Handle(const HttpRequest& request, std::shared_ptr<HttpResponder> responder) override {
    answer_(request, std::move(responder));
  }

 private:
  Answer answer_;
};

// Sends each text back; "close" closes with 4001, "twice" comes back as two messages.
class EchoHandler final : public WebSocketHandler {
 public:
  std::unique_ptr<WebSocketSession> Open(const HttpRequest& request,
                                         WebSocketChannel& channel) override;
  [[nodiscard]] int open() const { return open_.load(); }

 private:
  friend class EchoSession;
  std::atomic<int> open_{0};
};

}  // namespace lockstep
