// StreamFeed: who subscribes to which JSON stream, and the streams themselves, on the router's
// thread.
//
// - Streams exist while somebody subscribes; a name without a symbol waits until there is one.
// - What an entry causes is delivered when the entry is complete, what waits for the end of a
// period
//   at the first moment between entries after it; nothing of replayed entries.
// - Requests are handled between entries, in their order, each one after everything that was on the
//   ring when it was made; at most one question in a turn of the router, so that the ring comes
//   first.
// Half-failures: none of its own. Threads: StreamFeed's calls any; Seed before the router starts;
// the rest the router's.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/waker.h"
#include "market_data/market_observer.h"
#include "market_data/stream_feed.h"
#include "market_data/streams/market_seed.h"
#include "market_data/streams/stream.h"
#include "market_data/streams/stream_name.h"
#include "market_data/streams/stream_outbox.h"
#include "market_data/streams/symbol_streams.h"
#include "protocol/reference_data.h"

namespace lockstep {

class StreamPublisher final : public StreamFeed, public MarketObserver {
 public:
  // `waker`: what the router's thread sleeps on. Both outlive this object, which outlives the
  // router.
  StreamPublisher(const Clock& clock, Waker& waker) : clock_(clock), waker_(waker) {}

  // Candles, 24-hour statistics and last prices go on from `seed`; trades up to its position leave
  // them alone.
  void Seed(MarketSeed seed) { seed_ = std::move(seed); }

  // StreamFeed
  void SubscribeStream(SubscriberId subscriber, StreamSink& sink, std::string name) override;
  void UnsubscribeStream(SubscriberId subscriber, StreamSink& sink, std::string name) override;
  void ForgetStreams(SubscriberId subscriber, StreamSink& sink) override;
  void Ask(MarketQuery query, std::function<void(std::string)> answer) override;

  // MarketObserver
  void BeginTurn() override;
  void OnDefinition(std::span<const std::byte> message) override;
  SymbolObserver& OnSymbol(SymbolId symbol, const SymbolBook& book) override;
  void OnEntryEnd(bool replaying) override;
  std::size_t Work() override;
  [[nodiscard]] bool IsHeard() const override { return !subscriptions_.empty(); }
  [[nodiscard]] bool RequestsWaiting() const override;
  [[nodiscard]] std::int64_t LongestSleepNs() const override;

 private:
  enum class RequestType : std::uint8_t { kSubscribe, kUnsubscribe, kForget, kAsk };
  struct Request {
    RequestType type;
    SubscriberId subscriber;
    StreamSink* sink = nullptr;
    std::string name;
    MarketQuery query;
    std::function<void(std::string)> answer;
  };

  // A name that somebody subscribes to.
  struct Subscription {
    StreamTopic topic;
    std::optional<StreamKey> key;     // of a name that means something
    SymbolStreams* symbol = nullptr;  // whose stream it is; null: of all, or not known yet
    std::unique_ptr<Stream> stream;   // null: carries nothing yet
  };
  using Owner = std::pair<const StreamSink*, SubscriberId>;

  void Enqueue(Request request);
  std::size_t HandleRequests();
  void Subscribe(SubscriberId subscriber, StreamSink& sink, const std::string& name);
  void Unsubscribe(SubscriberId subscriber, const StreamSink& sink, const std::string& name);
  void Forget(SubscriberId subscriber, const StreamSink& sink);
  void Answer(const Request& request);
  // Makes the subscription's stream if its symbol is known by now.
  void Attach(Subscription& subscription);
  void Leave(SubscriberId subscriber, const StreamSink& sink, const std::string& name);
  std::size_t RunTimers();

  const Clock& clock_;
  Waker& waker_;

  std::mutex requests_mutex_;
  std::vector<Request> requests_;
  std::atomic<bool> has_requests_{false};

  // The router's thread alone:
  std::vector<Request> taken_requests_;
  std::size_t next_request_ = 0;  // in taken_requests_
  MarketSeed seed_;
  ReferenceData reference_;
  StreamContext context_;
  std::map<SymbolId, std::unique_ptr<SymbolStreams>> symbols_;
  std::unordered_map<std::string, SymbolStreams*> symbol_of_name_;                // in lower case
  std::vector<SymbolMarket*> markets_;                                            // by id
  std::unordered_map<std::string, std::unique_ptr<Subscription>> subscriptions_;  // by name
  std::map<Owner, std::vector<std::string>> names_of_;
};

}  // namespace lockstep
