#include "testing/market_feed/stream_subscriber.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "market_data/feed.h"
#include "market_data/stream_feed.h"

namespace lockstep {
namespace {

rapidjson::Document Parse(std::string_view json) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  EXPECT_FALSE(document.HasParseError()) << json;
  return document;
}

void Set(LocalBook::Levels& levels, const rapidjson::Value& changes) {
  for (const rapidjson::Value& change : changes.GetArray()) {
    const std::string price = change[0].GetString();
    const std::string quantity = change[1].GetString();
    if (quantity == "0.00000000") {
      levels.erase(price);
    } else {
      levels[price] = quantity;
    }
  }
}

}  // namespace

void RecordingStreamSink::DeliverStream(std::span<const SubscriberId> subscribers,
                                        std::shared_ptr<const StreamMessage> message) {
  const std::lock_guard lock(mutex_);
  for (const SubscriberId subscriber : subscribers) {
    received_[subscriber.value()].push_back(message);
    ++messages_;
  }
}

std::vector<std::string> RecordingStreamSink::Take(SubscriberId subscriber) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> payloads;
  for (const auto& message : std::exchange(received_[subscriber.value()], {})) {
    payloads.push_back(message->payload);
  }
  return payloads;
}

std::vector<std::string> RecordingStreamSink::Take(SubscriberId subscriber,
                                                   std::string_view stream) {
  const std::lock_guard lock(mutex_);
  Messages& received = received_[subscriber.value()];
  std::vector<std::string> payloads;
  for (const auto& message : received) {
    if (message->stream == stream) {
      payloads.push_back(message->payload);
    }
  }
  std::erase_if(received, [&](const auto& message) { return message->stream == stream; });
  return payloads;
}

std::size_t RecordingStreamSink::messages() const {
  const std::lock_guard lock(mutex_);
  return messages_;
}

void LocalBook::OnEvent(std::string_view payload) {
  const rapidjson::Document event = Parse(payload);
  const std::uint64_t first = event["U"].GetUint64();
  const std::uint64_t last = event["u"].GetUint64();
  EXPECT_LE(first, last);
  if (last_u_ != 0) {
    EXPECT_EQ(first, last_u_ + 1) << "a gap or a repeat";
  }
  last_u_ = last;
  if (has_snapshot_) {
    Apply(payload);
  } else {
    buffered_.emplace_back(payload);
  }
}

void LocalBook::OnSnapshot(std::string_view json) {
  const rapidjson::Document snapshot = Parse(json);
  last_update_id_ = snapshot["lastUpdateId"].GetUint64();
  has_snapshot_ = true;
  Set(bids_, snapshot["bids"]);
  Set(asks_, snapshot["asks"]);
  for (const std::string& payload : std::exchange(buffered_, {})) {
    Apply(payload);
  }
}

void LocalBook::Apply(std::string_view payload) {
  const rapidjson::Document event = Parse(payload);
  const std::uint64_t first = event["U"].GetUint64();
  const std::uint64_t last = event["u"].GetUint64();
  if (last <= last_update_id_) {
    EXPECT_FALSE(has_applied_);
    return;
  }
  EXPECT_LE(first, last_update_id_ + 1) << "the snapshot is older than the first event";
  EXPECT_FALSE(event["b"].Empty() && event["a"].Empty()) << "nothing has changed";
  has_applied_ = true;
  last_update_id_ = last;
  Set(bids_, event["b"]);
  Set(asks_, event["a"]);
}

}  // namespace lockstep
