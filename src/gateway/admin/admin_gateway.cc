#include "gateway/admin/admin_gateway.h"

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/admin/admin_act.h"
#include "gateway/admin/admin_audit.h"
#include "gateway/admin/admin_desk.h"
#include "gateway/admin/admin_endpoint.h"
#include "gateway/admin/admin_json.h"
#include "gateway/admin/admin_reads.h"
#include "gateway/binance/authorization.h"
#include "gateway/binance/leader_gate.h"
#include "gateway/binance/parameters.h"
#include "gateway/binance/signed_text.h"

namespace lockstep {
namespace {

constexpr auto kTick = std::chrono::milliseconds(50);

class HttpAnswer final : public ApiReply {
 public:
  // `target`: where the request went, should it have to go elsewhere.
  HttpAnswer(std::shared_ptr<HttpResponder> responder, std::string target)
      : responder_(std::move(responder)), target_(std::move(target)) {}

  void Send(ApiAnswer answer) override {
    HttpReply reply;
    reply.status = answer.status;
    reply.body = std::move(answer.body);
    if (answer.retry_after_s != 0) {
      reply.headers.emplace_back("Retry-After", std::to_string(answer.retry_after_s));
    }
    if (!answer.redirect_to.empty()) {
      reply.headers.emplace_back("Location", answer.redirect_to + target_);
    }
    responder_->Send(std::move(reply));
  }

 private:
  std::shared_ptr<HttpResponder> responder_;
  std::string target_;
};

// A request that waits for a leader: all that its handling looks at.
struct Waiting {
  const AdminEndpoint& endpoint;
  ApiCall call;
  Parameters parameters;
  std::string json;
  std::string peer;
};

}  // namespace

class AdminGateway::Impl final : public HttpHandler {
 public:
  explicit Impl(const Surroundings& around)
      : reference_(around.shared.reference),
        keys_(around.keys),
        trading_(around.trading),
        authorization_(around.keys),
        gate_(around.shared.gate),
        audit_(around.audit, around.trading, around.clock),
        desk_(SessionId(around.shared.first_session), {.ingress = around.shared.ingress,
                                                       .egress = around.shared.egress,
                                                       .audit = audit_,
                                                       .clock = around.clock,
                                                       .counters = counters_,
                                                       .gate = gate_}),
        queries_(SessionId(around.shared.first_session + 1), around.shared.ingress,
                 around.shared.egress, counters_),
        reads_(reference_, queries_, around.audit, trading_) {
    trading_.Every(kTick, [this] { OnTick(); });
  }

  void Handle(const HttpRequest& request, std::shared_ptr<HttpResponder> responder) override {
    const AdminEndpointMatch match = FindAdminEndpoint(request.method(), request.path());
    ApiCall call;
    call.received_ns = request.received_ns();
    call.reply = std::make_shared<HttpAnswer>(
        std::move(responder), gate_.is_clustered() ? TargetOf(request) : std::string());
    if (match.endpoint == nullptr) {
      call.Refuse(
          MakeError(match.path_known ? ErrorKind::kMethodNotAllowed : ErrorKind::kNotFound));
      return;
    }
    Parameters parameters;
    std::optional<ApiError> error = parameters.AddUrlEncoded(request.query());
    if (!error) {
      error = parameters.AddUrlEncoded(request.body());
    }
    ParameterReader reader(parameters, reference_);
    if (error) {
      reader.Fail(std::move(*error));
    }
    Run(*match.endpoint, call, request, parameters, reader);
  }

  void SetRefusal(TradingRefusal refusal) {
    trading_.Post([this, refusal] {
      switch (refusal) {
        case TradingRefusal::kNone:
          desk_.SetRefusal(std::nullopt, false);
          break;
        case TradingRefusal::kStorageFailed:
          desk_.SetRefusal(ErrorKind::kBusy, true);
          break;
        case TradingRefusal::kShuttingDown:
          desk_.SetRefusal(ErrorKind::kShuttingDown, false);
          break;
      }
    });
  }

  bool Drain(std::int64_t timeout_ns) {
    auto drained = std::make_shared<std::promise<void>>();
    auto done = drained->get_future();
    trading_.Post([this, drained] {
      if (!desk_.refusal()) {  // failed storage still has its hold to run out
        desk_.SetRefusal(ErrorKind::kShuttingDown, false);
      }
      drained_ = drained;
      OnTick();
    });
    return done.wait_for(std::chrono::nanoseconds(timeout_ns)) == std::future_status::ready;
  }

  [[nodiscard]] const GatewayCounters& counters() const { return counters_; }

