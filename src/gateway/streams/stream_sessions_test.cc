#include "gateway/streams/stream_sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/leadership.h"
#include "gateway/cluster_membership.h"
#include "gateway/http/metrics.h"
#include "gateway/http/web_server.h"
#include "testing/support/fake_channel.h"
#include "testing/support/raw_connection.h"

namespace lockstep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::ClientText;
using testing_support::FakeChannel;
using testing_support::FakeRequest;
using testing_support::RawConnection;

// Remembers who wants what, and delivers when told to.
class FakeFeed final : public StreamFeed {
 public:
  void SubscribeStream(SubscriberId subscriber, StreamSink& sink, std::string name) override {
    const std::lock_guard lock(mutex_);
    sink_ = &sink;
    subscribers_[std::move(name)].insert(subscriber);
  }
  void UnsubscribeStream(SubscriberId subscriber, StreamSink&, std::string name) override {
    const std::lock_guard lock(mutex_);
    subscribers_[name].erase(subscriber);
  }
  void ForgetStreams(SubscriberId subscriber, StreamSink&) override {
    const std::lock_guard lock(mutex_);
    for (auto& [name, subscribers] : subscribers_) {
      subscribers.erase(subscriber);
    }
  }
  void Ask(MarketQuery, std::function<void(std::string)> answer) override { answer("{}"); }

  void Publish(const std::string& name, const std::string& payload) {
    const std::lock_guard lock(mutex_);
    const std::vector<SubscriberId> subscribers(subscribers_[name].begin(),
                                                subscribers_[name].end());
    sink_->DeliverStream(subscribers, std::make_shared<const StreamMessage>(name, payload));
  }
  [[nodiscard]] std::size_t subscribers(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return subscribers_[name].size();
  }

 private:
  std::mutex mutex_;
  StreamSink* sink_ = nullptr;
  std::map<std::string, std::set<SubscriberId>> subscribers_;
};

// Sessions without sockets; the loop runs when the test says so.
class StreamSessionsTest : public testing::Test {
 protected:
  struct Client {
    FakeChannel channel;
    std::unique_ptr<WebSocketSession> session;

    std::string Ask(std::string_view text) {
      session->OnText(text, 1);
      return channel.Take();
    }
  };

  ~StreamSessionsTest() override {
    for (const auto& client : clients_) {
      if (client->session) {
        client->session->OnClosed();
      }
    }
  }

  Client& Open(std::string_view target) {
    clients_.push_back(std::make_unique<Client>());
    Client& client = *clients_.back();
    client.session = sessions_->Open(FakeRequest(target), client.channel);
    return client;
  }
  void RunLoop() {
    loop_.context().restart();
    loop_.context().poll();
  }

  IoThread loop_;
  FakeFeed feed_;
  std::unique_ptr<StreamSessions> sessions_ = std::make_unique<StreamSessions>(loop_, &feed_);
  std::vector<std::unique_ptr<Client>> clients_;
};

TEST_F(StreamSessionsTest, RawAndWrappedMessages) {
  Client& raw = Open("/ws/btcusdt@trade");
  Client& wrapped = Open("/stream?streams=btcusdt@trade/ethusdt@trade");
  Client& alias = Open("/stream/ws/btcusdt@trade");
  Client& other = Open("/ws/0");
  feed_.Publish("btcusdt@trade", R"({"e":"trade"})");
  RunLoop();
  EXPECT_THAT(raw.channel.sent, ElementsAre(R"({"e":"trade"})"));
  EXPECT_THAT(wrapped.channel.sent,
              ElementsAre(R"({"stream":"btcusdt@trade","data":{"e":"trade"}})"));
  EXPECT_THAT(alias.channel.sent, ElementsAre(R"({"e":"trade"})"));
  EXPECT_THAT(other.channel.sent, IsEmpty());
}

