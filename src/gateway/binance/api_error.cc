#include "gateway/binance/api_error.h"

#include <array>
#include <cstddef>

#include "protocol/json_writer.h"

namespace lockstep {
namespace {

struct ErrorRow {
  ErrorKind kind;
  unsigned status;
  int code;
  std::string_view text;
};

constexpr std::array<ErrorRow, kErrorKinds> kErrors = {{
    {ErrorKind::kUnknown, 500, -1000, "An unknown error occurred while processing the request."},
    {ErrorKind::kDisconnected, 503, -1001,
     "Internal error; unable to process your request. Please try again."},
    {ErrorKind::kUnauthorized, 401, -1002, "You are not authorized to execute this request."},
    {ErrorKind::kTooMuchWeight, 429, -1003,
     "Too much request weight used; current limit is {} request weight per 1 MINUTE. Please use "
     "WebSocket Streams for live updates to avoid polling the API."},
    {ErrorKind::kUnexpectedResponse, 503, -1006,
     "An unexpected response was received from the message bus. Execution status unknown."},
    {ErrorKind::kTimeout, 503, -1007,
     "Timeout waiting for response from backend server. Send status unknown; execution status "
     "unknown."},
    {ErrorKind::kBusy, 503, -1008,
     "Server is currently overloaded with other requests. Please try again in a few minutes."},
    // The same code: nothing was done, and the same request may be sent again.
    {ErrorKind::kNotLeader, 307, -1008,
     "Nothing was done: this node does not lead. Send it to {}."},
    {ErrorKind::kNoLeader, 503, -1008,
     "Nothing was done: no leader is known at present. Send the same request again."},
    {ErrorKind::kFilterFailure, 400, -1013, "Filter failure: {}"},
    {ErrorKind::kInvalidPrice, 400, -1013, "Invalid price."},
    {ErrorKind::kInvalidQuantity, 400, -1013, "Invalid quantity."},
    {ErrorKind::kUnsupportedOrder, 400, -1014, "Unsupported order combination."},
    {ErrorKind::kTooManyOrders, 429, -1015,
     "Too many new orders; current limit is {} orders per {}."},
    {ErrorKind::kShuttingDown, 503, -1016, "This service is no longer available."},
    {ErrorKind::kUnsupportedOperation, 400, -1020, "This operation is not supported."},
    {ErrorKind::kOutsideRecvWindow, 400, -1021,
     "Timestamp for this request is outside of the recvWindow."},
    {ErrorKind::kTimestampAhead, 400, -1021,
     "Timestamp for this request was {}ms ahead of the server's time."},
    {ErrorKind::kInvalidSignature, 400, -1022, "Signature for this request is not valid."},
    {ErrorKind::kIllegalEncoding, 400, -1100, "Illegal characters found in a parameter."},
    {ErrorKind::kIllegalCharacters, 400, -1100,
     "Illegal characters found in parameter '{}'; legal range is '{}'."},
    {ErrorKind::kDuplicateParameter, 400, -1101, "Duplicate values for a parameter detected."},
    {ErrorKind::kTooManyParameters, 400, -1101, "Too many parameters sent for this endpoint."},
    {ErrorKind::kMandatoryParameter, 400, -1102,
     "Mandatory parameter '{}' was not sent, was empty/null, or malformed."},
    {ErrorKind::kOneOfParameters, 400, -1102,
     "Param '{}' or '{}' must be sent, but both were empty/null!"},
    {ErrorKind::kUnreadParameters, 400, -1104,
     "Not all sent parameters were read; read '{}' parameter(s) but was sent '{}'."},
    {ErrorKind::kEmptyParameter, 400, -1105, "Parameter '{}' was empty."},
    {ErrorKind::kNotRequired, 400, -1106, "Parameter '{}' sent when not required."},
    {ErrorKind::kTooPrecise, 400, -1111, "Parameter '{}' has too much precision."},
    {ErrorKind::kNoDepth, 400, -1112, "No orders on book for symbol."},
    {ErrorKind::kTimeInForceNotRequired, 400, -1114,
     "TimeInForce parameter sent when not required."},
    {ErrorKind::kInvalidTimeInForce, 400, -1115, "Invalid timeInForce."},
    {ErrorKind::kInvalidOrderType, 400, -1116, "Invalid orderType."},
    {ErrorKind::kInvalidSide, 400, -1117, "Invalid side."},
    {ErrorKind::kInvalidInterval, 400, -1120, "Invalid interval."},
    {ErrorKind::kInvalidSymbol, 400, -1121, "Invalid symbol."},
    {ErrorKind::kInvalidSymbolStatus, 400, -1122, "Invalid symbolStatus."},
    {ErrorKind::kLookupTooBig, 400, -1127, "More than {} hours between startTime and endTime."},
    {ErrorKind::kBadCombination, 400, -1128, "Combination of optional parameters invalid."},
    {ErrorKind::kInvalidParameter, 400, -1130, "Data sent for parameter '{}' is not valid."},
    {ErrorKind::kRecvWindowTooLarge, 400, -1131, "recvWindow must be less than 60000."},
    {ErrorKind::kInvalidJson, 400, -1135, "Invalid JSON Request"},
    {ErrorKind::kInvalidJsonParameter, 400, -1135, "JSON sent for parameter '{}' is not valid"},
    {ErrorKind::kInvalidTickerType, 400, -1139, "Invalid ticker type."},
    {ErrorKind::kInvalidCancelRestrictions, 400, -1145, "Invalid cancelRestrictions"},
    {ErrorKind::kDuplicateSymbols, 400, -1151, "Symbol is present multiple times in the list."},
    {ErrorKind::kInvalidTimeUnit, 400, -1194,
     "Invalid value for time unit; expected either MICROSECOND or MILLISECOND."},
    {ErrorKind::kSymbolStatusMismatch, 400, -1220,
     "The symbol's status does not match the requested symbolStatus."},
    {ErrorKind::kNewOrderRejected, 400, -2010, "{}"},
    {ErrorKind::kCancelRejected, 400, -2011, "{}"},
    {ErrorKind::kNoSuchOrder, 400, -2013, "Order does not exist."},
    {ErrorKind::kBadApiKeyFormat, 401, -2014, "API-key format invalid."},
    {ErrorKind::kRejectedApiKey, 401, -2015, "Invalid API-key, IP, or permissions for action."},
    {ErrorKind::kCancelReplacePartly, 409, -2021, "Order cancel-replace partially failed."},
    {ErrorKind::kCancelReplaceFailed, 400, -2022, "Order cancel-replace failed."},
    {ErrorKind::kSubscriptionActive, 400, -2035, "User Data Stream subscription already active."},
    {ErrorKind::kSubscriptionInactive, 400, -2036, "User Data Stream subscription not active."},
    {ErrorKind::kAmendRejected, 400, -2038, "{}"},
    {ErrorKind::kClientOrderIdMismatch, 400, -2039,
     "Client order ID is not correct for this order ID"},
    {ErrorKind::kHmacLogon, 400, -4056, "HMAC_SHA256 API key is not supported."},
    {ErrorKind::kNotFound, 404, -1000, "No such endpoint."},
    {ErrorKind::kMethodNotAllowed, 405, -1000, "This endpoint does not take this method."},
}};

consteval bool InOrder() {
  for (std::size_t i = 0; i < kErrors.size(); ++i) {
    if (static_cast<std::size_t>(kErrors[i].kind) != i) {
      return false;
    }
  }
  return true;
}
static_assert(InOrder(), "the table is indexed by kind");

ErrorKind RejectionOf(RefusedAction action) {
  switch (action) {
    case RefusedAction::kPlace:
      return ErrorKind::kNewOrderRejected;
    case RefusedAction::kCancel:
      return ErrorKind::kCancelRejected;
    case RefusedAction::kAmend:
      break;
  }
  return ErrorKind::kAmendRejected;
}

}  // namespace

ApiError MakeError(ErrorKind kind, std::string_view first, std::string_view second) {
  const ErrorRow& row = kErrors[static_cast<std::size_t>(kind)];
  ApiError error{.kind = kind, .status = row.status, .code = row.code, .message = {}};
  std::string_view rest = row.text;
  for (const std::string_view argument : {first, second}) {
    const std::size_t place = rest.find("{}");
    if (place == std::string_view::npos) {
      break;
    }
    error.message.append(rest.substr(0, place)).append(argument);
    rest.remove_prefix(place + 2);
  }
  error.message.append(rest);
  return error;
}

ApiError MakeError(sbe::RejectReason::Value reason, RefusedAction action) {
  using Reason = sbe::RejectReason;
  const ErrorKind rejection = RejectionOf(action);
  switch (reason) {
    case Reason::UNKNOWN_ACCOUNT:
    case Reason::ACCOUNT_DISABLED:
      return MakeError(rejection, "This action is disabled on this account.");
    case Reason::UNKNOWN_SYMBOL:
      return MakeError(ErrorKind::kInvalidSymbol);
    case Reason::MARKET_CLOSED:
      return MakeError(rejection, "Market is closed.");
    case Reason::POST_ONLY_MARKET:
      return MakeError(rejection, "Unsupported order combination");
    case Reason::INVALID_SIDE:
      return MakeError(ErrorKind::kInvalidSide);
    case Reason::INVALID_ORDER_TYPE:
      return MakeError(ErrorKind::kInvalidOrderType);
    case Reason::INVALID_TIME_IN_FORCE:
      return MakeError(ErrorKind::kInvalidTimeInForce);
    case Reason::INVALID_SELF_TRADE_PREVENTION:
      return MakeError(ErrorKind::kInvalidParameter, "selfTradePreventionMode");
    case Reason::INVALID_CLIENT_ORDER_ID:
      return MakeError(ErrorKind::kIllegalCharacters, "newClientOrderId",
                       "^[\\.A-Z\\:/a-z0-9_-]{1,36}$");
    case Reason::INVALID_PRICE:
      return MakeError(ErrorKind::kInvalidPrice);
    case Reason::INVALID_QUANTITY:
      return MakeError(ErrorKind::kInvalidQuantity);
    case Reason::PRICE_TOO_LOW:
    case Reason::PRICE_TOO_HIGH:
    case Reason::PRICE_NOT_ON_TICK:
      return MakeError(ErrorKind::kFilterFailure, "PRICE_FILTER");
    case Reason::QUANTITY_TOO_SMALL:
    case Reason::QUANTITY_TOO_LARGE:
    case Reason::QUANTITY_NOT_ON_LOT:
      return MakeError(ErrorKind::kFilterFailure, "LOT_SIZE");
    case Reason::NOTIONAL_TOO_SMALL:
    case Reason::NOTIONAL_TOO_LARGE:
      return MakeError(ErrorKind::kFilterFailure, "NOTIONAL");
    case Reason::PRICE_OUTSIDE_BAND:
      return MakeError(ErrorKind::kFilterFailure, "PERCENT_PRICE_BY_SIDE");
    case Reason::TOO_MANY_OPEN_ORDERS:
      return MakeError(ErrorKind::kFilterFailure, "MAX_NUM_ORDERS");
    case Reason::DUPLICATE_CLIENT_ORDER_ID:
      return MakeError(rejection, "Duplicate order sent.");
    case Reason::WOULD_TAKE_LIQUIDITY:
      return MakeError(rejection, "Order would immediately match and take.");
    case Reason::INSUFFICIENT_BALANCE:
      return MakeError(rejection, "Account has insufficient balance for requested action.");
    case Reason::EXCHANGE_FULL:
    case Reason::REQUEST_TABLE_FULL:
      return MakeError(ErrorKind::kBusy);
    case Reason::UNKNOWN_ORDER:
    case Reason::NO_OPEN_ORDERS:
      return MakeError(
          action == RefusedAction::kAmend ? ErrorKind::kAmendRejected : ErrorKind::kCancelRejected,
          "Unknown order sent.");
    case Reason::ORDER_ID_MISMATCH:
      return MakeError(ErrorKind::kClientOrderIdMismatch);
    case Reason::AMEND_NOT_A_REDUCTION:
      return MakeError(ErrorKind::kAmendRejected,
                       "Order amend (quantity increase) is not supported.");
    case Reason::NOTHING_TO_CHANGE:
      return MakeError(rejection, "The requested action would change no state; rejecting");
    default:
      break;  // of admin commands, or of bytes that the gateway does not send
  }
  return MakeError(ErrorKind::kUnexpectedResponse);
}

void AppendErrorJson(std::string& out, const ApiError& error) {
  JsonWriter json(out);
  json.BeginObject();
  json.Field("code", error.code);
  json.Field("msg", error.message);
  json.EndObject();
}

}  // namespace lockstep
