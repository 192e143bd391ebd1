#include "gateway/streams/stream_sessions.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/streams/stream_path.h"

namespace lockstep {

StreamSessions::StreamSessions(IoThread& loop, StreamFeed* feed, const StreamLimits& limits)
    : loop_(loop), services_{.limits = limits, .feed = feed, .sink = this, .sessions = {}} {}

std::unique_ptr<WebSocketSession> StreamSessions::Open(const HttpRequest& request,
                                                       WebSocketChannel& channel) {
  return std::make_unique<StreamSession>(SubscriberId(next_subscriber_++),
                                         ParseStreamPath(request.path(), request.query()), channel,
                                         services_);
}

void StreamSessions::DeliverStream(std::span<const SubscriberId> subscribers,
                                   std::shared_ptr<const StreamMessage> message) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = waiting_.empty();
    waiting_.push_back({{subscribers.begin(), subscribers.end()}, std::move(message)});
  }
  if (first) {
    loop_.Post([this] { DeliverWaiting(); });
  }
}

void StreamSessions::DeliverWaiting() {
  {
    const std::lock_guard lock(mutex_);
    delivering_.swap(waiting_);
  }
  for (Waiting& waiting : delivering_) {
    StreamSession::Delivery delivery{.message = std::move(waiting.message), .wrapping = nullptr};
    for (const SubscriberId subscriber : waiting.subscribers) {
      const auto session = services_.sessions.find(subscriber.value());
      if (session != services_.sessions.end()) {
        session->second->OnMessage(delivery);
      }
    }
  }
  delivering_.clear();
}

// ---- who leads ----

void StreamSessions::FollowLeader(ClusterMembership& cluster, const Clock& clock) {
  cluster_ = &cluster;
  clock_ = &clock;
  cluster.leadership().Listen(alive_, [this] {
    loop_.Post([this] {
      const std::int32_t leader = cluster_->leadership().leader();
      if (leader == Leadership::kNoLeader) {
        told_leader_ = leader;
      } else if (leader != told_leader_) {
        TellLeader(leader);
      }
    });
  });
}

void StreamSessions::AnnounceLeader(std::int32_t member) {
  loop_.Post([this, member] { TellLeader(member); });
}

void StreamSessions::TellLeader(std::int32_t member) {
  constexpr std::int64_t kNsPerMs = 1'000'000;
  told_leader_ = member;
  services_.leader = std::make_shared<const StreamMessage>(StreamMessage{
      .stream = std::string(kLeaderTopic),
      .payload = R"({"e":"leader","E":)" + std::to_string(clock_->WallNs() / kNsPerMs) + "," +
                 LeaderJsonMembers(cluster_->HintOf(member)) + "}"});
  StreamSession::Delivery delivery{.message = services_.leader, .wrapping = nullptr};
  // A session may end while it is told.
  std::vector<std::uint64_t> subscribers;
  subscribers.reserve(services_.sessions.size());
  for (const auto& [subscriber, session] : services_.sessions) {
    subscribers.push_back(subscriber);
  }
  for (const std::uint64_t subscriber : subscribers) {
    const auto session = services_.sessions.find(subscriber);
    if (session != services_.sessions.end()) {
      session->second->OnMessage(delivery);
    }
  }
}

}  // namespace lockstep
