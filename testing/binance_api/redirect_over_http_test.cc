// A follower on real sockets: what plain HTTP clients make of its answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/leadership.h"
#include "gateway/cluster_membership.h"
#include "gateway/http/metrics.h"
#include "gateway/http/web_server.h"
#include "testing/binance_api/memory_history.h"
#include "testing/binance_api/world.h"
#include "testing/support/raw_connection.h"

namespace lockstep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing_support::RawConnection;

// Says what it was asked, in the leader's place.
class Mirror final : public HttpHandler {
 public:
  void Handle(const HttpRequest& request, std::shared_ptr<HttpResponder> responder) override {
    static constexpr std::array<std::string_view, 7> kNames = {"GET",    "HEAD",    "POST", "PUT",
                                                               "DELETE", "OPTIONS", "other"};
    HttpReply reply;
    reply.body = std::string(kNames[static_cast<std::size_t>(request.method())]) + " " +
                 TargetOf(request) + " " + std::string(request.body()) + " " +
                 std::string(request.Header("X-MBX-APIKEY"));
    responder->Send(std::move(reply));
  }
};

// One HTTP port with its loops. The tests' routes and sources of truth are given.
struct Port {
  Port(const Clock& clock, IoThread& trading_loop, std::vector<WebRoute> routes,
       std::function<std::optional<std::string>()> why_not_leading)
      : trading(trading_loop) {
    auto started = WebServer::Start({.port = 0},
                                    {.clock = clock,
                                     .trading = trading,
                                     .stream = stream,
                                     .metrics = metrics,
                                     .trouble = [] { return std::optional<std::string>(); },
                                     .why_not_leading = std::move(why_not_leading)},
                                    std::move(routes));
    EXPECT_TRUE(started.has_value());
    server = std::move(*started);
    server->SetServing(true);
    trading.Start();
    stream.Start();
  }
  ~Port() {
    trading.Stop();
    stream.Stop();
    server.reset();
  }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  Metrics metrics;
  IoThread& trading;
  IoThread stream;
  std::unique_ptr<WebServer> server;
};

class FollowerOverHttp : public testing::Test {
 public:
  FollowerOverHttp() {
    keys.Add(key, AccountId(1), kPermissionRead | kPermissionTrade);
    leadership.SetLeader(2);
  }

  ClusterAddresses Members() const {
    return ClusterAddresses::Make(
               {{.member = 1, .host = "127.0.0.1", .rest_port = 1, .sbe_port = 1},
                {.member = 2,
                 .host = "127.0.0.1",
                 .rest_port = leader.server->port(),
                 .sbe_port = 1}})
        .value_or(ClusterAddresses());
  }
  std::string Signed(const std::string& query) const {
    return World::SignAt(clock.WallNs() / 1'000'000, query, key);
  }
  // What curl prints of `arguments` and a target on the follower.
  std::string Curl(const std::string& arguments, const std::string& target) const {
    const std::string command =
        "curl -sS -m 60 -H 'X-MBX-APIKEY: " + key.api_key + "' " + arguments +
        " 'http://127.0.0.1:" + std::to_string(follower.server->port()) + target + "' 2>&1";
    std::FILE* const pipe = popen(command.c_str(), "r");
    std::string output;
    std::array<char, 4'096> buffer{};
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
      output.append(buffer.data(), got);
    }
    pclose(pipe);
    return output;
  }

  const TestKey key{std::string(64, 'k'), "secret"};
  SystemClock clock;
  FixedKeys keys;
  Mirror mirror;
  IoThread leader_loop;
  Port leader{clock, leader_loop, {{.path = "/api", .http = &mirror}}, nullptr};
  Leadership leadership;
  ClusterMembership cluster{leadership, Members(), 1};
  IngressRing commands{std::size_t{1} << 16U};
  IngressRing queries{std::size_t{1} << 16U};
  EventRing events{std::size_t{1} << 20U, INT64_MAX, [] {}};
  MemoryHistory history{events.Attach()};
  EchoFeed feed;
  IoThread loop;
  BinanceGateway gateway{{},
                         {.clock = clock,
                          .keys = keys,
                          .commands = commands,
                          .queries = queries,
                          .reader = events.Attach(),
                          .feed = feed,
                          .history = history,
                          .trading = loop,
                          .cluster = &cluster,
                          .engine_position = [] { return std::int64_t{0}; }}};
  Port follower{clock,
                loop,
                {{.path = "/api", .http = &gateway.rest()},
                 {.path = "/ws-api", .websocket = &gateway.websocket_api()}},
                [this] { return cluster.WhyNotLeading(clock.MonotonicNs()); }};
};

TEST_F(FollowerOverHttp, APlainClientFollowsWithMethodBodyAndKey) {
  const std::string body = Signed("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1");
  EXPECT_EQ(Curl("-L --data '" + body + "'", "/api/v3/order"),
            "POST /api/v3/order " + body + " " + key.api_key);
  const std::string query = Signed("symbol=BTCUSDT&orderId=7");
  EXPECT_EQ(Curl("-L -X DELETE", "/api/v3/order?" + query),
            "DELETE /api/v3/order?" + query + "  " + key.api_key);
  EXPECT_EQ(Curl("-L", "/api/v3/account?" + Signed("")).substr(0, 16), "GET /api/v3/acco");
  const std::string seen = Curl("-i --data '" + Signed("symbol=BTCUSDT") + "'", "/api/v3/order");
  EXPECT_THAT(seen, StartsWith("HTTP/1.1 307 Temporary Redirect\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nLocation: http://127.0.0.1:" +
                              std::to_string(leader.server->port()) + "/api/v3/order\r\n"));
}

TEST_F(FollowerOverHttp, ProbesAndHandshakesSayWhoLeads) {
  EXPECT_THAT(Curl("-i", "/leaderz"),
              testing::AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("\r\n\r\nfollower of 2\n")));
  EXPECT_THAT(Curl("-i", "/healthz"), StartsWith("HTTP/1.1 200 "));
  const std::string refused = RawConnection(follower.server->port()).Upgrade("/ws-api/v3");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refused, HasSubstr("\r\nRetry-After: 1\r\n"));
}

// Two nodes that name each other: the round ends with an answer.
TEST_F(FollowerOverHttp, ARoundOfRedirectsEndsWith503) {
  const std::string body = Signed("symbol=BTCUSDT");
  const std::string order = "-o /dev/null -w '%{http_code} ' --data '" + body + "'";
  EXPECT_EQ(Curl(order, "/api/v3/order"), "307 ");
  EXPECT_EQ(Curl(order, "/api/v3/order"), "307 ");
  EXPECT_EQ(Curl(order, "/api/v3/order"), "503 ");
}

}  // namespace
}  // namespace lockstep
