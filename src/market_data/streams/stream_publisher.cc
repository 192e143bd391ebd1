#include "market_data/streams/stream_publisher.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/strong_id.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "market_data/feed.h"
#include "market_data/market_observer.h"
#include "market_data/stream_feed.h"
#include "market_data/streams/market_answers.h"
#include "market_data/streams/stream.h"
#include "market_data/streams/stream_name.h"
#include "market_data/streams/symbol_market.h"
#include "market_data/streams/ticker_streams.h"
#include "market_data/symbol_book.h"
#include "protocol/commands.h"
#include "protocol/entry.h"
#include "protocol/reference_data.h"

namespace lockstep {

// ---- requests ----

void StreamPublisher::Enqueue(Request request) {
  {
    const std::lock_guard lock(requests_mutex_);
    requests_.push_back(std::move(request));
  }
  has_requests_.store(true, std::memory_order_release);
  waker_.Notify();
}

void StreamPublisher::SubscribeStream(SubscriberId subscriber, StreamSink& sink, std::string name) {
  Enqueue({.type = RequestType::kSubscribe,
           .subscriber = subscriber,
           .sink = &sink,
           .name = std::move(name),
           .query = {},
           .answer = {}});
}

void StreamPublisher::UnsubscribeStream(SubscriberId subscriber, StreamSink& sink,
                                        std::string name) {
  Enqueue({.type = RequestType::kUnsubscribe,
           .subscriber = subscriber,
           .sink = &sink,
           .name = std::move(name),
           .query = {},
           .answer = {}});
}

void StreamPublisher::ForgetStreams(SubscriberId subscriber, StreamSink& sink) {
  Enqueue({.type = RequestType::kForget,
           .subscriber = subscriber,
           .sink = &sink,
           .name = {},
           .query = {},
           .answer = {}});
}

void StreamPublisher::Ask(MarketQuery query, std::function<void(std::string)> answer) {
  Enqueue({.type = RequestType::kAsk,
           .subscriber = {},
           .sink = nullptr,
           .name = {},
           .query = std::move(query),
           .answer = std::move(answer)});
}

bool StreamPublisher::RequestsWaiting() const {
  return next_request_ < taken_requests_.size() || has_requests_.load(std::memory_order_acquire);
}

void StreamPublisher::BeginTurn() {
  if (next_request_ == taken_requests_.size()) {
    taken_requests_.clear();
    next_request_ = 0;
    if (has_requests_.load(std::memory_order_acquire)) {
      const std::lock_guard lock(requests_mutex_);
      has_requests_.store(false, std::memory_order_relaxed);
      std::swap(taken_requests_, requests_);
    }
  }
  if (!taken_requests_.empty() || !subscriptions_.empty()) {
    context_.now = {.wall_ns = clock_.WallNs(), .monotonic_ns = clock_.MonotonicNs()};
  }
}

std::size_t StreamPublisher::Work() { return HandleRequests() + RunTimers(); }

std::size_t StreamPublisher::HandleRequests() {
  std::size_t handled = 0;
  while (next_request_ < taken_requests_.size()) {
    const Request& request = taken_requests_[next_request_++];
    ++handled;
    switch (request.type) {
      case RequestType::kSubscribe:
        Subscribe(request.subscriber, *request.sink, request.name);
        break;
      case RequestType::kUnsubscribe:
        Unsubscribe(request.subscriber, *request.sink, request.name);
        break;
      case RequestType::kForget:
        Forget(request.subscriber, *request.sink);
        break;
      case RequestType::kAsk:
        Answer(request);
        return handled;
    }
  }
  return handled;
}

void StreamPublisher::Answer(const Request& request) {
  if (request.query.symbols.empty()) {
    request.answer(AnswerMarketQuery(request.query, markets_, context_.now.wall_ns));
    return;
  }
  std::vector<SymbolMarket*> asked;
  for (const SymbolId symbol : request.query.symbols) {
    const auto known = symbols_.find(symbol);
    if (known != symbols_.end()) {
      asked.push_back(&known->second->market());
    }
  }
  request.answer(AnswerMarketQuery(request.query, asked, context_.now.wall_ns));
}

// ---- subscriptions ----

void StreamPublisher::Subscribe(SubscriberId subscriber, StreamSink& sink,
                                const std::string& name) {
  std::unique_ptr<Subscription>& place = subscriptions_[name];
  if (place == nullptr) {
    place = std::make_unique<Subscription>();
    place->topic.name = name;
    place->key = ParseStreamName(name);
    Attach(*place);
  }
  if (!place->topic.subscribers.Add(subscriber, sink)) {
    return;
  }
  names_of_[{&sink, subscriber}].push_back(name);
  if (place->stream != nullptr) {
    place->stream->OnSubscriber();
  }
}

void StreamPublisher::Attach(Subscription& subscription) {
  if (!subscription.key.has_value()) {
    return;
  }
  const StreamKey& key = *subscription.key;
  if (key.kind == StreamKind::kAllMiniTickers) {
    subscription.stream = std::make_unique<AllMiniTickersStream>(markets_, key.period_ns,
                                                                 subscription.topic, context_);
    for (const auto& [id, symbol] : symbols_) {
      symbol->Add(*subscription.stream);
    }
    return;
  }
  const auto symbol = symbol_of_name_.find(key.symbol);
  if (symbol != symbol_of_name_.end()) {
    subscription.symbol = symbol->second;
    subscription.stream =
        MakeSymbolStream(key, symbol->second->market(), subscription.topic, context_);
    symbol->second->Add(*subscription.stream);
  }
}

void StreamPublisher::Unsubscribe(SubscriberId subscriber, const StreamSink& sink,
                                  const std::string& name) {
  const auto own = names_of_.find({&sink, subscriber});
  if (own == names_of_.end() || std::erase(own->second, name) == 0) {
    return;
  }
  if (own->second.empty()) {
    names_of_.erase(own);
  }
  Leave(subscriber, sink, name);
}

void StreamPublisher::Forget(SubscriberId subscriber, const StreamSink& sink) {
  const auto own = names_of_.find({&sink, subscriber});
  if (own == names_of_.end()) {
    return;
  }
  for (const std::string& name : own->second) {
    Leave(subscriber, sink, name);
  }
  names_of_.erase(own);
}

void StreamPublisher::Leave(SubscriberId subscriber, const StreamSink& sink,
                            const std::string& name) {
  const auto place = subscriptions_.find(name);
  Subscription& subscription = *place->second;
  subscription.topic.subscribers.Remove(subscriber, sink);
  if (!subscription.topic.subscribers.empty()) {
    return;
  }
  if (subscription.symbol != nullptr) {
    subscription.symbol->Remove(*subscription.stream);
  } else if (subscription.stream != nullptr) {
    for (const auto& [id, symbol] : symbols_) {
      symbol->Remove(*subscription.stream);
    }
  }
  subscriptions_.erase(place);
}

// ---- the market ----

void StreamPublisher::OnDefinition(std::span<const std::byte> message) {
  reference_.Apply(message);
  if (ReadMessageHeader(message).template_id != sbe::SymbolDefinition::sbeTemplateId()) {
    return;
  }
  auto header = Decode<sbe::SymbolDefinition>(message).header();
  const auto known = symbols_.find(SymbolId(header.symbol()));
  if (known != symbols_.end() && (header.flags() & kEventImage) != 0) {
    known->second->OnImage(header.symbolSequence());
  }
}

SymbolObserver& StreamPublisher::OnSymbol(SymbolId symbol, const SymbolBook& book) {
  const SymbolInfo& info = *reference_.FindSymbol(symbol);
  auto streams = std::make_unique<SymbolStreams>(book);
  streams->market().SetText(SymbolText(info.name, info.price_scale, info.quantity_scale));
  const auto seed = seed_.symbols.find(symbol);
  streams->Seed(seed_.position, seed == seed_.symbols.end() ? nullptr : &seed->second);
  seed_.symbols.erase(symbol);

  SymbolStreams& added = *(symbols_[symbol] = std::move(streams));
  symbol_of_name_[LowerCase(info.name)] = &added;
  markets_.clear();
  for (const auto& [id, known] : symbols_) {
    markets_.push_back(&known->market());
  }
  for (const auto& [name, subscription] : subscriptions_) {
    if (subscription->stream == nullptr) {
      Attach(*subscription);
    } else if (subscription->symbol == nullptr) {
      added.Add(*subscription->stream);
    }
  }
  return added;
}

void StreamPublisher::OnEntryEnd(bool replaying) {
  if (replaying) {
    context_.outbox.Discard();
  } else {
    context_.outbox.Deliver();
  }
  RunTimers();
}

std::size_t StreamPublisher::RunTimers() {
  std::size_t count = 0;
  while (Stream* stream = context_.timers.TakeDue(context_.now.monotonic_ns)) {
    stream->OnTimer();
    ++count;
  }
  if (count > 0) {
    context_.outbox.Deliver();
  }
  return count;
}

std::int64_t StreamPublisher::LongestSleepNs() const {
  const std::int64_t due_ns = context_.timers.NextDueNs();
  return due_ns == INT64_MAX ? INT64_MAX : std::max<std::int64_t>(0, due_ns - clock_.MonotonicNs());
}

}  // namespace lockstep
