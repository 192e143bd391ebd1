// Who gets the messages of one stream: subscribers, by the sink that leads to them.
//
// Bounded by the gateways' limits on subscriptions of a connection. Threads: one.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "market_data/feed.h"

namespace lockstep {

template <class Sink>
class Subscribers {
 public:
  // False: it was there already.
  bool Add(SubscriberId subscriber, Sink& sink) {
    auto place = std::find_if(groups_.begin(), groups_.end(),
                              [&](const Group& group) { return group.sink == &sink; });
    if (place == groups_.end()) {
      groups_.push_back({.sink = &sink, .subscribers = {}});
      place = groups_.end() - 1;
    }
    if (std::find(place->subscribers.begin(), place->subscribers.end(), subscriber) !=
        place->subscribers.end()) {
      return false;
    }
    place->subscribers.push_back(subscriber);
    return true;
  }

  // False: it was not there.
  bool Remove(SubscriberId subscriber) {
    return RemoveWhere(subscriber, [](const Group&) { return true; });
  }
  // Only where it is the subscriber of this sink.
  bool Remove(SubscriberId subscriber, const Sink& sink) {
    return RemoveWhere(subscriber, [&](const Group& group) { return group.sink == &sink; });
  }

  [[nodiscard]] bool empty() const { return groups_.empty(); }

  // visit(Sink&, std::span<const SubscriberId>), once for each sink.
  template <class Visitor>
  void Visit(Visitor&& visit) const {
    for (const Group& group : groups_) {
      visit(*group.sink, std::span<const SubscriberId>(group.subscribers));
    }
  }

 private:
  struct Group {
    Sink* sink;
    std::vector<SubscriberId> subscribers;
  };

  template <class Which>
  bool RemoveWhere(SubscriberId subscriber, Which&& which) {
    for (auto place = groups_.begin(); place != groups_.end(); ++place) {
      if (which(*place) && std::erase(place->subscribers, subscriber) > 0) {
        if (place->subscribers.empty()) {
          groups_.erase(place);
        }
        return true;
      }
    }
    return false;
  }

  std::vector<Group> groups_;  // none of them without subscribers
};

}  // namespace lockstep
