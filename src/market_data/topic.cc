#include "market_data/topic.h"

#include <algorithm>
#include <utility>

namespace lockstep {

bool Topic::Add(SubscriberId subscriber, MarketDataSink& sink) {
  auto place = std::find_if(sinks_.begin(), sinks_.end(),
                            [&](const SinkSubscribers& entry) { return entry.sink == &sink; });
  if (place == sinks_.end()) {
    sinks_.push_back({.sink = &sink, .subscribers = {}});
    place = sinks_.end() - 1;
  }
  if (std::find(place->subscribers.begin(), place->subscribers.end(), subscriber) !=
      place->subscribers.end()) {
    return false;
  }
  place->subscribers.push_back(subscriber);
  return true;
}

bool Topic::Remove(SubscriberId subscriber) {
  for (auto place = sinks_.begin(); place != sinks_.end(); ++place) {
    if (std::erase(place->subscribers, subscriber) > 0) {
      if (place->subscribers.empty()) {
        sinks_.erase(place);
      }
      return true;
    }
  }
  return false;
}

void Topic::Publish(FrameBuffer& buffer) const {
  if (buffer.empty()) {
    return;
  }
  const auto shared = std::make_shared<const FrameBuffer>(std::exchange(buffer, {}));
  for (const SinkSubscribers& entry : sinks_) {
    entry.sink->Deliver(entry.subscribers, shared);
  }
}

}  // namespace lockstep
