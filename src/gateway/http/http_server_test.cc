#include "gateway/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace lockstep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A TCP connection that sends and receives bytes as they are.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  ~RawConnection() { close(fd_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  // False when the peer has closed.
  bool Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Reads until the peer closes, `ending` has come, or nothing has come for ten seconds.
  std::string ReadUntil(std::string_view ending) {
    char chunk[4096];
    while (ending.empty() || received_.find(ending) == std::string::npos) {
      pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
      if (poll(&wait, 1, 10'000) <= 0) {
        ADD_FAILURE() << "nothing comes";
        break;
      }
      const ssize_t got = recv(fd_, chunk, sizeof(chunk), 0);
      if (got <= 0) {
        closed_ = true;
        break;
      }
      received_.append(chunk, static_cast<std::size_t>(got));
    }
    return std::exchange(received_, {});
  }
  std::string ReadToEnd() { return ReadUntil({}); }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  int fd_;
  bool closed_ = false;
  std::string received_;
};

class HttpServerTest : public testing::Test {
 protected:
  void Start(HttpServerOptions options = {}) {
    options.port = 0;
    auto started = HttpServer::Start(
        options,
        [this]() -> std::optional<std::string> {
          return healthy_ ? std::nullopt : std::optional<std::string>("storage failed: disk full");
        },
        metrics_);
    ASSERT_TRUE(started.has_value()) << started.error().message();
    server_ = std::move(*started);
  }

  std::string Exchange(std::string_view request) {
    RawConnection connection(server_->port());
    connection.Send(request);
    return connection.ReadToEnd();
  }

  Metrics metrics_;
  std::atomic<bool> healthy_{true};
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, HealthSaysOkOrWhyNot) {
  Start();
  const std::string_view request = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  std::string answer = Exchange(request);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nok\n"));
  healthy_ = false;
  answer = Exchange(request);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nstorage failed: disk full\n"));
}

