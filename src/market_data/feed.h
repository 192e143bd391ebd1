// Where the gateways' sessions meet market data: who wants what goes one way, encoded messages come
// back.
//
// MarketDataFeed is implemented by market data (the EventsRouter on its own thread); MarketDataSink
// by each gateway that has subscribers. Neither ever waits for the other.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/strong_id.h"

namespace lockstep {

// One connection that may hold subscriptions. Given by its gateway, never 0, never used again
// within a process.
using SubscriberId = StrongId<struct SubscriberIdTag, std::uint64_t>;

// Values of the schema's MarketDataKind, so that this header needs no generated code.
enum class FeedKind : std::uint8_t { kTrades = 1, kDepth = 2, kOrders = 3 };

// Where encoded messages go. Outlives the feed's last Deliver (the feed's thread is joined before
// the sink is destroyed).
class MarketDataSink {
 public:
  virtual ~MarketDataSink() = default;

  // One buffer for all of `subscribers`: one or more whole messages, each with its Simple Open
  // Framing Header, written to each socket as they are, in the order of the calls. Never blocks and
  // keeps nothing of a subscriber that is gone or too slow (the gateway closes those itself and
  // says Disconnected). Thread: the feed's. The buffer is not changed any more.
  virtual void Deliver(std::span<const SubscriberId> subscribers,
                       std::shared_ptr<const std::vector<std::byte>> framed_messages) = 0;
};

// Takes requests; the answers come through the sink of the subscriber. Threads: each call from the
// gateway's I/O thread, never blocks for longer than a short lock; what they cause happens on the
// feed's thread, in the order of the calls.
class MarketDataFeed {
 public:
  virtual ~MarketDataFeed() = default;

  // The answer: SubscribeAck with `request_id`, then (kDepth, kOrders) the snapshot, then updates
  // without a gap; or SessionReject UNKNOWN_SYMBOL (closing 0, templateId of Subscribe).
  // Subscribing twice to the same: the ack and the snapshot once more, one subscription. `sink`
  // must outlive the feed's thread.
  virtual void Subscribe(SubscriberId subscriber, MarketDataSink& sink, SymbolId symbol,
                         FeedKind kind, RequestId request_id) = 0;

  // The answer: SubscribeAck with unsubscribe = 1 (also when there was no such subscription);
  // nothing of it comes behind it.
  virtual void Unsubscribe(SubscriberId subscriber, MarketDataSink& sink, SymbolId symbol,
                           FeedKind kind, RequestId request_id) = 0;

  // The connection has ended: forget all its subscriptions.
  virtual void Disconnected(SubscriberId subscriber) = 0;
};

}  // namespace lockstep
