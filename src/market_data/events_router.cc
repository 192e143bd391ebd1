#include "market_data/events_router.h"

#include <algorithm>

#include "base/assert.h"
#include "base/thread_kind.h"
#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/BookUpdate.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/commands.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

// Enough to spread the cost of a turn, few enough that requests and the ring's writer do not wait
// long.
constexpr std::size_t kEventsPerTurn = 4'096;
constexpr std::int64_t kLongestSleepNs = 1'000'000'000;
// While events flow that nobody hears of, the router looks this often.
constexpr std::int64_t kDozeNs = 2'000'000;

// All events begin with the EventHeader, so any codec of them reads it.
std::uint16_t FlagsOf(std::span<const std::byte> message) {
  return Decode<sbe::Trade>(message).header().flags();
}
SymbolId SymbolOf(std::span<const std::byte> message) {
  return SymbolId(Decode<sbe::Trade>(message).header().symbol());
}

}  // namespace

void EventsRouter::Start() {
  LOCKSTEP_ASSERT(!thread_.joinable() && !stopping_);
  thread_ = std::thread([this] {
    DescribeThread("router", ThreadKind::kPrompt);
    Run();
  });
}

void EventsRouter::Stop() {
  if (thread_.joinable()) {
    stopping_.store(true, std::memory_order_release);
    reader_.waker().Notify();
    thread_.join();
  }
}

void EventsRouter::Run() {
  for (;;) {
    const bool stopping = stopping_.load(std::memory_order_acquire);
    const std::uint64_t events_before = events_.load(std::memory_order_relaxed);
    const std::size_t done = DoWork();
    const std::uint64_t events = events_.load(std::memory_order_relaxed) - events_before;
    if (done == 0 && stopping) {
      return;
    }
    const bool may_doze = done == events && !IsHeard();
    if (done == 0 || (may_doze && reader_.Empty() && !stopping)) {
      Sleep(done != 0);
    }
  }
}

void EventsRouter::Sleep(bool dozing) {
  std::int64_t sleep_ns = dozing ? kDozeNs : kLongestSleepNs;
  if (observer_ != nullptr) {
    sleep_ns = std::min(sleep_ns, observer_->LongestSleepNs());
  }
  Waker& waker = reader_.waker();
  reader_.Doze(dozing);
  waker.Arm();
  if ((dozing || reader_.Empty()) && NoRequestsWait()) {
    waker.Wait(sleep_ns);
  }
  waker.Disarm();
  reader_.Doze(false);
}

bool EventsRouter::IsHeard() const {
  return !subscriptions_.empty() || (observer_ != nullptr && observer_->IsHeard());
}

bool EventsRouter::NoRequestsWait() const {
  return !has_requests_.load(std::memory_order_acquire) &&
         (observer_ == nullptr || !observer_->RequestsWaiting()) &&
         !stopping_.load(std::memory_order_acquire);
}

std::size_t EventsRouter::DoWork() {
  if (observer_ != nullptr) {
    observer_->BeginTurn();
  }
  const std::size_t events = reader_.Poll(
      [this](std::span<const std::byte> message) { OnEvent(message); }, kEventsPerTurn);
  events_.fetch_add(events, std::memory_order_relaxed);
  // Requests wait while the ring has more (snapshots of large books must not hold the engine back),
  // and in the middle of an entry, where the books are ahead of what has been published.
  if (events == kEventsPerTurn || !unpublished_.empty()) {
    return events;
  }
  const std::size_t handled = HandleRequests();
  return events + handled + (observer_ == nullptr ? 0 : observer_->Work());
}

// ---- requests ----

void EventsRouter::Enqueue(const Request& request) {
  {
    const std::lock_guard lock(requests_mutex_);
    requests_.push_back(request);
  }
  has_requests_.store(true, std::memory_order_release);
  reader_.waker().Notify();
}

void EventsRouter::Subscribe(SubscriberId subscriber, MarketDataSink& sink, SymbolId symbol,
                             FeedKind kind, RequestId request_id) {
  Enqueue({RequestType::kSubscribe, kind, symbol, subscriber, &sink, request_id});
}

void EventsRouter::Unsubscribe(SubscriberId subscriber, MarketDataSink& sink, SymbolId symbol,
                               FeedKind kind, RequestId request_id) {
  Enqueue({RequestType::kUnsubscribe, kind, symbol, subscriber, &sink, request_id});
}

