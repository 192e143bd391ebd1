#include "market_data/streams/stream_outbox.h"

#include <memory>
#include <span>

#include "market_data/feed.h"
#include "market_data/stream_feed.h"

namespace lockstep {

void StreamOutbox::Send(const StreamTopic& topic) {
  messages_.push_back({.topic = &topic,
                       .message = std::make_shared<const StreamMessage>(
                           StreamMessage{.stream = topic.name, .payload = text_})});
}

void StreamOutbox::Deliver() {
  for (const Message& sent : messages_) {
    sent.topic->subscribers.Visit([&](StreamSink& sink, std::span<const SubscriberId> subscribers) {
      sink.DeliverStream(subscribers, sent.message);
    });
  }
  messages_.clear();
}

}  // namespace lockstep
