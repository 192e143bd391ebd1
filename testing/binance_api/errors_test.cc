// Each refusal: exact status, code and text.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "testing/binance_api/world.h"

namespace lockstep {
namespace {

constexpr std::string_view kOrder = "/api/v3/order";

struct Case {
  HttpMethod method;
  std::string_view path;
  std::string query;
  unsigned status;
  std::string body;
};

std::string Error(int code, const std::string& message) {
  return "{\"code\":" + std::to_string(code) + ",\"msg\":\"" + message + "\"}";
}

Case Order(const std::string& query, int code, const std::string& message, unsigned status = 400) {
  return {HttpMethod::kPost, kOrder, query, status, Error(code, message)};
}

TEST(BinanceErrors, OfPlacingAnOrder) {
  const std::string limit = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC";
  const std::string market = "symbol=BTCUSDT&side=BUY&type=MARKET";
  const std::string no_balance = "Account has insufficient balance for requested action.";
  const std::vector<Case> cases = {
      Order("side=BUY", -1102,
            "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."),
      Order("symbol=", -1102,
            "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."),
      Order("symbol=btcusdt", -1100,
            "Illegal characters found in parameter 'symbol'; legal range is "
            "'^[A-Z0-9-_.]{1,20}$'."),
      Order("symbol=NOPE", -1121, "Invalid symbol."),
      Order("symbol=BTCUSDT", -1102,
            "Mandatory parameter 'side' was not sent, was empty/null, or malformed."),
      Order("symbol=BTCUSDT&side=HOLD", -1117, "Invalid side."),
      Order("symbol=BTCUSDT&side=BUY", -1102,
            "Mandatory parameter 'type' was not sent, was empty/null, or malformed."),
      Order("symbol=BTCUSDT&side=BUY&type=GUESS", -1116, "Invalid orderType."),
      Order("symbol=BTCUSDT&side=BUY&type=STOP_LOSS_LIMIT", -2010,
            "Stop loss limit orders are not supported for this symbol."),
      Order("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=100", -1102,
            "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed."),
      Order("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=DAY", -1115, "Invalid timeInForce."),
      Order(market + "&timeInForce=GTC&quantity=1", -1114,
            "TimeInForce parameter sent when not required."),
      Order(limit + "&price=100", -1102,
            "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed."),
      Order(limit + "&quantity=1", -1102,
            "Mandatory parameter 'price' was not sent, was empty/null, or malformed."),
      Order(limit + "&quantity=1&price=", -1105, "Parameter 'price' was empty."),
      Order(limit + "&quantity=1&price=100&quoteOrderQty=5", -1106,
            "Parameter 'quoteOrderQty' sent when not required."),
      Order(market + "&quantity=1&price=100", -1106, "Parameter 'price' sent when not required."),
      Order(market + "&quantity=1&quoteOrderQty=100", -1106,
            "Parameter 'quantity' sent when not required."),
      Order(limit + "&quantity=1e3&price=100", -1100,
            "Illegal characters found in parameter 'quantity'; legal range is "
            "'^([0-9]{1,20})(\\\\.[0-9]{1,20})?$'."),
      Order(limit + "&quantity=-1&price=100", -1100,
            "Illegal characters found in parameter 'quantity'; legal range is "
            "'^([0-9]{1,20})(\\\\.[0-9]{1,20})?$'."),
      Order(limit + "&quantity=0&price=100", -1013, "Invalid quantity."),
      Order(limit + "&quantity=1&price=0", -1013, "Invalid price."),
      Order(limit + "&quantity=1&price=100.001", -1013, "Filter failure: PRICE_FILTER"),
      Order(limit + "&quantity=1.000001&price=100", -1013, "Filter failure: LOT_SIZE"),
      Order(limit + "&quantity=1&price=100.000000001", -1111,
            "Parameter 'price' has too much precision."),
      Order(limit + "&quantity=0.00001&price=100", -1013, "Filter failure: NOTIONAL"),
      Order(limit + "&quantity=9000&price=9000", -2010, no_balance),
      Order("symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=1&price=200", -2010,
            "Order would immediately match and take."),
      Order(limit + "&quantity=1&price=50&newClientOrderId=taken", -2010, "Duplicate order sent."),
      Order(limit + "&quantity=1&price=50&newClientOrderId=no%20way", -1100,
            "Illegal characters found in parameter 'newClientOrderId'; legal range is "
            "'^[\\\\.A-Z\\\\:/a-z0-9_-]{1,36}$'."),
      Order(limit + "&quantity=1&price=50&selfTradePreventionMode=TRANSFER", -1130,
            "Data sent for parameter 'selfTradePreventionMode' is not valid."),
      Order(limit + "&quantity=1&price=50&newOrderRespType=LONG", -1130,
            "Data sent for parameter 'newOrderRespType' is not valid."),
      Order(limit + "&quantity=1&price=50&icebergQty=1", -2010,
            "Iceberg orders are not supported for this symbol."),
      Order(limit + "&quantity=1&price=50&stopPrice=1", -1106,
            "Parameter 'stopPrice' sent when not required."),
      Order(limit + "&quantity=1&price=50&colour=red", -1104,
            "Not all sent parameters were read; read '8' parameter(s) but was sent '9'."),
      Order(limit + "&quantity=1&quantity=2&price=50", -1101,
            "Duplicate values for a parameter detected."),
      Order(limit + "&quantity=%zz&price=50", -1100, "Illegal characters found in a parameter."),
      Order(limit + "&quantity=%ff&price=50", -1100, "Illegal characters found in a parameter."),
  };
  World world;
  world.Signed(HttpMethod::kPost, kOrder, limit + "&quantity=1&price=60&newClientOrderId=taken",
               world.taker);
  world.Signed(HttpMethod::kPost, kOrder,
               "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=150",
               world.maker);
  for (const Case& one : cases) {
    const Answer answer = world.Signed(one.method, one.path, one.query, world.taker);
    EXPECT_EQ(answer.status, one.status) << one.query;
    EXPECT_EQ(answer.body, one.body) << one.query;
  }
}

TEST(BinanceErrors, OfOtherEndpoints) {
  constexpr HttpMethod kGet = HttpMethod::kGet;
  constexpr HttpMethod kDelete = HttpMethod::kDelete;
  constexpr HttpMethod kPut = HttpMethod::kPut;
  const std::string unknown_order = Error(-2011, "Unknown order sent.");
  const std::vector<Case> cases = {
      {kGet, kOrder, "symbol=BTCUSDT", 400,
       Error(-1102,
             "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")},
      {kGet, kOrder, "symbol=BTCUSDT&orderId=99", 400, Error(-2013, "Order does not exist.")},
      {kGet, kOrder, "symbol=BTCUSDT&orderId=x", 400,
       Error(-1100,
             "Illegal characters found in parameter 'orderId'; legal range is "
             "'^[0-9]{1,20}$'.")},
      {kDelete, kOrder, "symbol=BTCUSDT&orderId=99", 400, unknown_order},
      {kDelete, kOrder, "symbol=BTCUSDT&orderId=1&cancelRestrictions=NEVER", 400,
       Error(-1145, "Invalid cancelRestrictions")},
      {kDelete, "/api/v3/openOrders", "symbol=BTCUSDT", 400, unknown_order},
      {kPut, "/api/v3/order/amend/keepPriority", "symbol=BTCUSDT&orderId=9&newQty=1", 400,
       Error(-2038, "Unknown order sent.")},
      {kGet, "/api/v3/klines", "symbol=BTCUSDT&interval=7m", 400,
       Error(-1120, "Invalid interval.")},
      {kGet, "/api/v3/nothing", "", 404, Error(-1000, "No such endpoint.")},
      {kPut, kOrder, "", 405, Error(-1000, "This endpoint does not take this method.")},
      {kGet, "/api/v3/myTrades", "symbol=BTCUSDT&startTime=0&endTime=172800000", 400,
       Error(-1127, "More than 24 hours between startTime and endTime.")},
      {kGet, "/api/v3/exchangeInfo", "symbols=%5B%22BTCUSDT%22%2C%22BTCUSDT%22%5D", 400,
       Error(-1151, "Symbol is present multiple times in the list.")},
      {kGet, "/api/v3/exchangeInfo", "symbols=BTCUSDT", 400,
       Error(-1135, "JSON sent for parameter 'symbols' is not valid")},
      {kGet, "/api/v3/exchangeInfo", "symbolStatus=OPEN", 400,
       Error(-1122, "Invalid symbolStatus.")},
      {kGet, "/api/v3/ticker/24hr", "type=TINY", 400, Error(-1139, "Invalid ticker type.")},
  };
  World world;
  for (const Case& one : cases) {
    const bool is_public = one.path.contains("klines") || one.path.contains("exchangeInfo") ||
                           one.path.contains("ticker");
    const Answer answer = is_public ? world.Send(one.method, one.path, one.query)
                                    : world.Signed(one.method, one.path, one.query, world.taker);
    EXPECT_EQ(answer.status, one.status) << one.path << '?' << one.query;
    EXPECT_EQ(answer.body, one.body) << one.path << '?' << one.query;
  }
}

TEST(BinanceErrors, AClosedMarketAndADisabledAccount) {
  World world;
  world.Apply(world.commands.CreateAccount(3));
  const TestKey nobody{std::string(64, 'n'), "s"};
  world.keys.Add(nobody, AccountId(77), kPermissionRead | kPermissionTrade);
  const Answer answer = world.Signed(
      HttpMethod::kPost, kOrder,
      "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100", nobody);
  EXPECT_EQ(answer.body, Error(-2010, "This action is disabled on this account."));
}

}  // namespace
}  // namespace lockstep
