// What the HTTP side does with peers that are slow, silent, large, many or talk nonsense.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gateway/http/web_fixture_for_test.h"
#include "gateway/http/web_handler.h"

namespace lockstep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::string_view kHealth = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

class WebBoundsTest : public WebTest {};

TEST_F(WebBoundsTest, OversizedHeadersAndBodiesAreRefusedAndClosed) {
  Start({.max_header_bytes = 1'024, .max_body_bytes = 100});
  EXPECT_THAT(Exchange("GET /healthz HTTP/1.1\r\nX: " + std::string(5'000, 'a')),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Exchange("GET /" + std::string(200'000, 'a')), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Exchange("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Exchange("POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "FFFFFF\r\n" +
                       std::string(200, 'b')),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(WebBoundsTest, EndlessChunkExtensionsAndTrailersEnd) {
  Start();
  const std::string head =
      "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& start : {head + "1;", head + "0\r\nX: "}) {
    Connection connection(port());
    std::string sent = start;
    // Until it is refused; far more than any bound.
    for (int i = 0; i < 400 && connection.Send(sent); ++i) {
      sent.assign(16'384, 'e');
    }
    connection.EndSending();
    EXPECT_THAT(connection.ReadToEnd(), testing::AnyOf("", StartsWith("HTTP/1.1 4")));
    EXPECT_TRUE(connection.closed());
  }
}

TEST_F(WebBoundsTest, WhatIsNoHttpIsRefusedAndClosed) {
  Start();
  EXPECT_THAT(Exchange(std::string("\0\1\2\3\r\n\r\n", 8)), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Exchange("GET /healthz\r\n\r\n"), StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(Exchange("GET /healthz HTTP/7.3\r\n\r\n"), StartsWith("HTTP/1.1 505 "));
  EXPECT_THAT(Exchange("GET /healthz HTTP/1.1\r\nContent-Length: -5\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
  // Two ways to say where a request ends are a way to hide a second request.
  EXPECT_THAT(Exchange("POST /healthz HTTP/1.1\r\nContent-Length: 5\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Exchange("POST /healthz HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(WebBoundsTest, PipelinedJunkEndsBehindTheGoodAnswers) {
  Start();
  const std::string answer = Exchange(std::string(kHealth) + "\x16\x03\x01 junk\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 400 "));
}

TEST_F(WebBoundsTest, ARequestThatComesTooSlowlyIsDropped) {
  Start({.request_timeout_ns = 300 * kNsPerMs, .tick_ns = 20 * kNsPerMs});
  Connection connection(port());
  const auto started = std::chrono::steady_clock::now();
  // A byte now and then does not win more time.
  std::thread dripping([&] {
    for (const char byte :
         std::string_view("GET /healthz HTTP/1.1\r\nHost: a-slow-one\r\nX: xxx")) {
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

TEST_F(WebBoundsTest, AConnectionThatStaysSilentIsDropped) {
  Start({.request_timeout_ns = 100 * kNsPerMs,
         .idle_timeout_ns = 100 * kNsPerMs,
         .tick_ns = 20 * kNsPerMs});
  Connection silent(port());
  EXPECT_EQ(silent.ReadToEnd(), "");
  Connection idle(port());
  idle.Send(kHealth);
  EXPECT_THAT(idle.ReadToEnd(), HasSubstr("\r\n\r\nok\n"));
  EXPECT_EQ(counters().timeouts.load(), 2U);
}

TEST_F(WebBoundsTest, AReaderThatDoesNotReadIsDropped) {
  FunctionHandler handler([](const HttpRequest&, std::shared_ptr<HttpResponder> responder) {
    responder->Send({.body = std::string(32U << 20U, 'x')});
  });
  Start({.write_timeout_ns = 100 * kNsPerMs, .tick_ns = 20 * kNsPerMs},
        {{.path = "/api", .http = &handler}});
  Connection connection(port());
  connection.Send("GET /api HTTP/1.1\r\nHost: x\r\n\r\n");
  while (counters().timeouts.load() == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_LT(connection.ReadToEnd().size(), 32U << 20U);
}

TEST_F(WebBoundsTest, PastTheBoundOnlyProbesAreAnswered) {
  FunctionHandler handler([](const HttpRequest&, std::shared_ptr<HttpResponder> responder) {
    responder->Send({.body = "served"});
  });
  Start({.max_connections = 2, .reserved_connections = 2}, {{.path = "/api", .http = &handler}});
  const std::string_view request = "GET /api HTTP/1.1\r\nHost: x\r\n\r\n";
  Connection first(port());
  auto second = std::make_unique<Connection>(port());
  for (Connection* connection : {&first, second.get()}) {
    connection->Send(request);
    EXPECT_THAT(connection->ReadAnswer(), HasSubstr("served"));
  }
  EXPECT_THAT(Exchange(request), StartsWith("HTTP/1.1 503 "));
  // Silent ones cannot keep a probe out.
  std::vector<std::unique_ptr<Connection>> flood;
  flood.reserve(20);
  for (int i = 0; i < 20; ++i) {
    flood.push_back(std::make_unique<Connection>(port()));
  }
  EXPECT_THAT(Exchange(kHealth), HasSubstr("\r\n\r\nok\n"));
  EXPECT_LE(counters().connections_open.load(), 5U);
  second.reset();
  // The place is free once the server has seen the end of the second.
  std::string answer;
  for (int attempt = 0; attempt < 1'000 && answer.find("served") == std::string::npos; ++attempt) {
    Connection fourth(port());
    fourth.Send(request);
    answer = fourth.ReadAnswer();
  }
  EXPECT_THAT(answer, HasSubstr("served"));
}

TEST_F(WebBoundsTest, OneAddressMayBeBounded) {
  Start({.max_connections_per_address = 1});
  Connection first(port());
  first.Send(kHealth);
  EXPECT_THAT(first.ReadAnswer(), HasSubstr("\r\n\r\nok\n"));
  EXPECT_THAT(Exchange("GET /api HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 503 "));
}

TEST_F(WebBoundsTest, RequestsInPartAreBoundedInSum) {
  Start({.max_held_bytes = 256U << 10U});
  const std::string part =
      "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + std::string(50'000, 'b');
  std::vector<std::unique_ptr<Connection>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<Connection>(port()));
    slow.back()->Send(part);
  }
  while (counters().held_over_bound.load() == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  // Who sends a whole request at once is not touched by it.
  Connection good(port());
  good.Send(kHealth);
  EXPECT_THAT(good.ReadAnswer(), HasSubstr("\r\n\r\nok\n"));
}

TEST_F(WebBoundsTest, WithoutDescriptorsAcceptingWaitsAndGoesOn) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer needs descriptors of its own to look at objects";
#endif
  Start();
  rlimit usual{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
  const int next = dup(STDERR_FILENO);
  close(next);
  // Enough for the client's half of a connection, not for the server's.
  const rlimit scarce = {.rlim_cur = static_cast<rlim_t>(next) + 1, .rlim_max = usual.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &scarce), 0);
  Connection connection(port());
  connection.Send(kHealth);
  while (counters().accept_pauses.load() == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
  EXPECT_THAT(connection.ReadAnswer(), HasSubstr("\r\n\r\nok\n"));
}

TEST_F(WebBoundsTest, StopsWithConnectionsOpen) {
  Start();
  Connection connection(port());
  connection.Send("GET /heal");
  while (counters().connections_open.load() == 0) {
    std::this_thread::yield();
  }
  Stop();
  EXPECT_EQ(connection.ReadToEnd(), "");
}

}  // namespace
}  // namespace lockstep
