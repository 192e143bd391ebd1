#include "gateway/binance/order_answers.h"

#include <string_view>

#include "gateway/binance/made_order_id.h"
#include "gateway/binance/order_json.h"
#include "protocol/json_writer.h"

namespace lockstep {
namespace {

using Reason = sbe::RejectReason;

constexpr std::size_t kUsualAnswerBytes = 768;

bool IsOk(const ApiAnswer& answer) { return answer.status == 200; }

bool IsAboutTheCancelledOrder(Reason::Value reason) {
  return reason == Reason::UNKNOWN_ORDER || reason == Reason::ORDER_ID_MISMATCH;
}

ApiAnswer Refused(Reason::Value reason, RefusedAction action) {
  return AnswerOf(MakeError(reason, action));
}

// A request that was executed in an earlier life of the process, of which not enough is left.
ApiAnswer Unexpected() { return AnswerOf(MakeError(ErrorKind::kUnexpectedResponse)); }

// Whether history lacks a half of a cancelReplace that was done.
bool IsIncomplete(const CommandOutcome& outcome) {
  if (!outcome.replayed) {
    return false;
  }
  const Replayed& replayed = *outcome.replayed;
  const bool lacks_cancel =
      replayed.status == sbe::OrderStatus::CANCELED && outcome.cancelled.empty();
  return lacks_cancel || (replayed.reason == Reason::NONE && !outcome.placed);
}

ApiAnswer WithRoom() {
  ApiAnswer answer;
  answer.body.reserve(kUsualAnswerBytes);
  return answer;
}

std::string_view ResultWord(const ApiAnswer* answer) {
  if (answer == nullptr) {
    return "NOT_ATTEMPTED";
  }
  return IsOk(*answer) ? "SUCCESS" : "FAILURE";
}

void WriteHalves(JsonWriter& json, const ApiAnswer& cancel, const ApiAnswer* place) {
  json.BeginObject();
  json.Field("cancelResult", ResultWord(&cancel));
  json.Field("newOrderResult", ResultWord(place));
  json.Key("cancelResponse");
  json.Raw(cancel.body);
  json.Key("newOrderResponse");
  json.Raw(place == nullptr ? std::string_view("null") : std::string_view(place->body));
  json.EndObject();
}

}  // namespace

ApiAnswer AnswerPlace(const AnswerStyle& style, const PlaceRequest& request,
                      const CommandOutcome& outcome) {
  if (!outcome.placed) {
    return outcome.WasRejected() ? Refused(outcome.rejects.back(), RefusedAction::kPlace)
                                 : Unexpected();
  }
  ApiAnswer answer = WithRoom();
  JsonWriter json(answer.body, style.microseconds);
  if (!outcome.replayed) {
    WritePlaced(json, *outcome.placed, outcome.fills, style.reference, request.response);
    return answer;
  }
  // History shows the order as it is now; it may have been amended since.
  StoredOrder order = *outcome.placed;
  order.client_order_id = request.client_order_id;
  if (request.quantity != 0) {
    order.quantity = request.quantity;
  }
  WritePlaced(json, order, outcome.fills, style.reference, request.response);
  return answer;
}

ApiAnswer AnswerCancel(const AnswerStyle& style, const CancelRequest& request,
                       const CommandOutcome& outcome) {
  if (outcome.cancelled.empty()) {
    return outcome.WasRejected() ? Refused(outcome.rejects.front(), RefusedAction::kCancel)
                                 : Unexpected();
  }
  ApiAnswer answer = WithRoom();
  JsonWriter json(answer.body, style.microseconds);
  WriteCancelled(json, outcome.cancelled.front(), request.client_order_id, style.reference);
  return answer;
}

ApiAnswer AnswerCancelAll(const AnswerStyle& style, const RequestId& id,
                          const CommandOutcome& outcome) {
  if (outcome.WasRejected()) {
    return Refused(outcome.rejects.front(), RefusedAction::kCancel);
  }
  if (outcome.replayed && outcome.replayed->cumulative_quantity !=
                              static_cast<std::int64_t>(outcome.cancelled.size())) {
    return Unexpected();
  }
  if (outcome.cancelled.empty()) {
    return Refused(Reason::NO_OPEN_ORDERS, RefusedAction::kCancel);
  }
  ApiAnswer answer = WithRoom();
  JsonWriter json(answer.body, style.microseconds);
  json.BeginArray();
  for (const StoredOrder& order : outcome.cancelled) {
    WriteCancelled(json, order, MakeClientOrderId(id, order.order_id.value()), style.reference);
  }
  json.EndArray();
  return answer;
}

ApiAnswer AnswerAmend(const AnswerStyle& style, const CommandOutcome& outcome) {
  if (!outcome.amended) {
    return outcome.WasRejected() ? Refused(outcome.rejects.front(), RefusedAction::kAmend)
                                 : Unexpected();
  }
  const StoredOrder& order = *outcome.amended;
  const std::string_view old_id =
      order.cancel_client_order_id.empty() ? order.client_order_id : order.cancel_client_order_id;
  ApiAnswer answer = WithRoom();
  JsonWriter json(answer.body, style.microseconds);
  WriteAmended(json, order, outcome.execution_id, old_id, style.reference);
  return answer;
}

ApiAnswer AnswerCancelReplace(const AnswerStyle& style, const CancelReplaceRequest& request,
                              const CommandOutcome& outcome) {
  const bool cancelled = !outcome.cancelled.empty();
  if ((!cancelled && !outcome.WasRejected()) || IsIncomplete(outcome)) {
    return Unexpected();
  }
  if (!cancelled && !IsAboutTheCancelledOrder(outcome.rejects.front())) {
    // Refused before anything was tried.
    return Refused(outcome.rejects.front(), RefusedAction::kPlace);
  }
  const ApiAnswer cancel = cancelled ? AnswerCancel(style, request.cancel, outcome)
                                     : Refused(outcome.rejects.front(), RefusedAction::kCancel);
  const bool attempted = cancelled || outcome.placed || outcome.rejects.size() > 1;
  if (!attempted) {
    return CombineHalves(cancel, nullptr);
  }
  const ApiAnswer place = AnswerPlace(style, request.place, outcome);
  return CombineHalves(cancel, &place);
}

ApiAnswer CombineHalves(const ApiAnswer& cancel, const ApiAnswer* place) {
  ApiAnswer answer = WithRoom();
  JsonWriter json(answer.body);
  const bool placed = place != nullptr && IsOk(*place);
  if (IsOk(cancel) && placed) {
    WriteHalves(json, cancel, place);
    return answer;
  }
  const ApiError error = MakeError(IsOk(cancel) || placed ? ErrorKind::kCancelReplacePartly
                                                          : ErrorKind::kCancelReplaceFailed);
  answer.status = error.status;
  json.BeginObject();
  json.Field("code", error.code);
  json.Field("msg", error.message);
  json.Key("data");
  WriteHalves(json, cancel, place);
  json.EndObject();
  return answer;
}

}  // namespace lockstep
