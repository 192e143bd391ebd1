#include "replay/order_line.h"

#include <utility>

#include "client/wire.h"
#include "lockstep_sbe/CancelAllReport.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/SessionReject.h"

namespace lockstep {
namespace {

// A healthy exchange answers within milliseconds; this long means that it is gone or stuck.
constexpr std::int64_t kAnswerTimeoutMs = 30'000;

OrderEvent::Kind KindOf(sbe::ExecType::Value exec_type) {
  switch (exec_type) {
    case sbe::ExecType::NEW:
      return OrderEvent::Kind::kNew;
    case sbe::ExecType::TRADE:
      return OrderEvent::Kind::kTrade;
    case sbe::ExecType::CANCELED:
      return OrderEvent::Kind::kCanceled;
    case sbe::ExecType::REPLACED:
      return OrderEvent::Kind::kReplaced;
    case sbe::ExecType::EXPIRED:
      return OrderEvent::Kind::kExpired;
    default:
      return OrderEvent::Kind::kOther;
  }
}

}  // namespace

OrderLine::OrderLine(std::unique_ptr<SbeClient> client, const LogonAnswer& logon,
                     std::size_t window)
    : client_(std::move(client)),
      account_(logon.account),
      session_(logon.session),
      window_(window),
      handler_([](const OrderEvent&) {}) {}

Result<std::unique_ptr<OrderLine>> OrderLine::Open(const std::string& address,
                                                   const Credentials& credentials,
                                                   std::size_t window) {
  auto client = SbeClient::Connect(address);
  if (!client) {
    return std::unexpected(client.error());
  }
  const auto logon = (*client)->Logon(credentials);
  if (!logon) {
    return std::unexpected(logon.error());
  }
  return std::unique_ptr<OrderLine>(new OrderLine(std::move(*client), *logon, window));
}

Status OrderLine::Send(std::span<const std::byte> command, Answer answer) {
  if (answer == Answer::kUntilEnd) {
    // Its reports cannot be told from those of another order of this connection, so it goes alone.
    if (Status status = Drain(); !status.ok()) {
      return status;
    }
    awaiting_end_ = true;
  }
  ++outstanding_;
  ++sent_count_;
  if (Status status = client_->Queue(command); !status.ok()) {
    return status;
  }
  if (outstanding_ < window_) {
    return Status::Ok();
  }
  // Half a window goes at a time, so that the wire carries few large packets.
  while (outstanding_ > window_ / 2) {
    if (Status status = ReceiveOne(kAnswerTimeoutMs); !status.ok()) {
      return status;
    }
  }
  return Status::Ok();
}

Status OrderLine::CancelAll(std::uint32_t symbol) {
  // Its reports say "canceled" like those of a single cancel, so it goes alone.
  if (Status status = Drain(); !status.ok()) {
    return status;
  }
  cancel_all_done_ = false;
  is_cancelling_all_ = true;
  ++sent_count_;
  Status status = client_->Queue(commands_.CancelAll(symbol));
  if (status.ok()) {
    status = AwaitEvents([this] { return cancel_all_done_; });
  }
  is_cancelling_all_ = false;
  return status;
}

Status OrderLine::Drain() {
  return AwaitEvents([this] { return outstanding_ == 0; });
}

Status OrderLine::AwaitEvents(const std::function<bool()>& done) {
  while (!done()) {
    if (Status status = ReceiveOne(kAnswerTimeoutMs); !status.ok()) {
      return status;
    }
  }
  return Status::Ok();
}

Status OrderLine::Barrier() {
  barrier_passed_ = false;
  // Names no order, so the answer is one message; it comes behind all events made before it.
  if (Status status = client_->Queue(commands_.Query(QueryKind::kOrder)); !status.ok()) {
    return status;
  }
  return AwaitEvents([this] { return barrier_passed_; });
}

Status OrderLine::Idle(std::int64_t timeout_ms) {
  Status status = ReceiveOne(timeout_ms);
  while (status.ok()) {
    status = ReceiveOne(0);
  }
  return status.code() == StatusCode::kUnavailable ? Status::Ok() : status;
}

Status OrderLine::ReceiveOne(std::int64_t timeout_ms) {
  const auto message = client_->Receive(timeout_ms);
  return message ? Handle(*message) : message.error();
}

Status OrderLine::Handle(std::span<const std::byte> message) {
  switch (TemplateIdOf(message)) {
    case sbe::ExecutionReport::sbeTemplateId():
      HandleReport(message);
      break;
    case sbe::Reject::sbeTemplateId():
      HandleReject(message);
      break;
    case sbe::QueryEnd::sbeTemplateId():
      barrier_passed_ = true;
      break;
    case sbe::CancelAllReport::sbeTemplateId():
      cancel_all_done_ = true;
      break;
    case sbe::SessionReject::sbeTemplateId(): {
      auto reject = As<sbe::SessionReject>(message);
      const char* reason = reject ? sbe::SessionError::c_str(reject->sessionError()) : "malformed";
      return {StatusCode::kInvalidArgument,
              std::string("the gateway refused a message: ") + reason};
    }
    default:
      break;  // balances, definitions: nothing a replay acts on
  }
  return Status::Ok();
}

void OrderLine::HandleReport(std::span<const std::byte> message) {
  auto report = As<sbe::ExecutionReport, 2>(message);
  if (!report || report->execType() == sbe::ExecType::STATUS) {
    return;
  }
  OrderEvent event;
  event.kind = KindOf(report->execType());
  event.is_own = report->reply().originSession() == session_ &&
                 report->reply().requestIdHigh() == commands_.last_request_id().high;
  event.order_id = report->orderId();
  event.trade_id = report->tradeId();
  event.last_price_ticks = report->lastPrice();
  event.last_quantity_lots = report->lastQuantity();
  event.leaves_lots = report->leavesQuantity();
  event.quantity_lots = report->quantity();
  const auto status = report->orderStatus();
  event.is_order_end =
      status != sbe::OrderStatus::NEW && status != sbe::OrderStatus::PARTIALLY_FILLED;
  event.client_order_id = report->getClientOrderIdAsStringView();
  if (event.is_own && !is_cancelling_all_) {
    if (awaiting_end_ ? event.is_order_end : event.kind != OrderEvent::Kind::kTrade) {
      awaiting_end_ = false;
      --outstanding_;
    }
  }
  handler_(event);
}

void OrderLine::HandleReject(std::span<const std::byte> message) {
  auto reject = As<sbe::Reject, 1>(message);
  if (!reject) {
    return;
  }
  ++reject_count_;
  if (first_reject_.empty()) {
    first_reject_ = std::string(sbe::RejectReason::c_str(reject->reason())) + " for template " +
                    std::to_string(reject->commandTemplateId());
  }
  OrderEvent event;
  event.kind = OrderEvent::Kind::kRejected;
  event.is_own = true;
  event.order_id = reject->orderId();
  event.reject_reason = static_cast<std::uint16_t>(reject->reason());
  event.client_order_id = reject->getClientOrderIdAsStringView();
  if (is_cancelling_all_) {
    cancel_all_done_ = true;
  } else {
    awaiting_end_ = false;
    --outstanding_;
  }
  handler_(event);
}

}  // namespace lockstep
