#include "gateway/streams/stream_session.h"

#include <algorithm>
#include <set>
#include <utility>

#include "gateway/streams/json_text.h"

namespace lockstep {
namespace {

// A name of the address may be any bytes, and comes back in texts, which are UTF-8.
bool IsPrintableAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::shared_ptr<const std::string> WrappingOf(std::string_view name) {
  return std::make_shared<const std::string>(R"({"stream":)" + JsonString(name) + R"(,"data":)");
}

}  // namespace

StreamSession::StreamSession(SubscriberId subscriber, const StreamPath& path,
                             WebSocketChannel& channel, StreamServices& services)
    : subscriber_(subscriber), channel_(channel), services_(services), combined_(path.combined) {
  services_.sessions.emplace(subscriber_.value(), this);
  if (const std::string_view why_not = WhyNot(path.names); !why_not.empty()) {
    SendError({.code = 2, .text = std::string(why_not), .id = "null"});
    return;
  }
  Subscribe(path.names);
}

void StreamSession::OnClosed() {
  services_.sessions.erase(subscriber_.value());
  services_.streams_in_all -= names_.size();
  if (services_.feed != nullptr && !names_.empty()) {
    services_.feed->ForgetStreams(subscriber_, *services_.sink);
  }
}

void StreamSession::OnText(std::string_view text, std::int64_t) {
  const auto request = ParseStreamRequest(text);
  request ? Answer(*request) : SendError(request.error());
}

void StreamSession::Answer(const StreamRequest& request) {
  switch (request.method) {
    case StreamMethod::kSubscribe:
      if (const std::string_view why_not = WhyNot(request.names); !why_not.empty()) {
        SendError({.code = 2, .text = std::string(why_not), .id = request.id});
        return;
      }
      SendResult("null", request.id);
      Subscribe(request.names);
      break;
    case StreamMethod::kUnsubscribe:
      SendResult("null", request.id);
      Unsubscribe(request.names);
      break;
    case StreamMethod::kListSubscriptions:
      SendResult(ListOfNames(), request.id);
      break;
    case StreamMethod::kSetProperty:
      combined_ = request.combined;
      SendResult("null", request.id);
      break;
    case StreamMethod::kGetProperty:
      SendResult(combined_ ? "true" : "false", request.id);
      break;
  }
}

void StreamSession::SendResult(std::string_view result, std::string_view id) {
  std::string text = R"({"result":)";
  text += result;
  text += R"(,"id":)";
  text += id;
  text += '}';
  channel_.SendText(std::move(text));
}

void StreamSession::SendError(const StreamRequestError& error) {
  channel_.SendText(R"({"error":{"code":)" + std::to_string(error.code) + R"(,"msg":)" +
                    JsonString(error.text) + R"(},"id":)" + error.id + "}");
}

std::string_view StreamSession::WhyNot(const std::vector<std::string>& names) const {
  std::set<std::string> added;
  for (const std::string& name : names) {
    if (name.empty() || name.size() > services_.limits.max_name_bytes) {
      return "Invalid request: no stream has a name of this length";
    }
    if (!IsPrintableAscii(name)) {
      return "Invalid request: no stream has a name of such characters";
    }
    std::string feed_name = FeedNameOf(name);
    if (!names_.contains(feed_name)) {
      added.insert(std::move(feed_name));
    }
  }
  if (names_.size() + added.size() > services_.limits.max_streams_per_connection) {
    return "Invalid request: too many streams on this connection";
  }
  if (services_.streams_in_all + added.size() > services_.limits.max_streams_in_all) {
    return "Invalid request: too many streams are subscribed to already";
  }
  return {};
}

void StreamSession::Subscribe(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::string feed_name = FeedNameOf(name);
    if (!names_.emplace(feed_name, name).second) {
      continue;
    }
    ++services_.streams_in_all;
    if (services_.feed != nullptr) {
      services_.feed->SubscribeStream(subscriber_, *services_.sink, std::move(feed_name));
    }
    if (name == kLeaderTopic && services_.leader != nullptr) {
      Delivery delivery{.message = services_.leader, .wrapping = nullptr};
      OnMessage(delivery);
    }
  }
}

void StreamSession::Unsubscribe(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::string feed_name = FeedNameOf(name);
    if (names_.erase(feed_name) == 0) {
      continue;
    }
    --services_.streams_in_all;
    if (services_.feed != nullptr) {
      services_.feed->UnsubscribeStream(subscriber_, *services_.sink, std::move(feed_name));
    }
  }
}

std::string StreamSession::ListOfNames() const {
  std::string list = "[";
  for (const auto& [feed_name, name] : names_) {
    list += list.size() == 1 ? "" : ",";
    list += JsonString(name);
  }
  return list + "]";
}

void StreamSession::OnMessage(Delivery& delivery) {
  const StreamMessage& message = *delivery.message;
  const auto subscribed = names_.find(message.stream);
  if (subscribed == names_.end()) {
    return;  // it was on its way when the client unsubscribed
  }
  WebSocketText text{
      .prefix = {}, .text = {delivery.message, &message.payload}, .suffix = {}, .owner = nullptr};
  if (combined_) {
    if (subscribed->second == message.stream) {
      if (!delivery.wrapping) {
        delivery.wrapping = WrappingOf(message.stream);
      }
      text.owner = delivery.wrapping;
    } else {
      text.owner = WrappingOf(subscribed->second);
    }
    text.prefix = *text.owner;
    text.suffix = "}";
  }
  channel_.Send(std::move(text));
}

}  // namespace lockstep
