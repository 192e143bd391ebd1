// Market data as JSON text by Binance's stream names: who wants what goes one way, encoded messages
// come back. Beside feed.h, which is the same for the binary protocol.
//
// Implemented by StreamPublisher (streams/). It lives on the EventsRouter's thread, over the
// same folds: so the depth that a query answers and the depth that a stream goes on with meet
// without gap or repeat.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "market_data/feed.h"

namespace lockstep {

// One message of one stream, encoded once for all its subscribers.
struct StreamMessage {
  std::string stream;   // its name as it was subscribed to, e.g. "btcusdt@trade"
  std::string payload;  // one JSON value; what a raw stream carries
};

// As MarketDataSink: never blocks; the feed's thread is joined before the sink is destroyed.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  virtual void DeliverStream(std::span<const SubscriberId> subscribers,
                             std::shared_ptr<const StreamMessage> message) = 0;
};

enum class MarketQueryKind : std::uint8_t {
  kDepth,       // {"lastUpdateId":…,"bids":[[price,quantity]…],"asks":…}
  kTicker24h,   // GET /api/v3/ticker/24hr, type FULL
  kMiniTicker,  // …, type MINI
  kTickerPrice,
  kBookTicker,
  kAvgPrice,
};

struct MarketQuery {
  MarketQueryKind kind = MarketQueryKind::kDepth;
  std::vector<SymbolId> symbols;  // kDepth, kAvgPrice: exactly one; else empty means all
  bool as_array = false;          // an array even for one symbol
  std::uint32_t limit = 100;      // kDepth: levels of each side, 1 to 5,000
  bool microseconds = false;      // times in µs instead of ms
};

class StreamFeed {
 public:
  virtual ~StreamFeed() = default;

  // Each from any thread; what they cause happens on the feed's thread in the order of the calls.
  // A name that is no stream of a known symbol is kept and carries nothing until the symbol exists.
  // Subscribing twice to the same is one subscription.
  virtual void SubscribeStream(SubscriberId subscriber, StreamSink& sink, std::string name) = 0;
  virtual void UnsubscribeStream(SubscriberId subscriber, StreamSink& sink, std::string name) = 0;
  virtual void ForgetStreams(SubscriberId subscriber, StreamSink& sink) = 0;

  // Calls `answer` with the JSON text on the feed's thread, from state that is complete up to the
  // newest log entry on the ring at that moment. A symbol that is not known is left out; where one
  // object was asked for, the answer is then {}.
  virtual void Ask(MarketQuery query, std::function<void(std::string)> answer) = 0;
};

}  // namespace lockstep
