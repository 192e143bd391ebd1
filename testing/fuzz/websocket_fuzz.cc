// Bytes as a WebSocket client may send them, through the real reader of frames and, behind it, the
// real sessions of market streams: the same messages however the stream is cut, and for each text
// one answer that is JSON.
#include <rapidjson/document.h>
#include <rapidjson/error/error.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "gateway/http/websocket_queue.h"
#include "gateway/http/websocket_reader.h"
#include "gateway/streams/stream_sessions.h"
#include "testing/support/fake_channel.h"

namespace lockstep {
namespace {

constexpr std::size_t kMaxMessageBytes = 4'096;

class SetFeed final : public StreamFeed {
 public:
  void SubscribeStream(SubscriberId subscriber, StreamSink&, std::string name) override {
    LOCKSTEP_ASSERT(!name.empty() && name.size() <= StreamLimits{}.max_name_bytes);
    LOCKSTEP_ASSERT(held_.emplace(subscriber, std::move(name)).second);
  }
  void UnsubscribeStream(SubscriberId subscriber, StreamSink&, std::string name) override {
    LOCKSTEP_ASSERT(held_.erase({subscriber, std::move(name)}) == 1);
  }
  void ForgetStreams(SubscriberId, StreamSink&) override { held_.clear(); }
  void Ask(MarketQuery, std::function<void(std::string)> answer) override { answer("{}"); }

  [[nodiscard]] const std::set<std::pair<SubscriberId, std::string>>& held() const { return held_; }

 private:
  std::set<std::pair<SubscriberId, std::string>> held_;
};

void CheckJson(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  LOCKSTEP_ASSERT(!document.HasParseError() && document.IsObject());
  LOCKSTEP_ASSERT(document.HasMember("id") || document.HasMember("stream"));
}

// The texts and the end of `bytes`, read in pieces of `piece` bytes.
std::vector<std::string> Read(std::string_view bytes, std::size_t piece) {
  WebSocketReader reader(kMaxMessageBytes);
  std::vector<std::string> read;
  std::string waiting;
  while (!bytes.empty()) {
    waiting += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    std::size_t used = 0;
    for (;;) {
      const auto frame = reader.Next(std::span(waiting).subspan(used));
      if (frame.kind == WebSocketReader::Kind::kNeedsMore) {
        LOCKSTEP_ASSERT(frame.used == 0);
        break;
      }
      if (frame.kind == WebSocketReader::Kind::kError ||
          frame.kind == WebSocketReader::Kind::kClose) {
        read.push_back("end " + std::to_string(static_cast<unsigned>(frame.code)));
        return read;
      }
      used += frame.used;
      LOCKSTEP_ASSERT(frame.payload.size() <= kMaxMessageBytes);
      if (frame.kind == WebSocketReader::Kind::kText) {
        read.push_back("text " + std::string(frame.payload));
      }
    }
    waiting.erase(0, used);
    LOCKSTEP_ASSERT(waiting.size() <= kMaxMessageBytes + piece + 14);
  }
  return read;
}

void RunSession(std::span<const std::string> texts, std::string_view target) {
  IoThread loop;
  SetFeed feed;
  StreamSessions sessions(loop, &feed);
  testing_support::FakeChannel channel;
  const auto session = sessions.Open(testing_support::FakeRequest(target), channel);
  while (!channel.sent.empty()) {
    CheckJson(channel.Take());
  }
  for (const std::string& text : texts) {
    session->OnText(text, 1);
    LOCKSTEP_ASSERT(channel.sent.size() == 1);
    CheckJson(channel.Take());
  }
  for (const auto& [subscriber, name] : feed.held()) {
    const std::vector<SubscriberId> subscribers = {subscriber};
    sessions.DeliverStream(subscribers, std::make_shared<const StreamMessage>(name, "{}"));
  }
  loop.context().poll();
  LOCKSTEP_ASSERT(channel.sent.size() == feed.held().size());
  while (!channel.sent.empty()) {
    const std::string text = channel.Take();
    if (text != "{}") {
      CheckJson(text);
    }
  }
  session->OnClosed();
  LOCKSTEP_ASSERT(feed.held().empty());
}

// What is queued is what is taken, however much a socket takes at a time.
void RunQueue(std::span<const std::string> texts, std::size_t step) {
  WebSocketQueue queue;
  std::string expected;
  for (const std::string& text : texts) {
    WebSocketQueue alone;
    for (WebSocketQueue* into : {&queue, &alone}) {
      into->Push({.prefix = "<",
                  .text = std::make_shared<const std::string>(text),
                  .suffix = ">",
                  .owner = nullptr});
    }
    iovec parts[8];
    for (std::size_t i = 0, count = alone.Gather(parts); i < count; ++i) {
      expected.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
    }
  }
  std::string taken;
  while (!queue.empty()) {
    iovec parts[5];
    std::string offered;
    for (std::size_t i = 0, count = queue.Gather(parts); i < count; ++i) {
      offered.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
    }
    offered.resize(std::min(offered.size(), step));
    taken += offered;
    queue.Consume(offered.size());
  }
  LOCKSTEP_ASSERT(taken == expected && queue.size() == 0);
}

}  // namespace
}  // namespace lockstep

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using lockstep::Read;
  if (size < 2) {
    return 0;
  }
  const std::size_t piece = 1 + data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::vector<std::string> whole = Read(bytes, bytes.size());
  LOCKSTEP_ASSERT(whole == Read(bytes, piece));
  std::vector<std::string> texts;
  for (const std::string& read : whole) {
    if (read.starts_with("text ")) {
      texts.push_back(read.substr(5));
    }
  }
  // The same bytes as JSON without frames, since a mutation seldom keeps the mask right.
  texts.emplace_back(bytes);
  const std::string target = "/stream?streams=" + std::string(bytes);
  lockstep::RunSession(texts, (piece & 1U) != 0 ? "/ws/a@trade" : target);
  lockstep::RunQueue(texts, piece);
  return 0;
}
