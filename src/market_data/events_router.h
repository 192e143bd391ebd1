// Market data's thread: reads the event ring, folds each symbol's book from what it reads and
// nothing else, and hands the three streams (trades, depth, orders) to their subscribers after each
// complete log entry.
//
// - A DepthUpdate for each entry that moved a symbol's sequence, contiguous: firstUpdateId = the
// last lastUpdateId + 1 (no
//   levels when only the symbol's definition changed). Trades and orders: the events as they stand
//   on the ring.
// - A message is encoded once, and not at all while nobody subscribes to it.
// - Entries replayed at start are folded but not published; an image (a loaded snapshot) replaces
// all books.
// - Requests are answered between entries, so that a snapshot meets the stream without gap or
// repeat; after one that had to
//   be made from the book, the ring comes first again.
// Half-failures: none of its own; an event that does not fit the fold is a bug and stops the
// process. Threads: Start, Stop: the owner's. Subscribe, Unsubscribe, Disconnected, Summary: any.
// DoWork: the router's own thread, or a test's in its place when Start was not called.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/event_ring.h"
#include "market_data/event_counts.h"
#include "market_data/feed.h"
#include "market_data/market_observer.h"
#include "market_data/symbol_feed.h"

namespace lockstep {

class EventsRouter final : public MarketDataFeed {
 public:
  // What other threads may know of it, for metrics. The fields are each true by themselves, not at
  // one moment.
  struct Summary {
    std::int64_t position = 0;      // of the last complete entry folded
    std::int64_t timestamp_ns = 0;  // engine time of that entry
    std::uint64_t events = 0;       // read from the ring
    std::uint64_t batches = 0;      // complete entries
    std::uint64_t subscriptions = 0;
    std::uint64_t symbols = 0;
    std::size_t lag_bytes = 0;  // on the ring, published and not yet read
  };

  // `reader` must outlive the router, which alone polls it; so must `observer`, if there is one: it
  // is told of all that happens here, on the router's thread.
  explicit EventsRouter(EventRing::Reader& reader, MarketObserver* observer = nullptr)
      : reader_(reader), observer_(observer) {}
  ~EventsRouter() override { Stop(); }
  EventsRouter(const EventsRouter&) = delete;
  EventsRouter& operator=(const EventsRouter&) = delete;

  void Start();
  // Reads what is on the ring by now, then ends the thread. Again: nothing. After it the ring's
  // writer must not go on.
  void Stop();

  void Subscribe(SubscriberId subscriber, MarketDataSink& sink, SymbolId symbol, FeedKind kind,
                 RequestId request_id) override;
  void Unsubscribe(SubscriberId subscriber, MarketDataSink& sink, SymbolId symbol, FeedKind kind,
                   RequestId request_id) override;
  void Disconnected(SubscriberId subscriber) override;

  // One turn of the duty cycle; returns how many events and requests were handled.
  std::size_t DoWork();

  [[nodiscard]] Summary GetSummary() const;
  // Any thread.
  [[nodiscard]] const EventCounts& counts() const { return counts_; }

  // The fold of a symbol, null when it is not known. The router's thread, or any once Stop has
  // returned.
  [[nodiscard]] const SymbolBook* FindBook(SymbolId symbol) const;

 private:
  enum class RequestType : std::uint8_t { kSubscribe, kUnsubscribe, kDisconnected };
  struct Request {
    RequestType type;
    FeedKind kind;
    SymbolId symbol;
    SubscriberId subscriber;
    MarketDataSink* sink;
    RequestId request_id;
  };
  using Subscription = std::pair<SymbolId, FeedKind>;

  void Run();
  // `dozing`: until the next look or request, else until there are events or requests.
  void Sleep(bool dozing);
  [[nodiscard]] bool IsHeard() const;
  [[nodiscard]] bool NoRequestsWait() const;
  void Enqueue(const Request& request);
  std::size_t HandleRequests();
  bool Handle(const Request& request);
  bool HandleSubscribe(const Request& request);
  void HandleUnsubscribe(const Request& request);
  void HandleDisconnected(SubscriberId subscriber);

  void OnEvent(std::span<const std::byte> message);
  void OnDefinition(std::span<const std::byte> message);
  void OnBatchEnd(std::span<const std::byte> message);
  void OnImage(std::uint16_t template_id);
  [[nodiscard]] SymbolFeed* Find(SymbolId symbol) const;
  SymbolFeed& Known(SymbolId symbol);
  void MarkUnpublished(SymbolId symbol, SymbolFeed& feed);
  [[nodiscard]] FeedStamp StampOf(SymbolId symbol) const;

  EventRing::Reader& reader_;
  MarketObserver* observer_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};

  std::mutex requests_mutex_;
  std::vector<Request> requests_;
  std::atomic<bool> has_requests_{false};

  // The router's thread alone:
  std::unordered_map<std::uint32_t, std::unique_ptr<SymbolFeed>> feeds_;
  SymbolId last_symbol_;  // events come in runs of one symbol
  SymbolFeed* last_feed_ = nullptr;
  std::vector<std::pair<SymbolId, SymbolFeed*>> unpublished_;  // of the present entry
  std::unordered_map<std::uint64_t, std::vector<Subscription>> subscriptions_;
  std::vector<Request> taken_requests_;
  std::size_t next_request_ = 0;  // in taken_requests_
  bool image_has_books_ = false;  // the present image has gone past its assets

  EventCounts counts_;
  std::atomic<std::int64_t> position_{0};
  std::atomic<std::int64_t> timestamp_ns_{0};
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> batches_{0};
  std::atomic<std::uint64_t> subscription_count_{0};
  std::atomic<std::uint64_t> symbol_count_{0};
};

}  // namespace lockstep
