#include "gateway/streams/stream_sessions.h"

#include <utility>

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

}  // namespace lockstep
