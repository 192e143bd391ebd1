// The subscribers of one stream of messages, by the gateway whose sink leads to them.
//
// Bounded by the gateways' limits on subscriptions of a connection. Threads: one.
#pragma once

#include <memory>
#include <vector>

#include "market_data/feed.h"
#include "market_data/feed_messages.h"

namespace lockstep {

class Topic {
 public:
  // False: it was there already.
  bool Add(SubscriberId subscriber, MarketDataSink& sink);

  // False: it was not there.
  bool Remove(SubscriberId subscriber);

  // Hands what `buffer` holds, if anything, to all subscribers, and empties it.
  void Publish(FrameBuffer& buffer) const;

  [[nodiscard]] bool empty() const { return sinks_.empty(); }

 private:
  struct SinkSubscribers {
    MarketDataSink* sink;
    std::vector<SubscriberId> subscribers;
  };

  std::vector<SinkSubscribers> sinks_;  // none of them without subscribers
};

}  // namespace lockstep
