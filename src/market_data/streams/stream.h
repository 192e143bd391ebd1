// One stream while somebody subscribes to it: sees every entry that moves its symbol, and says what
// it has to say at once or when its period is over.
//
// Made when the first subscriber comes, gone with the last; what must outlive that stands in
// SymbolMarket. A stream starts between entries, so it sees whole entries only. Threads: the
// router's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "market_data/depth_fold.h"
#include "market_data/streams/stream_name.h"
#include "market_data/streams/stream_outbox.h"
#include "market_data/streams/stream_timers.h"
#include "market_data/streams/symbol_market.h"

namespace lockstep {

// What streams work with.
struct StreamContext {
  StreamOutbox outbox;
  StreamTimers timers;
  Moment now;  // of the router's present turn
};

// What one log entry did to one symbol.
struct MarketEntry {
  std::int64_t timestamp_ns;  // engine time
  std::span<const TradeTick> trades;
  std::span<const DepthFold::Change> changes;  // bids first, best first
};

class Stream {
 public:
  Stream(const StreamTopic& topic, StreamContext& context) : topic_(topic), context_(context) {}
  virtual ~Stream() { context_.timers.Forget(*this); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Somebody has subscribed; the first or one more.
  virtual void OnSubscriber() {}

  // An entry that moved the symbol is complete.
  virtual void OnEntry(const MarketEntry& entry) = 0;

  // A trade at `time_ns` follows, which lies in a later second than the last one; the symbol's
  // candles are still as they were.
  virtual void OnNextSecond(std::int64_t /*time_ns*/) {}

  // The time that was asked for by WakeAt has come.
  virtual void OnTimer() {}

  // The book has moved to `symbol_sequence` by what nobody may hear of: a replayed entry, an image.
  virtual void OnUnseen(std::uint64_t /*symbol_sequence*/) {}

 protected:
  [[nodiscard]] const StreamTopic& topic() const { return topic_; }
  [[nodiscard]] const Moment& now() const { return context_.now; }
  [[nodiscard]] std::string& Begin() { return context_.outbox.Begin(); }
  void Send() { context_.outbox.Send(topic_); }
  void WakeAt(std::int64_t monotonic_ns) { context_.timers.WakeAt(*this, monotonic_ns); }
  void WakeWhenPeriodEnds(std::int64_t period_ns) { WakeAt(now().NextPeriodNs(period_ns)); }
  void WakeWhenWallIs(std::int64_t time_ns) { WakeAt(now().WhenWallIs(time_ns)); }

 private:
  friend class StreamTimers;

  const StreamTopic& topic_;
  StreamContext& context_;
  std::int64_t due_ns_ = INT64_MAX;  // StreamTimers' own
};

// The stream of one symbol that `key` names; not for kinds of all symbols.
[[nodiscard]] std::unique_ptr<Stream> MakeSymbolStream(const StreamKey& key, SymbolMarket& market,
                                                       const StreamTopic& topic,
                                                       StreamContext& context);

}  // namespace lockstep