TEST_F(StreamSessionsTest, RequestsAreAnsweredAsBinanceDoes) {
  Client& client = Open("/ws");
  EXPECT_EQ(client.Ask(R"({"method":"SUBSCRIBE","params":["a@trade","b@trade"],"id":1})"),
            R"({"result":null,"id":1})");
  EXPECT_EQ(client.Ask(R"({"method":"LIST_SUBSCRIPTIONS","id":"x"})"),
            R"({"result":["a@trade","b@trade"],"id":"x"})");
  EXPECT_EQ(client.Ask(R"({"method":"GET_PROPERTY","params":["combined"],"id":2})"),
            R"({"result":false,"id":2})");
  EXPECT_EQ(client.Ask(R"({"method":"SET_PROPERTY","params":["combined",true],"id":3})"),
            R"({"result":null,"id":3})");
  feed_.Publish("a@trade", "1");
  RunLoop();
  EXPECT_EQ(client.channel.Take(), R"({"stream":"a@trade","data":1})");
  EXPECT_EQ(client.Ask(R"({"method":"UNSUBSCRIBE","params":["a@trade","never"],"id":null})"),
            R"({"result":null,"id":null})");
  EXPECT_EQ(feed_.subscribers("a@trade"), 0U);
  EXPECT_EQ(client.Ask("{"), R"({"error":{"code":3,"msg":"Invalid JSON: Missing a name for )"
                             R"(object member. At byte 1."},"id":null})");
  EXPECT_EQ(client.Ask(R"({"method":"SUBSCRIBE","params":["c@trade",5],"id":4})"),
            R"({"error":{"code":2,"msg":"Invalid request: a stream name must be a string"},)"
            R"("id":4})");
  EXPECT_EQ(feed_.subscribers("c@trade"), 0U) << "an error changes nothing";
}

TEST_F(StreamSessionsTest, WhatWasOnItsWayWhenUnsubscribedIsDropped) {
  Client& client = Open("/ws/a@trade");
  feed_.Publish("a@trade", "1");
  client.Ask(R"({"method":"UNSUBSCRIBE","params":["a@trade"],"id":1})");
  RunLoop();
  EXPECT_THAT(client.channel.sent, IsEmpty());
}

TEST_F(StreamSessionsTest, OurTopicsKeepTheirNames) {
  Client& client = Open("/stream");
  client.Ask(R"({"method":"SUBSCRIBE","params":["/topic/market/trade/BTCUSDT"],"id":1})");
  feed_.Publish("btcusdt@trade", "1");
  RunLoop();
  EXPECT_EQ(client.channel.Take(), R"({"stream":"/topic/market/trade/BTCUSDT","data":1})");
  EXPECT_EQ(client.Ask(R"({"method":"LIST_SUBSCRIPTIONS","id":1})"),
            R"({"result":["/topic/market/trade/BTCUSDT"],"id":1})");
}

TEST_F(StreamSessionsTest, StreamsAreBounded) {
  sessions_ = std::make_unique<StreamSessions>(
      loop_, &feed_, StreamLimits{.max_streams_per_connection = 3, .max_streams_in_all = 4});
  Client& first = Open("/ws/a/b");
  EXPECT_THAT(first.Ask(R"({"method":"SUBSCRIBE","params":["c","d"],"id":1})"),
              testing::HasSubstr("too many streams on this connection"));
  EXPECT_EQ(feed_.subscribers("c"), 0U);
  EXPECT_EQ(first.Ask(R"({"method":"SUBSCRIBE","params":["c","b","a"],"id":1})"),
            R"({"result":null,"id":1})");
  Client& second = Open("/ws/a/b");
  EXPECT_THAT(second.channel.Take(), testing::HasSubstr(R"({"error":{"code":2,)"));
  first.session->OnClosed();
  first.session.reset();
  EXPECT_EQ(feed_.subscribers("a"), 0U);
  EXPECT_EQ(second.Ask(R"({"method":"SUBSCRIBE","params":["a","b"],"id":1})"),
            R"({"result":null,"id":1})");
  EXPECT_THAT(
      second.Ask(R"({"method":"SUBSCRIBE","params":[")" + std::string(65, 'x') + R"("],"id":1})"),
      testing::HasSubstr("name of this length"));
  EXPECT_THAT(Open("/ws/%FF").channel.Take(), testing::HasSubstr("such characters"));
}

