// A gateway's sink with its subscribers in memory: each keeps copies of the books from the messages
// it was given alone, and fails the test where a stream has a gap, a repeat or a malformed message.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "market_data/depth_replica.h"
#include "market_data/feed.h"
#include "market_data/order_book_fold.h"

namespace lockstep {

// One subscriber's copy of one symbol.
class FeedSubscriber {
 public:
  // `message` without framing header.
  void OnMessage(std::span<const std::byte> message);

  [[nodiscard]] std::vector<FoldedOrder> Orders() const;
  [[nodiscard]] const DepthReplica& depth() const { return depth_; }
  [[nodiscard]] const std::vector<std::uint64_t>& trade_ids() const { return trade_ids_; }
  [[nodiscard]] std::uint64_t orders_sequence() const { return orders_sequence_; }
  [[nodiscard]] std::size_t messages() const { return messages_; }
  [[nodiscard]] std::size_t acks() const { return acks_; }
  [[nodiscard]] std::size_t rejects() const { return rejects_; }
  [[nodiscard]] std::size_t depth_messages() const { return depth_messages_; }

 private:
  void OnBookSnapshot(std::span<const std::byte> message);
  void OnBookUpdate(std::span<const std::byte> message);
  void OnTrade(std::span<const std::byte> message);
  void OnSubscribeAck(std::span<const std::byte> message);

  DepthReplica depth_;
  OrderBookFold orders_;
  std::uint64_t orders_sequence_ = 0;
  bool in_book_snapshot_ = false;
  bool wants_trades_ = false;
  bool wants_orders_ = false;
  std::vector<std::uint64_t> trade_ids_;
  std::size_t messages_ = 0;
  std::size_t acks_ = 0;
  std::size_t rejects_ = 0;
  std::size_t depth_messages_ = 0;
};

class RecordingSink final : public MarketDataSink {
 public:
  void Deliver(std::span<const SubscriberId> subscribers,
               std::shared_ptr<const std::vector<std::byte>> framed_messages) override;

  // Calls look(subscriber) while nothing is being delivered. One that got nothing is empty.
  template <class Look>
  decltype(auto) With(SubscriberId subscriber, Look&& look) {
    const std::lock_guard lock(mutex_);
    return look(subscribers_[subscriber.value()]);
  }

  // Waits until done(subscriber), as looked at after each delivery. False after a minute.
  template <class Done>
  bool Await(SubscriberId subscriber, Done&& done) {
    std::unique_lock lock(mutex_);
    return delivered_.wait_for(lock, std::chrono::minutes(1),
                               [&] { return done(subscribers_[subscriber.value()]); });
  }

  [[nodiscard]] std::size_t largest_frame_bytes() const { return largest_frame_bytes_; }

 private:
  std::mutex mutex_;
  std::condition_variable delivered_;
  std::map<std::uint64_t, FeedSubscriber> subscribers_;
  std::size_t largest_frame_bytes_ = 0;
};

// What a book by order says of the book by price.
bool SameDepth(const std::vector<FoldedOrder>& orders, const DepthFold& depth);

}  // namespace lockstep
