#include "gateway/binance/trade_endpoints.h"

#include <functional>
#include <string_view>
#include <utility>

#include "gateway/binance/commission.h"
#include "gateway/binance/order_answers.h"
#include "gateway/binance/order_filters.h"

namespace lockstep {
namespace {

constexpr std::string_view kRestricted = "Order was not canceled due to cancel restrictions.";

ApiAnswer NotAllowed() { return AnswerOf(MakeError(ErrorKind::kCancelRejected, kRestricted)); }

}  // namespace

void TradeEndpoints::CountOrder(const Placing& placing, bool was_placed, ApiAnswer& answer) {
  const std::int64_t now_ns = state_.clock.WallNs();
  if (!was_placed) {
    state_.limits.GiveBackOrder(placing.account, placing.received_ns, now_ns);
    return;
  }
  answer.order_counts = state_.limits.Orders(placing.account, now_ns);
}

void TradeEndpoints::Place(const ApiCall& call, ParameterReader& reader) {
  const PlaceRequest request = ReadPlace(reader, call.identity.request_id);
  if (IsComplete(call, reader)) {
    SubmitPlace(call, request);
  }
}

void TradeEndpoints::SubmitPlace(const ApiCall& call, const PlaceRequest& request) {
  if (auto over_limit = state_.limits.TakeOrder(call.identity.account, call.received_ns)) {
    call.reply->Send(std::move(*over_limit));
    return;
  }
  const bool sent = desk_.Submit(
      call, request.symbol->id, CommandBytes::Place(request, call.identity.request_id),
      [this, placing = PlacingOf(call), request](const CommandOutcome& outcome) {
        ApiAnswer answer = AnswerPlace({state_.reference, placing.microseconds}, request, outcome);
        CountOrder(placing, outcome.placed.has_value(), answer);
        return answer;
      });
  if (!sent) {
    state_.limits.GiveBackOrder(call.identity.account, call.received_ns, call.received_ns);
  }
}

void TradeEndpoints::Test(const ApiCall& call, ParameterReader& reader) const {
  const PlaceRequest request = ReadPlace(reader, call.identity.request_id);
  const bool with_commission = reader.Boolean("computeCommissionRates").value_or(false);
  if (!IsComplete(call, reader)) {
    return;
  }
  if (const auto error = CheckFilters(request)) {
    call.Refuse(*error);
    return;
  }
  ApiAnswer answer;
  if (with_commission) {
    WriteOrderCommission(answer.body, *request.symbol);
  } else {
    answer.body = "{}";
  }
  call.reply->Send(std::move(answer));
}

void TradeEndpoints::CheckRestrictions(const ApiCall& call, const CancelRequest& request,
                                       std::function<void(bool)> then) {
  if (request.only_in_status == sbe::OrderStatus::NONE) {
    then(true);
    return;
  }
  // An order that is not there is the cancel's own affair.
  const bool asked = queries_.AskOrder(
      call.identity.account, request.symbol->id, request.order, call.received_ns,
      [wanted = request.only_in_status, then = std::move(then)](const QueryAnswer& answer) {
        then(!answer.order || answer.order->status == wanted);
      });
  if (!asked) {
    call.Refuse(MakeError(ErrorKind::kBusy));
  }
}

void TradeEndpoints::Cancel(const ApiCall& call, ParameterReader& reader) {
  const CancelRequest request = ReadCancel(reader, call.identity.request_id);
  if (!IsComplete(call, reader)) {
    return;
  }
  CheckRestrictions(call, request, [this, kept = call, request](bool is_allowed) {
    if (desk_.AnswerKnown(kept)) {
      return;  // sent twice while its restrictions were looked at
    }
    if (is_allowed) {
      SubmitCancel(kept, request);
    } else {
      desk_.Settle(kept, NotAllowed());
    }
  });
}

void TradeEndpoints::SubmitCancel(const ApiCall& call, const CancelRequest& request) {
  desk_.Submit(
      call, request.symbol->id, CommandBytes::Cancel(request, call.identity.request_id),
      [style = AnswerStyle{state_.reference, call.microseconds},
       request](const CommandOutcome& outcome) { return AnswerCancel(style, request, outcome); });
}

void TradeEndpoints::CancelOpenOrders(const ApiCall& call, ParameterReader& reader) {
  const SymbolInfo* const symbol = reader.Symbol();
  if (!IsComplete(call, reader)) {
    return;
  }
  const RequestId id = call.identity.request_id;
  desk_.Submit(call, symbol->id, CommandBytes::CancelAll(symbol->id, id),
               [style = AnswerStyle{state_.reference, call.microseconds},
                id](const CommandOutcome& outcome) { return AnswerCancelAll(style, id, outcome); });
}

void TradeEndpoints::Amend(const ApiCall& call, ParameterReader& reader) {
  const AmendRequest request = ReadAmend(reader, call.identity.request_id);
  if (!IsComplete(call, reader)) {
    return;
  }
  desk_.Submit(call, request.symbol->id, CommandBytes::Amend(request, call.identity.request_id),
               [style = AnswerStyle{state_.reference, call.microseconds}](
                   const CommandOutcome& outcome) { return AnswerAmend(style, outcome); });
}

void TradeEndpoints::CancelReplace(const ApiCall& call, ParameterReader& reader) {
  const CancelReplaceRequest request = ReadCancelReplace(reader, call.identity.request_id);
  if (!IsComplete(call, reader)) {
    return;
  }
  CheckRestrictions(call, request.cancel, [this, kept = call, request](bool is_allowed) {
    if (desk_.AnswerKnown(kept)) {
      return;
    }
    if (is_allowed) {
      SubmitCancelReplace(kept, request);
    } else {
      AnswerCancelNotAllowed(kept, request);
    }
  });
}

void TradeEndpoints::SubmitCancelReplace(const ApiCall& call, const CancelReplaceRequest& request) {
  if (auto over_limit = state_.limits.TakeOrder(call.identity.account, call.received_ns)) {
    if (request.cancel_only_over_limit) {
      CancelOnly(call, request, std::move(*over_limit));
    } else {
      call.reply->Send(std::move(*over_limit));
    }
    return;
  }
  const bool sent =
      desk_.Submit(call, request.place.symbol->id,
                   CommandBytes::CancelReplace(request, call.identity.request_id),
                   [this, placing = PlacingOf(call), request](const CommandOutcome& outcome) {
                     ApiAnswer answer = AnswerCancelReplace(
                         {state_.reference, placing.microseconds}, request, outcome);
                     CountOrder(placing, outcome.placed.has_value(), answer);
                     return answer;
                   });
  if (!sent) {
    state_.limits.GiveBackOrder(call.identity.account, call.received_ns, call.received_ns);
  }
}

// The cancel has failed already: what is left is the new order, if it may come alone.
void TradeEndpoints::AnswerCancelNotAllowed(const ApiCall& call,
                                            const CancelReplaceRequest& request) {
  if (request.mode == sbe::CancelReplaceMode::STOP_ON_FAILURE) {
    desk_.Settle(call, CombineHalves(NotAllowed(), nullptr));
    return;
  }
  if (auto over_limit = state_.limits.TakeOrder(call.identity.account, call.received_ns)) {
    call.reply->Send(std::move(*over_limit));
    return;
  }
  const bool sent = desk_.Submit(
      call, request.place.symbol->id, CommandBytes::Place(request.place, call.identity.request_id),
      [this, placing = PlacingOf(call), place = request.place](const CommandOutcome& outcome) {
        const ApiAnswer placed =
            AnswerPlace({state_.reference, placing.microseconds}, place, outcome);
        ApiAnswer answer = CombineHalves(NotAllowed(), &placed);
        CountOrder(placing, outcome.placed.has_value(), answer);
        return answer;
      });
  if (!sent) {
    state_.limits.GiveBackOrder(call.identity.account, call.received_ns, call.received_ns);
  }
}

void TradeEndpoints::CancelOnly(const ApiCall& call, const CancelReplaceRequest& request,
                                ApiAnswer over_limit) {
  const unsigned status = over_limit.status;
  desk_.Submit(call, request.cancel.symbol->id,
               CommandBytes::Cancel(request.cancel, call.identity.request_id),
               [style = AnswerStyle{state_.reference, call.microseconds}, cancel = request.cancel,
                over_limit = std::move(over_limit), status](const CommandOutcome& outcome) {
                 const ApiAnswer cancelled = AnswerCancel(style, cancel, outcome);
                 ApiAnswer answer =
                     CombineHalves(cancelled, cancelled.status == 200 ? &over_limit : nullptr);
                 answer.status = status;
                 answer.retry_after_s = over_limit.retry_after_s;
                 return answer;
               });
}

}  // namespace lockstep