 private:
  void Run(const AdminEndpoint& endpoint, ApiCall& call, const HttpRequest& request,
           const Parameters& parameters, ParameterReader& reader) {
    const SignedText text = FindSignedText(request.query(), request.body());
    const std::string_view header_key = request.Header("X-MBX-APIKEY");
    const std::string json = ParametersJson(parameters);
    AuditAttempt attempt{.by = "HTTP",
                         .act = endpoint.act.empty() ? endpoint.path : endpoint.act,
                         .parameters = json,
                         .api_key = text.api_key.empty() ? header_key : text.api_key,
                         .account = {},
                         .peer = request.peer_address()};
    const Demand demand{.permissions = kPermissionAdmin,
                        .endpoint = static_cast<std::uint64_t>(endpoint.id)};
    auto identity = authorization_.Check(text, header_key, demand, call.received_ns, reader);
    if (!identity) {
      Refuse(call, attempt, identity.error());
      return;
    }
    call.identity = std::move(*identity);
    attempt.account = call.identity.account;
    if (!endpoint.act.empty() && desk_.AnswerKnown(call)) {
      return;
    }
    if (gate_.Admits(NeedOf(endpoint))) {
      Serve(endpoint, call, attempt, reader);
    } else if (!gate_.Redirect(call)) {
      auto waiting = std::make_shared<Waiting>(Waiting{.endpoint = endpoint,
                                                       .call = call,
                                                       .parameters = parameters.Copy(),
                                                       .json = json,
                                                       .peer = std::string(attempt.peer)});
      gate_.Hold(call, NeedOf(endpoint), [this, waiting] { Resume(*waiting); });
    }
  }

  static LeaderGate::Need NeedOf(const AdminEndpoint& endpoint) {
    return endpoint.act.empty() ? LeaderGate::Need::kLease : LeaderGate::Need::kCommands;
  }

  void Serve(const AdminEndpoint& endpoint, const ApiCall& call, const AuditAttempt& attempt,
             ParameterReader& reader) {
    if (endpoint.act.empty()) {
      reads_.Answer(endpoint.id, call, reader);
    } else {
      Act(endpoint, call, attempt, reader);
    }
  }

  void Resume(Waiting& waiting) {
    if (!waiting.endpoint.act.empty() && desk_.AnswerKnown(waiting.call)) {
      return;  // sent twice meanwhile
    }
    const AuditAttempt attempt{
        .by = "HTTP",
        .act = waiting.endpoint.act.empty() ? waiting.endpoint.path : waiting.endpoint.act,
        .parameters = waiting.json,
        .api_key = waiting.call.identity.api_key,
        .account = waiting.call.identity.account,
        .peer = waiting.peer};
    ParameterReader reader(waiting.parameters, reference_);
    Serve(waiting.endpoint, waiting.call, attempt, reader);
  }

  void Act(const AdminEndpoint& endpoint, const ApiCall& call, const AuditAttempt& attempt,
           ParameterReader& reader) {
    AdminAct act = MakeAct(
        {.endpoint = endpoint.id, .id = call.identity.request_id, .account = call.identity.account},
        reader, reference_);
    reader.CheckAllRead();
    if (reader.failed()) {
      Refuse(call, attempt, *reader.error());
    } else {
      desk_.Do(call, std::move(act), attempt);
    }
  }

  // A key that does not exist is nobody's: such requests are the transport's to count.
  void Refuse(const ApiCall& call, AuditAttempt attempt, const ApiError& error) {
    Count(counters_.messages_refused);
    if (const auto key = keys_.Find(attempt.api_key)) {
      attempt.account = key->account;
      audit_.NoteRefused(attempt, error);
    }
    call.Refuse(error);
  }

  void OnTick() {
    desk_.OnTick();
    if (drained_ != nullptr && desk_.in_flight() == 0 && queries_.in_flight() == 0) {
      std::exchange(drained_, nullptr)->set_value();
    }
  }

  const ReferenceData& reference_;
  const KeyStore& keys_;
  IoThread& trading_;
  GatewayCounters counters_;
  Authorization authorization_;
  LeaderGate& gate_;
  AdminAudit audit_;
  AdminDesk desk_;
  EngineQueries queries_;
  AdminReads reads_;
  std::shared_ptr<std::promise<void>> drained_;  // set while draining
};

AdminGateway::AdminGateway(const Surroundings& surroundings)
    : impl_(std::make_unique<Impl>(surroundings)) {}

AdminGateway::~AdminGateway() = default;

HttpHandler& AdminGateway::handler() { return *impl_; }
void AdminGateway::SetRefusal(TradingRefusal refusal) { impl_->SetRefusal(refusal); }
bool AdminGateway::Drain(std::int64_t timeout_ns) { return impl_->Drain(timeout_ns); }
const GatewayCounters& AdminGateway::counters() const { return impl_->counters(); }

}  // namespace lockstep
