#include "gateway/binance/api_error.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

struct Case {
  sbe::RejectReason::Value reason;
  RefusedAction action;
  unsigned status;
  int code;
  std::string_view message;
};

TEST(ApiError, EveryReasonOfTheEngineHasBinancesWords) {
  using Reason = sbe::RejectReason;
  using enum RefusedAction;
  for (const Case& one : {
           Case{Reason::UNKNOWN_ACCOUNT, kPlace, 400, -2010,
                "This action is disabled on this account."},
           Case{Reason::ACCOUNT_DISABLED, kAmend, 400, -2038,
                "This action is disabled on this account."},
           Case{Reason::UNKNOWN_SYMBOL, kPlace, 400, -1121, "Invalid symbol."},
           Case{Reason::MARKET_CLOSED, kPlace, 400, -2010, "Market is closed."},
           Case{Reason::MARKET_CLOSED, kCancel, 400, -2011, "Market is closed."},
           Case{Reason::POST_ONLY_MARKET, kPlace, 400, -2010, "Unsupported order combination"},
           Case{Reason::INVALID_SIDE, kPlace, 400, -1117, "Invalid side."},
           Case{Reason::INVALID_ORDER_TYPE, kPlace, 400, -1116, "Invalid orderType."},
           Case{Reason::INVALID_TIME_IN_FORCE, kPlace, 400, -1115, "Invalid timeInForce."},
           Case{Reason::INVALID_SELF_TRADE_PREVENTION, kPlace, 400, -1130,
                "Data sent for parameter 'selfTradePreventionMode' is not valid."},
           Case{Reason::INVALID_PRICE, kPlace, 400, -1013, "Invalid price."},
           Case{Reason::INVALID_QUANTITY, kPlace, 400, -1013, "Invalid quantity."},
           Case{Reason::PRICE_TOO_LOW, kPlace, 400, -1013, "Filter failure: PRICE_FILTER"},
           Case{Reason::PRICE_TOO_HIGH, kPlace, 400, -1013, "Filter failure: PRICE_FILTER"},
           Case{Reason::PRICE_NOT_ON_TICK, kPlace, 400, -1013, "Filter failure: PRICE_FILTER"},
           Case{Reason::QUANTITY_TOO_SMALL, kPlace, 400, -1013, "Filter failure: LOT_SIZE"},
           Case{Reason::QUANTITY_TOO_LARGE, kAmend, 400, -1013, "Filter failure: LOT_SIZE"},
           Case{Reason::QUANTITY_NOT_ON_LOT, kPlace, 400, -1013, "Filter failure: LOT_SIZE"},
           Case{Reason::NOTIONAL_TOO_SMALL, kPlace, 400, -1013, "Filter failure: NOTIONAL"},
           Case{Reason::NOTIONAL_TOO_LARGE, kPlace, 400, -1013, "Filter failure: NOTIONAL"},
           Case{Reason::PRICE_OUTSIDE_BAND, kPlace, 400, -1013,
                "Filter failure: PERCENT_PRICE_BY_SIDE"},
           Case{Reason::TOO_MANY_OPEN_ORDERS, kPlace, 400, -1013, "Filter failure: MAX_NUM_ORDERS"},
           Case{Reason::DUPLICATE_CLIENT_ORDER_ID, kPlace, 400, -2010, "Duplicate order sent."},
           Case{Reason::WOULD_TAKE_LIQUIDITY, kPlace, 400, -2010,
                "Order would immediately match and take."},
           Case{Reason::INSUFFICIENT_BALANCE, kPlace, 400, -2010,
                "Account has insufficient balance for requested action."},
           Case{Reason::EXCHANGE_FULL, kPlace, 503, -1008,
                "Server is currently overloaded with other requests. Please try again in a few "
                "minutes."},
           Case{Reason::UNKNOWN_ORDER, kCancel, 400, -2011, "Unknown order sent."},
           Case{Reason::UNKNOWN_ORDER, kAmend, 400, -2038, "Unknown order sent."},
           Case{Reason::NO_OPEN_ORDERS, kCancel, 400, -2011, "Unknown order sent."},
           Case{Reason::ORDER_ID_MISMATCH, kCancel, 400, -2039,
                "Client order ID is not correct for this order ID"},
           Case{Reason::AMEND_NOT_A_REDUCTION, kAmend, 400, -2038,
                "Order amend (quantity increase) is not supported."},
           Case{Reason::NOTHING_TO_CHANGE, kAmend, 400, -2038,
                "The requested action would change no state; rejecting"},
           Case{Reason::MALFORMED_COMMAND, kPlace, 503, -1006,
                "An unexpected response was received from the message bus. Execution status "
                "unknown."},
       }) {
    const ApiError error = MakeError(one.reason, one.action);
    EXPECT_EQ(error.status, one.status) << one.message;
    EXPECT_EQ(error.code, one.code) << one.message;
    EXPECT_EQ(error.message, one.message);
  }
}

TEST(ApiError, ArgumentsStandInTheirPlacesAndAreEscaped) {
  EXPECT_EQ(MakeError(ErrorKind::kTooManyOrders, "50", "10 SECOND").message,
            "Too many new orders; current limit is 50 orders per 10 SECOND.");
  std::string text;
  AppendErrorJson(text, MakeError(ErrorKind::kEmptyParameter, "a\"\n"));
  EXPECT_EQ(text, R"({"code":-1105,"msg":"Parameter 'a\"\u000a' was empty."})");
}

}  // namespace
}  // namespace lockstep