TEST_F(HttpServerTest, MetricsAreReadWhenAsked) {
  std::atomic<std::uint64_t> orders{3};
  LatencyHistogram commits;
  metrics_.AddCounter("lockstep_orders_total", "Orders.", {{"kind", "new"}},
                      [&] { return static_cast<double>(orders.load()); });
  metrics_.AddCounter("lockstep_orders_total", "Orders.", {{"kind", "cancel"}}, [] { return 1.0; });
  metrics_.AddGauge("lockstep_connections", "Open connections.", {}, [] { return 2.5; });
  metrics_.AddHistogram("lockstep_commit_seconds", "Commit.", {}, commits);
  metrics_.AddInfo("lockstep_state_info", "State.",
                   [] { return Metrics::Labels{{"digest", "00ff"}}; });
  Start();
  orders = 12;
  commits.Record(1'500);
  commits.Record(3'000'000);
  commits.Record(60'000'000'000);
  commits.Record(-5);
  const std::string answer = Exchange("GET /metrics?x=1 HTTP/1.0\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.0 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_THAT(answer, HasSubstr("# TYPE lockstep_orders_total counter\n"));
  EXPECT_THAT(answer, HasSubstr("lockstep_orders_total{kind=\"new\"} 12\n"));
  EXPECT_THAT(answer, HasSubstr("lockstep_orders_total{kind=\"cancel\"} 1\n"));
  EXPECT_THAT(answer, HasSubstr("lockstep_connections 2.5\n"));
  EXPECT_THAT(answer, HasSubstr("lockstep_commit_seconds_count 4\n"));
  EXPECT_THAT(answer, HasSubstr("lockstep_commit_seconds_bucket{le=\"+Inf\"} 4\n"));
  EXPECT_THAT(answer, HasSubstr("lockstep_commit_seconds_bucket{le=\"10\"} 3\n"));
  EXPECT_THAT(answer, HasSubstr("lockstep_state_info{digest=\"00ff\"} 1\n"));
  EXPECT_EQ(answer.find("lockstep_orders_total counter"),
            answer.rfind("lockstep_orders_total counter"));
}

TEST_F(HttpServerTest, OtherPathsAndMethodsAreRefused) {
  Start();
  EXPECT_THAT(Exchange("GET / HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 404 "));
  EXPECT_THAT(Exchange("GET /healthz/ HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 404 "));
  const std::string answer = Exchange("POST /healthz HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_THAT(answer, StartsWith("HTTP/1.0 405 "));
  EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD\r\n"));
}

TEST_F(HttpServerTest, HeadHasTheLengthAndNoBody) {
  Start();
  const std::string answer =
      Exchange("HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 3\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  Start();
  const std::string answer = Exchange(
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nHEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  std::vector<std::string> statuses;
  for (std::size_t at = answer.find("HTTP/1.1 "); at != std::string::npos;
       at = answer.find("HTTP/1.1 ", at + 1)) {
    statuses.push_back(answer.substr(at + 9, 3));
  }
  EXPECT_THAT(statuses, testing::ElementsAre("200", "200", "404", "200"));
}

TEST_F(HttpServerTest, OversizedHeadersAndBodiesAreRefusedAndClosed) {
  Start({.max_header_bytes = 1'024, .max_body_bytes = 100});
  EXPECT_THAT(Exchange("GET /healthz HTTP/1.1\r\nX: " + std::string(5'000, 'a')),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Exchange("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Exchange("POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "FFFFFF\r\n" +
                       std::string(200, 'b')),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, WhatIsNoHttpIsRefusedAndClosed) {
  Start();
  EXPECT_THAT(Exchange(std::string("\0\1\2\3\r\n\r\n", 8)), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Exchange("GET /healthz\r\n\r\n"), StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(Exchange("GET /healthz HTTP/7.3\r\n\r\n"), StartsWith("HTTP/1.1 505 "));
  EXPECT_THAT(Exchange("GET /healthz HTTP/1.1\r\nContent-Length: -5\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, AHeaderThatComesTooSlowlyIsDropped) {
  Start({.request_timeout = std::chrono::milliseconds(300)});
  RawConnection connection(server_->port());
  const auto started = std::chrono::steady_clock::now();
  // A byte now and then does not win more time.
  std::thread dripping([&] {
    for (const char byte : std::string_view("GET /healthz HTTP/1.1\r\nHost: a-slow-one\r\n")) {
      if (!connection.Send({&byte, 1})) {
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  EXPECT_EQ(connection.ReadToEnd(), "");
  EXPECT_TRUE(connection.closed());
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(2));
  dripping.join();
}

TEST_F(HttpServerTest, AConnectionThatStaysSilentIsDropped) {
  Start({.request_timeout = std::chrono::milliseconds(100)});
  RawConnection connection(server_->port());
  EXPECT_EQ(connection.ReadToEnd(), "");
  EXPECT_TRUE(connection.closed());
}

TEST_F(HttpServerTest, ConnectionsAboveTheLimitAreClosed) {
  Start({.max_connections = 2});
  const std::string_view request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  RawConnection first(server_->port());
  auto second = std::make_unique<RawConnection>(server_->port());
  first.Send(request);
  EXPECT_THAT(first.ReadUntil("ok\n"), HasSubstr("200 OK"));
  second->Send(request);
  EXPECT_THAT(second->ReadUntil("ok\n"), HasSubstr("200 OK"));
  EXPECT_EQ(server_->connections(), 2U);
  RawConnection third(server_->port());
  EXPECT_EQ(third.ReadToEnd(), "");
  second.reset();
  // The place is free once the server has seen the end of the second.
  std::string answer;
  for (int attempt = 0; attempt < 1'000 && answer.empty(); ++attempt) {
    RawConnection fourth(server_->port());
    fourth.Send(request);
    answer = fourth.ReadUntil("ok\n");
  }
  EXPECT_THAT(answer, HasSubstr("200 OK"));
}

TEST_F(HttpServerTest, StopsWithConnectionsOpen) {
  Start();
  RawConnection connection(server_->port());
  connection.Send("GET /heal");
  server_.reset();
  EXPECT_EQ(connection.ReadToEnd(), "");
}

TEST(HttpServerStart, SaysWhyItCannotListen) {
  Metrics metrics;
  const auto no_health = []() -> std::optional<std::string> { return std::nullopt; };
  auto bad = HttpServer::Start({.address = "localhost"}, no_health, metrics);
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().code(), StatusCode::kInvalidArgument);
  auto first = HttpServer::Start({.port = 0}, no_health, metrics);
  ASSERT_TRUE(first.has_value());
  auto taken = HttpServer::Start({.port = (*first)->port()}, no_health, metrics);
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code(), StatusCode::kIoError);
  EXPECT_THAT(taken.error().message(), HasSubstr(std::to_string((*first)->port())));
}

}  // namespace
}  // namespace lockstep
