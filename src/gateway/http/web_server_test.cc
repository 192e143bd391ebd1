#include "gateway/http/web_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/latency_histogram.h"
#include "base/status.h"
#include "gateway/http/web_fixture_for_test.h"
#include "gateway/http/web_handler.h"
#include "gateway/http/web_limits.h"

namespace lockstep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> StatusesIn(const std::string& answers) {
  std::vector<std::string> statuses;
  for (std::size_t at = answers.find("HTTP/1.1 "); at != std::string::npos;
       at = answers.find("HTTP/1.1 ", at + 1)) {
    statuses.push_back(answers.substr(at + 9, 3));
  }
  return statuses;
}

// Says what it was asked.
FunctionHandler MakeMirror() {
  return FunctionHandler([](const HttpRequest& request, std::shared_ptr<HttpResponder> responder) {
    HttpReply reply;
    reply.body = std::string(request.path()) + "|" + std::string(request.query()) + "|" +
                 std::string(request.body()) + "|" + std::string(request.Header("x-mbx-apikey"));
    reply.headers = {{"X-MBX-USED-WEIGHT-1M", "1"}, {"X-Bad", "a\r\nX-Injected: 1"}};
    responder->Send(std::move(reply));
  });
}

class WebServerTest : public WebTest {
 protected:
  void StartWithMirror(const WebLimits& limits = {}) {
    Start(limits, {{.path = "/api", .http = &mirror_}});
  }

  FunctionHandler mirror_ = MakeMirror();
};

