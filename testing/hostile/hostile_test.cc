// Strangers by the thousand, noise, and JSON that no client would send.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/metrics.h"
#include "gateway/http/web_server.h"
#include "gateway/streams/stream_sessions.h"
#include "testing/support/crowd.h"
#include "testing/support/raw_connection.h"

namespace lockstep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing_support::ClientText;
using testing_support::Crowd;
using testing_support::RawConnection;
using testing_support::ResidentBytes;

constexpr int kCrowd = 10'000;
constexpr std::int64_t kNsPerS = 1'000'000'000;
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kMemoryIsOurs = false;  // the sanitizer's own would be counted
#else
constexpr bool kMemoryIsOurs = true;
#endif

// Knows who subscribed, and sends one message to all of them.
class CrowdFeed final : public StreamFeed {
 public:
  void SubscribeStream(SubscriberId subscriber, StreamSink& sink, std::string) override {
    const std::lock_guard lock(mutex_);
    sink_ = &sink;
    subscribers_.push_back(subscriber);
  }
  void UnsubscribeStream(SubscriberId, StreamSink&, std::string) override {}
  void ForgetStreams(SubscriberId, StreamSink&) override {}
  void Ask(MarketQuery, std::function<void(std::string)> answer) override { answer("{}"); }

  [[nodiscard]] std::size_t subscribers() {
    const std::lock_guard lock(mutex_);
    return subscribers_.size();
  }
  std::size_t Publish() {
    const std::lock_guard lock(mutex_);
    sink_->DeliverStream(subscribers_,
                         std::make_shared<const StreamMessage>("crowd@trade", R"({"e":"trade"})"));
    return subscribers_.size();
  }

 private:
  std::mutex mutex_;
  StreamSink* sink_ = nullptr;
  std::vector<SubscriberId> subscribers_;
};

class PingHandler final : public HttpHandler {
 public:
  void Handle(const HttpRequest&, std::shared_ptr<HttpResponder> responder) override {
    responder->Send({.body = "{}"});
  }
};