TEST_F(StreamSessionsTest, TheLeaderTopicTellsEachChangeAndTheLastToWhoComesLater) {
  Leadership leadership;
  auto members = ClusterAddresses::Make(
      {{.member = 1, .host = "node-a", .rest_port = 8081, .sbe_port = 9091},
       {.member = 2, .host = "node-b", .rest_port = 8082, .sbe_port = 9092}});
  ASSERT_TRUE(members) << members.error().message();
  ClusterMembership cluster(leadership, *members, 1);
  const SimulatedClock clock(1'700'000'000'000'000'000);
  sessions_->FollowLeader(cluster, clock);
  constexpr std::string_view kSubscribe =
      R"({"method":"SUBSCRIBE","params":["/topic/cluster/leader"],"id":1})";
  Client& first = Open("/ws");
  Client& other = Open("/ws/btcusdt@trade");
  EXPECT_EQ(first.Ask(kSubscribe), R"({"result":null,"id":1})");
  EXPECT_THAT(first.channel.sent, IsEmpty()) << "nobody leads yet";
  leadership.SetLeader(2);
  cluster.NoteTerm(5);
  RunLoop();
  const std::string second_leads =
      R"({"e":"leader","E":1700000000000,"leader":2,"term":5,"rest":"http://node-b:8082",)"
      R"("sbe":"node-b:9092"})";
  EXPECT_THAT(first.channel.sent, ElementsAre(second_leads));
  Client& late = Open("/stream");
  EXPECT_EQ(late.Ask(kSubscribe), R"({"result":null,"id":1})");
  EXPECT_EQ(late.channel.Take(),
            R"({"stream":"/topic/cluster/leader","data":)" + second_leads + "}");
  first.channel.sent.clear();
  leadership.SetLeader(Leadership::kNoLeader);
  RunLoop();
  EXPECT_THAT(first.channel.sent, IsEmpty());
  sessions_->AnnounceLeader(Leadership::kNoLeader);
  RunLoop();
  EXPECT_EQ(first.channel.Take(), R"({"e":"leader","E":1700000000000,"leader":-1,"term":5,)"
                                  R"("rest":null,"sbe":null})");
  sessions_->AnnounceLeader(1);
  leadership.SetLeader(1);  // told already
  RunLoop();
  EXPECT_EQ(first.channel.sent.size(), 1U);
  EXPECT_THAT(other.channel.sent, IsEmpty());
}

TEST_F(StreamSessionsTest, WithoutAFeedClientsAreAnswered) {
  sessions_ = std::make_unique<StreamSessions>(loop_, nullptr);
  Client& client = Open("/ws/a@trade");
  EXPECT_EQ(client.Ask(R"({"method":"SUBSCRIBE","params":["b"],"id":1})"),
            R"({"result":null,"id":1})");
}

// Over real sockets, published from another thread: the answer to SUBSCRIBE comes first, then every
// message in order.
TEST(StreamSessionsOverSockets, TheAnswerComesFirstAndNothingIsLost) {
  const SystemClock clock;
  const Metrics metrics;
  FakeFeed feed;
  IoThread trading;
  IoThread stream;
  StreamSessions sessions(stream, &feed);
  auto server = WebServer::Start(
      {.port = 0},
      {.clock = clock,
       .trading = trading,
       .stream = stream,
       .metrics = metrics,
       .trouble = [] { return std::optional<std::string>(); }},
      {{.path = "/ws", .websocket = &sessions, .websocket_loop = WebLoopName::kStream}});
  ASSERT_TRUE(server.has_value());
  (*server)->SetServing(true);
  trading.Start();
  stream.Start();
  constexpr int kMessages = 20'000;
  {
    RawConnection client((*server)->port());
    client.Upgrade("/ws/1");
    client.Send(ClientText(R"({"method":"SUBSCRIBE","params":["a@trade"],"id":"s"})"));
    std::thread publisher([&] {
      while (feed.subscribers("a@trade") == 0) {
        std::this_thread::yield();
      }
      for (int i = 0; i < kMessages; ++i) {
        feed.Publish("a@trade", std::to_string(i));
      }
    });
    EXPECT_EQ(client.ReadText(), R"({"result":null,"id":"s"})");
    for (int i = 0; i < kMessages; ++i) {
      if (client.ReadText() != std::to_string(i)) {
        ADD_FAILURE() << "at " << i;
        break;
      }
    }
    publisher.join();
  }
  while (feed.subscribers("a@trade") != 0) {
    std::this_thread::yield();
  }
  trading.Stop();
  stream.Stop();
}

}  // namespace
}  // namespace lockstep