void EventsRouter::Disconnected(SubscriberId subscriber) {
  Enqueue({RequestType::kDisconnected, FeedKind::kTrades, SymbolId(), subscriber, nullptr, {}});
}

std::size_t EventsRouter::HandleRequests() {
  if (next_request_ == taken_requests_.size()) {
    taken_requests_.clear();
    next_request_ = 0;
    if (!has_requests_.load(std::memory_order_acquire)) {
      return 0;
    }
    const std::lock_guard lock(requests_mutex_);
    has_requests_.store(false, std::memory_order_relaxed);
    std::swap(taken_requests_, requests_);
  }
  std::size_t handled = 0;
  while (next_request_ < taken_requests_.size()) {
    const bool was_long = Handle(taken_requests_[next_request_++]);
    ++handled;
    if (was_long) {
      break;
    }
  }
  return handled;
}

bool EventsRouter::Handle(const Request& request) {
  switch (request.type) {
    case RequestType::kSubscribe:
      return HandleSubscribe(request);
    case RequestType::kUnsubscribe:
      HandleUnsubscribe(request);
      return false;
    case RequestType::kDisconnected:
      HandleDisconnected(request.subscriber);
      return false;
  }
  return false;
}

bool EventsRouter::HandleSubscribe(const Request& request) {
  SymbolFeed* feed = Find(request.symbol);
  if (feed == nullptr) {
    FrameBuffer frames;
    AppendUnknownSymbol(frames, request.request_id);
    request.sink->Deliver({&request.subscriber, 1},
                          std::make_shared<const FrameBuffer>(std::move(frames)));
    return false;
  }
  std::vector<Subscription>& own = subscriptions_[request.subscriber.value()];
  const Subscription subscription{request.symbol, request.kind};
  if (std::find(own.begin(), own.end(), subscription) == own.end()) {
    own.push_back(subscription);
    subscription_count_.fetch_add(1, std::memory_order_relaxed);
  }
  return feed->Subscribe(request.subscriber, *request.sink, request.kind, request.request_id,
                         StampOf(request.symbol));
}

void EventsRouter::HandleUnsubscribe(const Request& request) {
  const auto own = subscriptions_.find(request.subscriber.value());
  if (own != subscriptions_.end()) {
    const std::size_t erased = std::erase(own->second, Subscription{request.symbol, request.kind});
    subscription_count_.fetch_sub(erased, std::memory_order_relaxed);
    if (own->second.empty()) {
      subscriptions_.erase(own);
    }
  }
  if (SymbolFeed* feed = Find(request.symbol)) {
    feed->Unsubscribe(request.subscriber, *request.sink, request.kind, request.request_id);
    return;
  }
  FrameBuffer ack;
  AppendSubscribeAck(ack, request.request_id, request.symbol, request.kind, true, 0);
  request.sink->Deliver({&request.subscriber, 1},
                        std::make_shared<const FrameBuffer>(std::move(ack)));
}

void EventsRouter::HandleDisconnected(SubscriberId subscriber) {
  const auto own = subscriptions_.find(subscriber.value());
  if (own == subscriptions_.end()) {
    return;
  }
  for (const auto& [symbol, kind] : own->second) {
    Known(symbol).Forget(subscriber, kind);
  }
  subscription_count_.fetch_sub(own->second.size(), std::memory_order_relaxed);
  subscriptions_.erase(own);
}

// ---- events ----

void EventsRouter::OnEvent(std::span<const std::byte> message) {
  const std::uint16_t template_id = ReadMessageHeader(message).template_id;
  counts_.Count(template_id, message);
  switch (template_id) {
    case sbe::Trade::sbeTemplateId(): {
      const SymbolId symbol = SymbolOf(message);
      SymbolFeed& feed = Known(symbol);
      MarkUnpublished(symbol, feed);
      feed.ApplyTrade(message);
      break;
    }
    case sbe::BookUpdate::sbeTemplateId(): {
      const SymbolId symbol = SymbolOf(message);
      SymbolFeed& feed = Known(symbol);
      if ((FlagsOf(message) & kEventImage) == 0) {
        MarkUnpublished(symbol, feed);
      }
      feed.ApplyBookUpdate(message);
      break;
    }
    case sbe::AssetDefinition::sbeTemplateId():
    case sbe::SymbolDefinition::sbeTemplateId():
      OnDefinition(message);
      break;
    case sbe::BatchEnd::sbeTemplateId():
      OnBatchEnd(message);
      break;
    default:
      break;  // private events, and answers to queries
  }
}

