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

 private:
  struct Waiting {
    std::vector<SubscriberId> subscribers;
    std::shared_ptr<const StreamMessage> message;
  };

  void DeliverWaiting();

  IoThread& loop_;
  StreamServices services_;
  std::uint64_t next_subscriber_ = 1;

  std::mutex mutex_;
  std::vector<Waiting> waiting_;     // guarded by it
  std::vector<Waiting> delivering_;  // the loop's
};

}  // namespace lockstep
