#include "gateway/binance/websocket_reply.h"

#include <string_view>
#include <utility>

#include "gateway/binance/rate_limit_json.h"
#include "protocol/json_writer.h"

namespace lockstep {
namespace {

constexpr std::size_t kEnvelopeBytes = 512;
constexpr unsigned kUnavailable = 503;

// {"code":…,"msg":…} with when to try again.
std::string WithRetryAfter(std::string_view error, std::int64_t now_ns, std::uint32_t wait_s) {
  std::string text(error.substr(0, error.size() - 1));
  text.append(",\"data\":");
  JsonWriter json(text);
  json.BeginObject();
  json.TimeField("serverTime", now_ns);
  json.TimeField("retryAfter", now_ns + std::int64_t{wait_s} * 1'000'000'000);
  json.EndObject();
  text.push_back('}');
  return text;
}

}  // namespace

void WebSocketReply::Send(ApiAnswer answer) {
  if (link_->channel == nullptr) {
    return;
  }
  if (answer.retry_after_s != 0 && !answer.body.contains("\"data\"")) {
    answer.body = WithRetryAfter(answer.body, context_.received_ns, answer.retry_after_s);
  }
  if (!answer.redirect_to.empty()) {
    answer.status = kUnavailable;  // a request on a socket cannot follow an address
  }
  std::string text;
  text.reserve(answer.body.size() + kEnvelopeBytes);
  JsonWriter json(text);
  json.BeginObject();
  json.Key("id");
  json.Raw(context_.id);
  json.Field("status", answer.status);
  json.Key(answer.status == 200 ? "result" : "error");
  json.Raw(answer.body);
  if (context_.return_rate_limits) {
    json.Key("rateLimits");
    json.BeginArray();
    if (answer.order_counts) {
      WriteOrderLimits(json, limits_, answer.order_counts);
    }
    WriteWeightLimit(json, limits_, context_.used_weight);
    json.EndArray();
  }
  json.EndObject();
  link_->channel->SendText(std::move(text));
}

}  // namespace lockstep