void EventsRouter::OnDefinition(std::span<const std::byte> message) {
  const std::uint16_t template_id = ReadMessageHeader(message).template_id;
  const bool image = (FlagsOf(message) & kEventImage) != 0;
  if (image) {
    OnImage(template_id);
  }
  if (observer_ != nullptr) {
    observer_->OnDefinition(message);
  }
  if (template_id != sbe::SymbolDefinition::sbeTemplateId()) {
    return;
  }
  auto definition = Decode<sbe::SymbolDefinition>(message);
  const SymbolId symbol(definition.symbol());
  SymbolFeed* feed = Find(symbol);
  if (feed == nullptr) {
    feed = feeds_.emplace(symbol.value(), std::make_unique<SymbolFeed>(symbol)).first->second.get();
    symbol_count_.store(feeds_.size(), std::memory_order_relaxed);
    if (observer_ != nullptr) {
      feed->SetObserver(observer_->OnSymbol(symbol, feed->book()));
    }
  }
  const std::uint64_t symbol_sequence = definition.header().symbolSequence();
  if (!image && symbol_sequence != feed->book().symbol_sequence()) {
    MarkUnpublished(symbol, *feed);
  }
  feed->ApplyDefinition(symbol_sequence, image);
}

void EventsRouter::OnImage(std::uint16_t template_id) {
  // Assets begin an image. When the engine gives up a damaged snapshot for an older one, a second
  // image follows the first and replaces it.
  if (template_id == sbe::SymbolDefinition::sbeTemplateId()) {
    image_has_books_ = true;
    return;
  }
  if (image_has_books_) {
    image_has_books_ = false;
    for (const auto& [symbol, feed] : feeds_) {
      feed->Clear();
    }
  }
}

void EventsRouter::OnBatchEnd(std::span<const std::byte> message) {
  auto end = Decode<sbe::BatchEnd>(message);
  timestamp_ns_.store(end.timestampNs(), std::memory_order_relaxed);
  position_.store(end.position(), std::memory_order_relaxed);
  for (const auto& [symbol, feed] : unpublished_) {
    if (end.replaying() != 0) {
      feed->Discard();
    } else {
      feed->Publish(StampOf(symbol));
    }
  }
  unpublished_.clear();
  if (observer_ != nullptr) {
    observer_->OnEntryEnd(end.replaying() != 0);
  }
  if (end.replaying() != 0) {
    counts_.Discard();
  } else {
    counts_.Commit();
  }
  batches_.fetch_add(1, std::memory_order_relaxed);
}

SymbolFeed* EventsRouter::Find(SymbolId symbol) const {
  const auto place = feeds_.find(symbol.value());
  return place == feeds_.end() ? nullptr : place->second.get();
}

SymbolFeed& EventsRouter::Known(SymbolId symbol) {
  if (symbol != last_symbol_ || last_feed_ == nullptr) {
    last_feed_ = Find(symbol);
    last_symbol_ = symbol;
    // A SymbolDefinition comes before the first event of its symbol.
    LOCKSTEP_ASSERT(last_feed_ != nullptr);
  }
  return *last_feed_;
}

void EventsRouter::MarkUnpublished(SymbolId symbol, SymbolFeed& feed) {
  if (!feed.HasUnpublished()) {
    unpublished_.emplace_back(symbol, &feed);
  }
}

FeedStamp EventsRouter::StampOf(SymbolId symbol) const {
  return {.position = position_.load(std::memory_order_relaxed),
          .timestamp_ns = timestamp_ns_.load(std::memory_order_relaxed),
          .symbol = symbol};
}

EventsRouter::Summary EventsRouter::GetSummary() const {
  return {.position = position_.load(std::memory_order_relaxed),
          .timestamp_ns = timestamp_ns_.load(std::memory_order_relaxed),
          .events = events_.load(std::memory_order_relaxed),
          .batches = batches_.load(std::memory_order_relaxed),
          .subscriptions = subscription_count_.load(std::memory_order_relaxed),
          .symbols = symbol_count_.load(std::memory_order_relaxed),
          .lag_bytes = reader_.LagBytes()};
}

const SymbolBook* EventsRouter::FindBook(SymbolId symbol) const {
  const SymbolFeed* feed = Find(symbol);
  return feed == nullptr ? nullptr : &feed->book();
}

}  // namespace lockstep