TEST_F(WebServerTest, HealthSaysOkOrWhyNot) {
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

TEST_F(WebServerTest, LeaderzIsForTheOneNodeThatLeadsAndIsWell) {
  Start();
  const std::string_view request = "GET /leaderz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  std::string answer = Exchange(request);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nleader\n"));
  leads_ = false;
  answer = Exchange(request);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nfollower of 2\n"));
  leads_ = true;
  healthy_ = false;
  EXPECT_THAT(Exchange(request), HasSubstr("\r\n\r\nstorage failed: disk full\n"));
  healthy_ = true;
  server_->SetServing(false);
  EXPECT_THAT(Exchange(request), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(Exchange("POST /leaderz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                       "Content-Length: 0\r\n\r\n"),
              StartsWith("HTTP/1.1 405 "));
}

TEST_F(WebServerTest, MetricsAreReadWhenAsked) {
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

TEST_F(WebServerTest, OtherPathsAndMethodsAreRefused) {
  Start();
  EXPECT_THAT(Exchange("GET / HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 404 "));
  EXPECT_THAT(Exchange("GET /healthz/ HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 404 "));
  const std::string answer = Exchange("POST /healthz HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_THAT(answer, StartsWith("HTTP/1.0 405 "));
  EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD\r\n"));
}

TEST_F(WebServerTest, ARouteGetsWhatWasSent) {
  StartWithMirror();
  Connection connection(port());
  connection.Send(
      "POST /api/v3/order?a=1%2B2 HTTP/1.1\r\nHost: x\r\nX-Mbx-ApiKey: k\r\n"
      "Content-Length: 5\r\n\r\nb=3+4");
  std::string answer = connection.ReadAnswer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\n/api/v3/order|a=1%2B2|b=3+4|k"));
  EXPECT_THAT(answer, HasSubstr("\r\nX-MBX-USED-WEIGHT-1M: 1\r\n"));
  EXPECT_EQ(answer.find("X-Injected"), std::string::npos);
  EXPECT_EQ(answer.find("Access-Control-Allow-Origin"), std::string::npos);
  // On the same connection, in chunks.
  connection.Send(
      "POST /api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n");
  answer = connection.ReadAnswer();
  EXPECT_THAT(answer, HasSubstr("\r\n\r\n/api||abcde|"));
  connection.Send("GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(connection.ReadAnswer(), HasSubstr("\r\nAccess-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(Exchange("GET /apis HTTP/1.0\r\n\r\n"), HasSubstr("404 Not Found"));
}

TEST_F(WebServerTest, ABodyInSmallPiecesIsOneBody) {
  StartWithMirror();
  Connection connection(port());
  const std::string request =
      "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789"
      "GET /api/2 HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const char byte : request) {
    connection.Send({&byte, 1});
  }
  EXPECT_THAT(connection.ReadAnswer(), HasSubstr("\r\n\r\n/api||0123456789|"));
  EXPECT_THAT(connection.ReadAnswer(), HasSubstr("\r\n\r\n/api/2|||"));
}

TEST_F(WebServerTest, WhoWaitsForContinueIsToldToGoOn) {
  StartWithMirror();
  Connection connection(port());
  connection.Send(
      "POST /api HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(connection.ReadAnswer(), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.Send("hi");
  EXPECT_THAT(connection.ReadAnswer(), HasSubstr("\r\n\r\n/api||hi|"));
}

TEST_F(WebServerTest, HeadHasTheLengthAndNoBody) {
  Start();
  const std::string answer =
      Exchange("HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 3\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(WebServerTest, APreflightNeedsNoHandler) {
  StartWithMirror();
  const std::string answer =
      Exchange("OPTIONS /api/v3/time HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nAccess-Control-Allow-Headers: X-MBX-APIKEY"));
  EXPECT_EQ(answer.find("Content-Length"), std::string::npos);
}

TEST_F(WebServerTest, PipelinedRequestsAreAnsweredInOrder) {
  StartWithMirror();
  const std::string answer = Exchange(
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nHEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(StatusesIn(answer), testing::ElementsAre("200", "200", "404", "200"));
}

TEST_F(WebServerTest, AnAnswerMayComeLaterAndTheNextRequestWaitsForIt) {
  std::shared_ptr<HttpResponder> held;
  std::atomic<int> handled{0};
  FunctionHandler later([&](const HttpRequest&, std::shared_ptr<HttpResponder> responder) {
    ++handled;
    held = std::move(responder);
  });
  Start({}, {{.path = "/api", .http = &later}});
  Connection connection(port());
  connection.Send(
      "GET /api/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /api/2 HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int i = 1; i <= 2; ++i) {
    while (handled < i) {
      std::this_thread::yield();
    }
    EXPECT_EQ(handled, i);
    trading_.Post([&] { std::exchange(held, {})->Send({.body = "late"}); });
    EXPECT_THAT(connection.ReadAnswer(), HasSubstr("\r\n\r\nlate"));
  }
  EXPECT_THAT(connection.ReadAnswer(), HasSubstr("\r\n\r\nok\n"));
}

TEST_F(WebServerTest, AResponderWithoutAnAnswerAnswers500AndALateOneNothing) {
  std::shared_ptr<HttpResponder> held;
  std::atomic<bool> handled{false};
  FunctionHandler forgetful(
      [&](const HttpRequest& request, std::shared_ptr<HttpResponder> responder) {
        if (request.path() == "/api/keep") {
          held = std::move(responder);
          handled = true;
        }
      });
  Start({}, {{.path = "/api", .http = &forgetful}});
  Connection connection(port());
  connection.Send("GET /api HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 500 "));
  {
    Connection gone(port());
    gone.Send("GET /api/keep HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!handled) {
      std::this_thread::yield();
    }
  }
  trading_.Post([&] { std::exchange(held, {})->Send({}); });
  connection.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(WebServerTest, AnAnswerLargerThanTheSocketTakesComesWhole) {
  const std::string large(32U << 20U, 'x');
  FunctionHandler handler([&](const HttpRequest&, std::shared_ptr<HttpResponder> responder) {
    responder->Send({.body = large});
  });
  Start({}, {{.path = "/api", .http = &handler}});
  Connection connection(port());
  connection.Send("GET /api HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = connection.ReadAnswer();
  EXPECT_TRUE(answer.ends_with(large));
  EXPECT_THAT(connection.ReadAnswer(), HasSubstr("\r\n\r\nok\n"));
}

TEST_F(WebServerTest, NothingIsServedBeforeItsTimeButHealth) {
  StartWithMirror();
  server_->SetServing(false);
  EXPECT_THAT(Exchange("GET /api HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 503 "));
  EXPECT_THAT(Exchange("GET /healthz HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 200 "));
}

TEST(WebServerStart, SaysWhyItCannotListen) {
  const SystemClock clock;
  IoThread loop;
  const Metrics metrics;
  const WebServices services{
      .clock = clock, .trading = loop, .stream = loop, .metrics = metrics, .trouble = [] {
        return std::optional<std::string>();
      }};
  auto bad = WebServer::Start({.address = "localhost"}, services, {});
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().code(), StatusCode::kInvalidArgument);
  auto first = WebServer::Start({.port = 0}, services, {});
  ASSERT_TRUE(first.has_value());
  auto taken = WebServer::Start({.port = (*first)->port()}, services, {});
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code(), StatusCode::kIoError);
  EXPECT_THAT(taken.error().message(), HasSubstr(std::to_string((*first)->port())));
}

}  // namespace
}  // namespace lockstep
