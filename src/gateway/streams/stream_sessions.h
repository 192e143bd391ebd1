// The clients of market streams: opens a session for each WebSocket on a stream path, and carries
// the feed's messages to them.
//
// Threads: Open and the sessions on the stream loop; DeliverStream on the feed's thread, which
// never waits: whatever it says in one turn of the loop is taken over in one go. Lifetime: outlives
// the server that opens its sessions and the feed's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/clock.h"
#include "gateway/cluster_membership.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/web_handler.h"
#include "gateway/streams/stream_session.h"
#include "market_data/stream_feed.h"

namespace lockstep {

class StreamSessions final : public WebSocketHandler, public StreamSink {
 public:
  // `feed` may be null: clients are answered and get nothing.
  StreamSessions(IoThread& loop, StreamFeed* feed, const StreamLimits& limits = {});
  StreamSessions(const StreamSessions&) = delete;
  StreamSessions& operator=(const StreamSessions&) = delete;

  [[nodiscard]] std::unique_ptr<WebSocketSession> Open(const HttpRequest& request,
                                                       WebSocketChannel& channel) override;
  void DeliverStream(std::span<const SubscriberId> subscribers,
                     std::shared_ptr<const StreamMessage> message) override;

  // From now on subscribers of kLeaderTopic are told of each change of leader, and at their
  // subscription of the last. Before the loop starts. `cluster` and `clock` outlive this object.
  void FollowLeader(ClusterMembership& cluster, const Clock& clock);
  // Tells them at once: before a node that leads steps down (kNoLeader: nobody leads yet). Requires
  // FollowLeader. Any thread.
  void AnnounceLeader(std::int32_t member);

 private:
  struct Waiting {
    std::vector<SubscriberId> subscribers;
    std::shared_ptr<const StreamMessage> message;
  };

  void DeliverWaiting();
  void TellLeader(std::int32_t member);

  IoThread& loop_;
  StreamServices services_;
  std::uint64_t next_subscriber_ = 1;
  ClusterMembership* cluster_ = nullptr;  // null: the node is alone
  const Clock* clock_ = nullptr;
  std::int32_t told_leader_ = Leadership::kNoLeader;
  std::shared_ptr<const void> alive_ = std::make_shared<int>(0);

  std::mutex mutex_;
  std::vector<Waiting> waiting_;     // guarded by it
  std::vector<Waiting> delivering_;  // the loop's
};

}  // namespace lockstep
