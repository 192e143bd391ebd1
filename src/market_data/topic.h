// One stream of binary messages with its subscribers. Threads: one.
#pragma once

#include "market_data/feed.h"
#include "market_data/feed_messages.h"
#include "market_data/subscribers.h"

namespace lockstep {

class Topic {
 public:
  // False: it was there already.
  bool Add(SubscriberId subscriber, MarketDataSink& sink) {
    return subscribers_.Add(subscriber, sink);
  }
  // False: it was not there.
  bool Remove(SubscriberId subscriber) { return subscribers_.Remove(subscriber); }

  // Hands what `buffer` holds, if anything, to all subscribers, and empties it.
  void Publish(FrameBuffer& buffer) const;

  [[nodiscard]] bool empty() const { return subscribers_.empty(); }

 private:
  Subscribers<MarketDataSink> subscribers_;
};

}  // namespace lockstep