// Asks again and again on one connection, and for /healthz on fresh ones, until it is destroyed.
class Probe {
 public:
  explicit Probe(std::uint16_t port) : thread_([this, port] { Run(port); }) {}
  ~Probe() {
    stop_ = true;
    thread_.join();
    EXPECT_GT(answers_, 0);
    // Two cores, ten thousand strangers and perhaps a sanitizer: only a standstill counts.
    EXPECT_LT(slowest_, std::chrono::seconds(5));
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

 private:
  void Run(std::uint16_t port) {
    RawConnection kept(port);
    while (!stop_) {
      const auto started = std::chrono::steady_clock::now();
      kept.Send("GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n");
      EXPECT_THAT(kept.ReadAnswer(), StartsWith("HTTP/1.1 200 OK\r\n"));
      RawConnection fresh(port);
      fresh.Send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      EXPECT_THAT(fresh.ReadToEnd(), HasSubstr("\r\n\r\nok\n"));
      slowest_ = std::max(slowest_, std::chrono::steady_clock::now() - started);
      ++answers_;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  std::atomic<bool> stop_{false};
  int answers_ = 0;
  std::chrono::steady_clock::duration slowest_{};
  std::thread thread_;
};

class HostileTest : public testing::Test {
 protected:
  ~HostileTest() override {
    trading_.Stop();
    stream_.Stop();
    server_.reset();
  }

  void Start(const WebLimits& limits = {}) {
    auto started = WebServer::Start({.port = 0, .limits = limits},
                                    {.clock = clock_,
                                     .trading = trading_,
                                     .stream = stream_,
                                     .metrics = metrics_,
                                     .trouble = [] { return std::optional<std::string>(); }},
                                    {{.path = "/api", .http = &ping_},
                                     {.path = "/ws",
                                      .websocket = &sessions_,
                                      .websocket_loop = WebLoopName::kStream,
                                      .max_messages_per_second = 10'000}});
    ASSERT_TRUE(started.has_value()) << started.error().message();
    server_ = std::move(*started);
    server_->SetServing(true);
    trading_.Start();
    stream_.Start();
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  SystemClock clock_;
  Metrics metrics_;
  IoThread trading_;
  IoThread stream_;
  CrowdFeed feed_;
  StreamSessions sessions_{stream_, &feed_};
  PingHandler ping_;
  std::unique_ptr<WebServer> server_;
};

class HostileCrowdTest : public HostileTest, public testing::WithParamInterface<const char*> {};

TEST_P(HostileCrowdTest, TenThousandAreHeldAndThenDropped) {
  Start({.request_timeout_ns = 8 * kNsPerS});
  const std::int64_t before = ResidentBytes();
  const Probe probe(port());
  Crowd crowd(port(), kCrowd, GetParam());
  const std::int64_t grown = ResidentBytes() - before;
  RecordProperty("resident_bytes_grown", std::to_string(grown));
  if (kMemoryIsOurs) {
    EXPECT_LT(grown, kCrowd * std::int64_t{4'096}) << "per connection: " << grown / kCrowd;
  }
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (server_->counters().timeouts.load() < kCrowd) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  // The last of them has been counted, and is about to be closed.
  while (crowd.StillOpen() != 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, HostileCrowdTest, testing::Values("silent", "partial"));

TEST_F(HostileTest, TenThousandHalfBodiesHoldNoMoreThanTheSum) {
  Start({.request_timeout_ns = 60 * kNsPerS, .max_held_bytes = std::size_t{32} << 20U});
  const std::int64_t before = ResidentBytes();
  const Probe probe(port());
  // 300 MB if all of it were kept.
  Crowd crowd(port(), kCrowd, "body");
  const std::int64_t grown = ResidentBytes() - before;
  if (kMemoryIsOurs) {
    EXPECT_LT(grown, std::int64_t{160} << 20U);
  }
  const int open = crowd.StillOpen();
  EXPECT_GT(open, 0);
  EXPECT_LT(open, kCrowd);
  EXPECT_GT(server_->counters().held_over_bound.load(), 0U);
}

TEST_F(HostileTest, TenThousandSubscribersGetOneMessage) {
  Start();
  const std::int64_t before = ResidentBytes();
  const Probe probe(port());
  Crowd crowd(port(), kCrowd, "websocket");
  EXPECT_EQ(server_->counters().websockets_open.load(), static_cast<std::uint64_t>(kCrowd));
  // The last of them has its answer, and is about to be subscribed on its own loop.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (feed_.subscribers() < static_cast<std::size_t>(kCrowd)) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(feed_.Publish(), static_cast<std::size_t>(kCrowd));
  EXPECT_EQ(crowd.ReadOneEach(), kCrowd);
  const std::int64_t grown = ResidentBytes() - before;
  RecordProperty("resident_bytes_grown", std::to_string(grown));
  if (kMemoryIsOurs) {
    EXPECT_LT(grown, kCrowd * std::int64_t{8'192}) << "per WebSocket: " << grown / kCrowd;
  }
}

TEST_F(HostileTest, MoreThanTheBoundStillLeavesAPlaceForAProbe) {
  Start({.max_connections = 1'000});
  Crowd crowd(port(), 3'000, "partial");
  // One that is over the bound is counted for as long as it takes to close it.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (server_->counters().connections_open.load() > 1'000U + WebLimits{}.reserved_connections) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  RawConnection probe(port());
  probe.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(probe.ReadAnswer(), HasSubstr("\r\n\r\nok\n"));
}

TEST_F(HostileTest, NoiseIsAnsweredOrEnded) {
  Start({.request_timeout_ns = kNsPerS});
  const Probe probe(port());
  std::mt19937_64 random(7);
  const std::vector<std::string> starts = {
      "", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST /api HTTP/1.1\r\nContent-Length: 10\r\n\r\n",
      "POST /api HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n",
      "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
      "13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"};
  for (int round = 0; round < 500; ++round) {
    RawConnection connection(port());
    std::string noise = starts[random() % starts.size()];
    for (std::size_t i = random() % 5'000; i > 0; --i) {
      noise += static_cast<char>(random());
    }
    connection.Send(noise);
    connection.EndSending();
    static_cast<void>(connection.ReadToEnd());
    EXPECT_TRUE(connection.closed());
  }
}

TEST_F(HostileTest, JsonThatNoClientWouldSendIsAnsweredAndTheSessionGoesOn) {
  Start();
  RawConnection client(port());
  client.Upgrade("/ws");
  std::string many = R"({"method":"SUBSCRIBE","params":[)";
  for (int i = 0; i < 5'000; ++i) {
    many += (i == 0 ? "\"s" : ",\"s") + std::to_string(i) + "\"";
  }
  many += R"(],"id":1})";
  const std::vector<std::string> texts = {
      std::string(65'000, '['),
      std::string(65'000, '{'),
      "[" + std::string(60'000, ' ') + "]",
      R"({"method":"SUBSCRIBE","params":[)" + std::string(10'000, '[') + "]",
      many,
      R"({"method":"SUBSCRIBE","params":[")" + std::string(60'000, 'x') + R"("],"id":1})",
      R"({"method":"SUBSCRIBE","params":["\u0000"],"id":1})",
      R"({"id":)" + std::string(60'000, '9') + "}",
      R"({"id":-0.1e99999,"method":"LIST_SUBSCRIPTIONS"})",
      "nul",
      "",
      std::string(10, '\0'),
      R"({"method":{"method":"SUBSCRIBE"},"params":{"params":[]},"id":{"id":1}})",
  };
  for (const std::string& text : texts) {
    client.Send(ClientText(text));
    EXPECT_THAT(client.ReadText(), StartsWith(R"({"error":{"code":)")) << text.substr(0, 60);
  }
  client.Send(ClientText(R"({"method":"LIST_SUBSCRIPTIONS","id":9})"));
  EXPECT_EQ(client.ReadText(), R"({"result":[],"id":9})");
}

}  // namespace
}  // namespace lockstep
