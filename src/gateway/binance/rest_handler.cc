#include "gateway/binance/rest_handler.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/binance/gateway_state.h"
#include "gateway/binance/parameters.h"
#include "gateway/binance/signed_text.h"

namespace lockstep {
namespace {

class RestReply final : public ApiReply {
 public:
  RestReply(std::shared_ptr<HttpResponder> responder, std::uint64_t used_weight)
      : responder_(std::move(responder)), used_weight_(used_weight) {}

  // Where this request went, should it have to go elsewhere.
  void SetTarget(const HttpRequest& request) { target_ = TargetOf(request); }
  // The answer says how old its data is.
  void SetFreshness(const GatewayState& state) { freshness_ = &state; }

  void Send(ApiAnswer answer) override {
    HttpReply reply;
    reply.status = answer.status;
    reply.body = std::move(answer.body);
    reply.headers.reserve(3);
    reply.headers.emplace_back("X-MBX-USED-WEIGHT-1M", std::to_string(used_weight_));
    if (answer.order_counts) {
      reply.headers.emplace_back("X-MBX-ORDER-COUNT-10S",
                                 std::to_string(answer.order_counts->in_10_seconds));
      reply.headers.emplace_back("X-MBX-ORDER-COUNT-1D",
                                 std::to_string(answer.order_counts->in_day));
    }
    if (answer.retry_after_s != 0) {
      reply.headers.emplace_back("Retry-After", std::to_string(answer.retry_after_s));
    }
    if (!answer.redirect_to.empty()) {
      reply.headers.emplace_back("Location", answer.redirect_to + target_);
    }
    if (freshness_ != nullptr) {
      AddFreshness(reply);
    }
    responder_->Send(std::move(reply));
  }

 private:
  // A node that does not lead is behind by at least the way of the log to it; how far, clients can
  // see.
  void AddFreshness(HttpReply& reply) const {
    const std::int64_t age_ns =
        std::max<std::int64_t>(0, freshness_->clock.WallNs() - freshness_->applied_ns);
    reply.headers.emplace_back("X-Lockstep-Position", std::to_string(freshness_->position));
    reply.headers.emplace_back("X-Lockstep-Age-Ms", std::to_string(age_ns / 1'000'000));
  }

  std::shared_ptr<HttpResponder> responder_;
  std::uint64_t used_weight_;
  std::string target_;
  const GatewayState* freshness_ = nullptr;
};

// Nothing: milliseconds or microseconds; `microseconds` is set.
std::optional<ApiError> ReadTimeUnit(const HttpRequest& request, bool& microseconds) {
  const std::string_view unit = request.Header("X-MBX-TIME-UNIT");
  microseconds = unit == "MICROSECOND" || unit == "microsecond";
  if (unit.empty() || microseconds || unit == "MILLISECOND" || unit == "millisecond") {
    return std::nullopt;
  }
  return MakeError(ErrorKind::kInvalidTimeUnit);
}

}  // namespace

void RestHandler::Handle(const HttpRequest& request, std::shared_ptr<HttpResponder> responder) {
  const EndpointMatch match = FindEndpoint(request.method(), request.path());
  ApiCall call;
  call.endpoint = match.endpoint;
  call.received_ns = request.received_ns();
  Parameters parameters;
  std::optional<ApiError> error = parameters.AddUrlEncoded(request.query());
  if (!error) {
    error = parameters.AddUrlEncoded(request.body());
  }
  const std::uint32_t weight =
      match.endpoint == nullptr || error ? 1 : RequestWeight(*match.endpoint, parameters);
  auto over_limit = core_.TakeWeight(request.peer_address(), weight, call.received_ns);
  auto reply = std::make_shared<RestReply>(
      std::move(responder),
      core_.state().limits.UsedWeight(request.peer_address(), call.received_ns));
  if (core_.gate().is_clustered() && match.endpoint != nullptr) {
    if (match.endpoint->security == Security::kPublic) {
      reply->SetFreshness(core_.state());
    } else {
      reply->SetTarget(request);
    }
  }
  call.reply = std::move(reply);
  if (over_limit) {
    call.reply->Send(std::move(*over_limit));
    return;
  }
  if (match.endpoint == nullptr) {
    call.Refuse(MakeError(match.path_known ? ErrorKind::kMethodNotAllowed : ErrorKind::kNotFound));
    return;
  }
  if (!error) {
    error = ReadTimeUnit(request, call.microseconds);
  }
  if (error) {
    call.Refuse(*error);
    return;
  }
  const SignedText text = call.endpoint->security == Security::kPublic
                              ? SignedText()
                              : FindSignedText(request.query(), request.body());
  core_.Run(call, parameters, text, request.Header("X-MBX-APIKEY"));
}

}  // namespace lockstep
