#include "gateway/binance/websocket_session.h"

#include <string>
#include <utility>
#include <vector>

#include "protocol/json_writer.h"

namespace lockstep {

WebSocketApiSession::WebSocketApiSession(WebSocketApi& owner, WebSocketChannel& channel,
                                         const Options& options)
    : owner_(owner),
      channel_(channel),
      options_(options),
      link_(std::make_shared<WebSocketLink>(WebSocketLink{&channel})) {
  owner_.sessions_.insert(this);
}

WebSocketApiSession::~WebSocketApiSession() {
  OnClosed();
  owner_.sessions_.erase(this);
}

void WebSocketApiSession::OnClosed() {
  link_->channel = nullptr;
  EndStreams();
}

void WebSocketApiSession::EndStreams() {
  for (auto& [id, stream] : std::exchange(streams_, {})) {
    owner_.streams_.Close(std::move(stream));
  }
}

void WebSocketApiSession::EndIfNotLed(std::uint64_t tenure) {
  constexpr std::uint16_t kServiceRestart = 1012;
  // Each answer that is still to come holds the link.
  if (tenure == options_.tenure || is_ending_ || link_.use_count() > 1) {
    return;
  }
  is_ending_ = true;
  channel_.Close(kServiceRestart, "this node does not lead any more");
}

void WebSocketApiSession::CheckKeys() {
  std::vector<std::unique_ptr<UserStream>> ended;
  for (auto entry = streams_.begin(); entry != streams_.end();) {
    if (owner_.core_.authorization().StillValid(entry->second->identity())) {
      ++entry;
    } else {
      ended.push_back(std::move(entry->second));
      entry = streams_.erase(entry);
    }
  }
  for (auto& stream : ended) {
    stream->SendTerminated();
    owner_.streams_.Close(std::move(stream));
  }
}

void WebSocketApiSession::OnText(std::string_view text, std::int64_t received_ns) {
  ApiCore& core = owner_.core_;
  GatewayState& state = core.state();
  WebSocketRequest request;
  const bool is_request = ReadWebSocketRequest(text, request);
  const Endpoint* const endpoint = is_request ? FindEndpoint(request.method) : nullptr;
  const std::uint32_t weight =
      endpoint == nullptr ? 1 : RequestWeight(*endpoint, request.parameters);
  auto over_limit = core.TakeWeight(channel_.peer_address(), weight, received_ns);

  ApiCall call;
  call.endpoint = endpoint;
  Parameters& parameters = request.parameters;
  call.received_ns = received_ns;
  call.microseconds = options_.microseconds;
  bool with_limits = options_.return_rate_limits;
  if (Parameter* const wanted = parameters.Find("returnRateLimits")) {
    wanted->was_read = true;
    with_limits = wanted->value != "false";
  }
  call.reply = std::make_shared<WebSocketReply>(
      link_, state.limits.settings(),
      WebSocketReply::Context{
          .id = std::move(request.id),
          .used_weight = state.limits.UsedWeight(channel_.peer_address(), received_ns),
          .return_rate_limits = with_limits,
          .received_ns = received_ns});
  if (over_limit) {
    call.reply->Send(std::move(*over_limit));
  } else if (!is_request) {
    call.Refuse(MakeError(ErrorKind::kInvalidJson));
  } else if (endpoint == nullptr) {
    call.Refuse(MakeError(ErrorKind::kUnsupportedOperation));
  } else {
    std::string payload;
    const SignedText signed_text = endpoint->security == Security::kPublic
                                       ? SignedText()
                                       : MakeSignedText(parameters, payload);
    if (!RunOwn(call, parameters, signed_text)) {
      core.Run(call, parameters, signed_text, {});
    }
  }
}

bool WebSocketApiSession::RunOwn(ApiCall& call, Parameters& parameters, const SignedText& text) {
  ParameterReader reader(parameters, owner_.core_.state().reference);
  switch (call.endpoint->id) {
    case EndpointId::kSubscribeUserData:
      Subscribe(call, reader, text);
      return true;
    case EndpointId::kUnsubscribeUserData:
      Unsubscribe(call, reader);
      return true;
    case EndpointId::kListSubscriptions:
      ListSubscriptions(call);
      return true;
    case EndpointId::kSubscribeBySession:
      call.Refuse(MakeError(ErrorKind::kUnauthorized));
      return true;
    case EndpointId::kLogon:
      // Keys are HMAC secrets here, and those sign each request.
      call.Refuse(MakeError(ErrorKind::kHmacLogon));
      return true;
    case EndpointId::kSessionStatus:
    case EndpointId::kLogout:
      AnswerStatus(call);
      return true;
    default:
      return false;
  }
}

void WebSocketApiSession::Subscribe(ApiCall& call, ParameterReader& reader,
                                    const SignedText& text) {
  if (const auto error = owner_.core_.Authorize(call, reader, text, {})) {
    call.Refuse(*error);
    return;
  }
  reader.CheckAllRead();
  if (reader.failed()) {
    call.Refuse(*reader.error());
    return;
  }
  for (const auto& [id, stream] : streams_) {
    if (stream->identity().account == call.identity.account) {
      call.Refuse(MakeError(ErrorKind::kSubscriptionActive));
      return;
    }
  }
  const std::uint32_t id = next_subscription_++;
  ApiAnswer answer;
  JsonWriter json(answer.body);
  json.BeginObject();
  json.Field("subscriptionId", id);
  json.EndObject();
  // Clients take the first message for the answer: it goes before any event.
  call.reply->Send(std::move(answer));
  if (link_->channel != nullptr) {
    streams_.emplace(id,
                     owner_.streams_.Open(call.identity, {.channel = &channel_,
                                                          .subscription_id = id,
                                                          .microseconds = options_.microseconds}));
  }
}

void WebSocketApiSession::Unsubscribe(const ApiCall& call, ParameterReader& reader) {
  const auto wanted = reader.Integer("subscriptionId");
  reader.CheckAllRead();
  if (reader.failed()) {
    call.Refuse(*reader.error());
    return;
  }
  auto ended = std::exchange(streams_, {});
  if (wanted) {
    const auto found = ended.find(static_cast<std::uint32_t>(*wanted));
    if (*wanted > UINT32_MAX || found == ended.end()) {
      streams_ = std::move(ended);
      call.Refuse(MakeError(ErrorKind::kSubscriptionInactive));
      return;
    }
    auto one = ended.extract(found);
    streams_ = std::exchange(ended, {});
    ended.insert(std::move(one));
  }
  call.reply->Send({.status = 200, .body = "{}"});
  for (auto& [id, stream] : ended) {
    stream->SendTerminated();
    owner_.streams_.Close(std::move(stream));
  }
}

void WebSocketApiSession::ListSubscriptions(const ApiCall& call) const {
  ApiAnswer answer;
  JsonWriter json(answer.body);
  json.BeginArray();
  for (const auto& [id, stream] : streams_) {
    json.BeginObject();
    json.Field("subscriptionId", id);
    json.EndObject();
  }
  json.EndArray();
  call.reply->Send(std::move(answer));
}

void WebSocketApiSession::AnswerStatus(const ApiCall& call) const {
  ApiAnswer answer;
  JsonWriter json(answer.body, options_.microseconds);
  json.BeginObject();
  json.Key("apiKey");
  json.Null();
  json.Key("authorizedSince");
  json.Null();
  json.TimeField("connectedSince", options_.opened_ns);
  json.Field("returnRateLimits", options_.return_rate_limits);
  json.TimeField("serverTime", owner_.core_.state().clock.WallNs());
  json.Field("userDataStream", false);
  json.EndObject();
  call.reply->Send(std::move(answer));
}

}  // namespace lockstep
