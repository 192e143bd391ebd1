#include "market_data/topic.h"

#include <memory>
#include <span>
#include <utility>

#include "market_data/feed.h"
#include "market_data/feed_messages.h"

namespace lockstep {

void Topic::Publish(FrameBuffer& buffer) const {
  if (buffer.empty()) {
    return;
  }
  const auto shared = std::make_shared<const FrameBuffer>(std::exchange(buffer, {}));
  subscribers_.Visit([&](MarketDataSink& sink, std::span<const SubscriberId> subscribers) {
    sink.Deliver(subscribers, shared);
  });
}

}  // namespace lockstep
