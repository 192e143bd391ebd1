// One client of market streams: its subscriptions, its requests, its form of messages.
//
// Errors change nothing: a request is checked whole before any of it is done. The answer to
// SUBSCRIBE is queued before the feed hears of it, so it comes before the first event. Threads: the
// stream loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/http/web_handler.h"
#include "gateway/streams/stream_path.h"
#include "gateway/streams/stream_request.h"
#include "market_data/stream_feed.h"

namespace lockstep {

// {"e":"leader","E":…,"leader":…,"term":…,"rest":…,"sbe":…}: who leads the cluster.
inline constexpr std::string_view kLeaderTopic = "/topic/cluster/leader";

struct StreamLimits {
  // Binance's.
  std::size_t max_streams_per_connection = 1'024;
  // What ten thousand connections may hold in all; each costs an entry here and one in the feed.
  std::size_t max_streams_in_all = 1'000'000;
  // The longest names are those of our topics.
  std::size_t max_name_bytes = 64;
};

// What the sessions of one handler share. Outlives them.
struct StreamServices {
  StreamLimits limits;
  StreamFeed* feed = nullptr;  // null: nothing is carried
  StreamSink* sink = nullptr;
  std::size_t streams_in_all = 0;
  std::unordered_map<std::uint64_t, class StreamSession*> sessions;  // by subscriber
  std::shared_ptr<const StreamMessage> leader =
      nullptr;  // the last of kLeaderTopic; null: none yet
};

class StreamSession final : public WebSocketSession {
 public:
  // Registers itself with `services` until it is closed.
  StreamSession(SubscriberId subscriber, const StreamPath& path, WebSocketChannel& channel,
                StreamServices& services);

  void OnText(std::string_view text, std::int64_t received_ns) override;
  void OnClosed() override;

  // One message for all its subscribers, and what the first that wants it wrapped has made.
  struct Delivery {
    std::shared_ptr<const StreamMessage> message;
    std::shared_ptr<const std::string> wrapping;  // {"stream":"…","data":
  };
  void OnMessage(Delivery& delivery);

 private:
  void Answer(const StreamRequest& request);
  void SendResult(std::string_view result, std::string_view id);
  void SendError(const StreamRequestError& error);
  // Why not all of `names` can be added; empty: they can.
  [[nodiscard]] std::string_view WhyNot(const std::vector<std::string>& names) const;
  void Subscribe(const std::vector<std::string>& names);
  void Unsubscribe(const std::vector<std::string>& names);
  [[nodiscard]] std::string ListOfNames() const;

  const SubscriberId subscriber_;
  WebSocketChannel& channel_;
  StreamServices& services_;
  bool combined_;
  std::map<std::string, std::string, std::less<>> names_;  // the feed's name → as it was given
};

}  // namespace lockstep
