#include "gateway/admin/cluster_handler.h"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "gateway/admin/admin_error.h"
#include "gateway/admin/admin_json.h"
#include "gateway/binance/parameters.h"
#include "gateway/binance/signed_text.h"
#include "protocol/json_writer.h"

namespace lockstep {
namespace {

using Deed = std::function<Status()>;

constexpr std::string_view kStatusPath = "/cluster/v1/status";
// Above those of the operators' other endpoints: part of a request's id.
constexpr std::uint64_t kFirstEndpoint = 1'000;

void Refuse(HttpResponder& responder, const ApiError& error) {
  HttpReply reply;
  reply.status = error.status;
  AppendErrorJson(reply.body, error);
  responder.Send(std::move(reply));
}

ApiError ErrorOf(const Status& status) {
  ApiError error =
      MakeError(status.code() == StatusCode::kInvalidArgument ? ErrorKind::kInvalidParameter
                                                              : ErrorKind::kUnsupportedOperation);
  error.message = status.message();
  return error;
}

}  // namespace

struct ClusterHandler::Act {
  std::string_view path;
  std::string_view name;  // in the audit log
  // Reads what it needs of the request, and says what is to be done.
  Deed (*prepare)(ClusterControl& control, ParameterReader& reader);
};

namespace {

Deed Snapshot(ClusterControl& control, ParameterReader& /*reader*/) {
  return [&control] { return control.RequestSnapshot(); };
}
Deed StepDown(ClusterControl& control, ParameterReader& /*reader*/) {
  return [&control] { return control.RequestStepDown(); };
}
Deed Purge(ClusterControl& control, ParameterReader& reader) {
  reader.Mandatory("position");
  const std::int64_t position = reader.Integer("position").value_or(0);
  return [&control, position] { return control.RequestPurge(position); };
}

}  // namespace

ClusterHandler::ClusterHandler(const Surroundings& around)
    : keys_(around.keys),
      control_(around.control),
      authorization_(around.keys),
      audit_(around.audit, around.trading, around.clock) {}

void ClusterHandler::Handle(const HttpRequest& request, std::shared_ptr<HttpResponder> responder) {
  static constexpr std::array kActs = {
      Act{.path = "/cluster/v1/snapshot", .name = "TAKE_SNAPSHOT", .prepare = &Snapshot},
      Act{.path = "/cluster/v1/step-down", .name = "STEP_DOWN", .prepare = &StepDown},
      Act{.path = "/cluster/v1/purge", .name = "PURGE_LOG", .prepare = &Purge},
  };
  if (request.path() == kStatusPath) {
    if (request.method() != HttpMethod::kGet) {
      return Refuse(*responder, MakeError(ErrorKind::kMethodNotAllowed));
    }
    HttpReply reply;
    reply.body = control_.StatusJson();
    return responder->Send(std::move(reply));
  }
  for (const Act& act : kActs) {
    if (request.path() == act.path) {
      return request.method() == HttpMethod::kPost
                 ? Run(act, request, responder)
                 : Refuse(*responder, MakeError(ErrorKind::kMethodNotAllowed));
    }
  }
  Refuse(*responder, MakeError(ErrorKind::kNotFound));
}

void ClusterHandler::Run(const Act& act, const HttpRequest& request,
                         const std::shared_ptr<HttpResponder>& responder) {
  Parameters parameters;
  std::optional<ApiError> error = parameters.AddUrlEncoded(request.query());
  if (!error) {
    error = parameters.AddUrlEncoded(request.body());
  }
  ParameterReader reader(parameters, nothing_);
  if (error) {
    reader.Fail(std::move(*error));
  }
  const SignedText text = FindSignedText(request.query(), request.body());
  const std::string_view header_key = request.Header("X-MBX-APIKEY");
  const std::string json = ParametersJson(parameters);
  AuditAttempt attempt{.by = "HTTP",
                       .act = act.name,
                       .parameters = json,
                       .api_key = text.api_key.empty() ? header_key : text.api_key,
                       .account = {},
                       .peer = request.peer_address()};
  const Demand demand{.permissions = kPermissionAdmin, .endpoint = kFirstEndpoint};
  const auto identity =
      authorization_.Check(text, header_key, demand, request.received_ns(), reader);
  const auto refuse = [&](const ApiError& why) {
    if (const auto key = keys_.Find(attempt.api_key)) {
      attempt.account = key->account;
      audit_.NoteRefused(attempt, why);
    }
    Refuse(*responder, why);
  };
  if (!identity) {
    return refuse(identity.error());
  }
  attempt.account = identity->account;
  Deed deed = act.prepare(control_, reader);
  reader.CheckAllRead();
  if (reader.failed()) {
    return refuse(*reader.error());
  }
  audit_.Announce(attempt, [this, name = act.name, deed = std::move(deed),
                            responder](const Result<std::uint64_t>& number) {
    if (number) {
      Do(name, deed, *number, *responder);
    } else {
      Refuse(*responder,
             MakeAdminError(AdminErrorKind::kAuditUnavailable, number.error().message()));
    }
  });
}

void ClusterHandler::Do(std::string_view name, const std::function<Status()>& deed,
                        std::uint64_t intent, HttpResponder& responder) {
  const Status done = deed();
  if (!done.ok()) {
    const ApiError refusal = ErrorOf(done);
    audit_.Conclude(
        {.intent = intent, .result = "REFUSED", .code = refusal.code, .reason = refusal.message});
    return Refuse(responder, refusal);
  }
  audit_.Conclude({.intent = intent, .result = "DONE"});
  HttpReply reply;
  JsonWriter answer(reply.body);
  answer.BeginObject();
  answer.Field("act", name);
  answer.Field("audit", intent);
  answer.EndObject();
  responder.Send(std::move(reply));
}

}  // namespace lockstep
