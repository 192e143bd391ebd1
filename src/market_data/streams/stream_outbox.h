// Messages on their way to subscribers: gathered while an entry is folded, handed out when it is
// complete, dropped when it turns out to be a replayed one. And who the subscribers of a name are.
//
// Threads: the router's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "market_data/stream_feed.h"
#include "market_data/subscribers.h"

namespace lockstep {

struct StreamTopic {
  std::string name;  // as it was subscribed to
  Subscribers<StreamSink> subscribers;
};

class StreamOutbox {
 public:
  // An empty string to write the next payload to, whose memory is used again.
  [[nodiscard]] std::string& Begin() {
    text_.clear();
    return text_;
  }
  // What was written since Begin is a whole message of `topic`, which must live until Deliver.
  void Send(const StreamTopic& topic);

  void Deliver();
  void Discard() { messages_.clear(); }

 private:
  struct Message {
    const StreamTopic* topic;
    std::shared_ptr<const StreamMessage> message;
  };

  std::string text_;
  std::vector<Message> messages_;
};

}  // namespace lockstep
