// A gateway's sink for JSON streams, with its subscribers in memory.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "market_data/stream_feed.h"

namespace lockstep {

class RecordingStreamSink final : public StreamSink {
 public:
  void DeliverStream(std::span<const SubscriberId> subscribers,
                     std::shared_ptr<const StreamMessage> message) override;

  // What the subscriber got since the last call: payloads of all its streams, or of one.
  std::vector<std::string> Take(SubscriberId subscriber);
  std::vector<std::string> Take(SubscriberId subscriber, std::string_view stream);

  [[nodiscard]] std::size_t messages() const;

 private:
  using Messages = std::vector<std::shared_ptr<const StreamMessage>>;

  mutable std::mutex mutex_;
  std::map<std::uint64_t, Messages> received_;  // by subscriber
  std::size_t messages_ = 0;
};

// What a client keeps by Binance's procedure "how to manage a local order book correctly": it
// buffers events, takes a snapshot, drops what that has already, and demands that the rest goes on
// from there without a gap. Fails the test where the procedure would have it start again.
class LocalBook {
 public:
  void OnEvent(std::string_view payload);
  void OnSnapshot(std::string_view json);

  [[nodiscard]] bool HasSnapshot() const { return has_snapshot_; }
  [[nodiscard]] std::uint64_t last_update_id() const { return last_update_id_; }
  // "price" → "quantity", as they were sent.
  using Levels = std::map<std::string, std::string, std::less<>>;
  [[nodiscard]] const Levels& bids() const { return bids_; }
  [[nodiscard]] const Levels& asks() const { return asks_; }

 private:
  void Apply(std::string_view payload);

  std::vector<std::string> buffered_;  // until there is a snapshot
  std::uint64_t last_u_ = 0;           // of the last event, applied or not
  std::uint64_t last_update_id_ = 0;
  bool has_snapshot_ = false;
  bool has_applied_ = false;
  Levels bids_;
  Levels asks_;
};

}  // namespace lockstep
