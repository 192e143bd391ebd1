// The WebSocket API and the user data stream.
#include <gtest/gtest.h>

#include <string>

#include "testing/binance_api/world.h"

namespace lockstep {
namespace {

constexpr HttpMethod kPost = HttpMethod::kPost;
constexpr HttpMethod kDelete = HttpMethod::kDelete;
constexpr std::string_view kOrder = "/api/v3/order";

std::string Call(const std::string& id, const std::string& method, const std::string& params) {
  return "{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
}

std::string Limit(const std::string& side, const std::string& quantity, const std::string& price,
                  const std::string& more = {}) {
  return "symbol=BTCUSDT&side=" + side + "&type=LIMIT&timeInForce=GTC&quantity=" + quantity +
         "&price=" + price + more;
}

TEST(BinanceWebSocket, EveryKindOfIdComesBackAsItWas) {
  World world;
  const auto socket = world.Connect("returnRateLimits=false");
  for (const std::string id : {"1", "\"abc\"", "null", "18446744073709551615", "\"q\\\"q\""}) {
    world.Say(*socket, Call(id, "ping", "{}"));
    EXPECT_EQ(socket->Take(), "{\"id\":" + id + ",\"status\":200,\"result\":{}}");
  }
  world.Say(*socket, R"({"id":7,"method":"v3/time"})");
  EXPECT_EQ(socket->Take(), R"({"id":7,"status":200,"result":{"serverTime":1700000000000}})");
}

TEST(BinanceWebSocket, LimitsAreToldUnlessNotWanted) {
  World world;
  const auto socket = world.Connect();
  world.Say(*socket, Call("1", "ping", "{}"));
  EXPECT_EQ(socket->Take(),
            R"({"id":1,"status":200,"result":{},"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT",)"
            R"("interval":"MINUTE","intervalNum":1,"limit":6000,"count":1}]})");
  world.Say(*socket, Call("2", "ping", R"({"returnRateLimits":false})"));
  EXPECT_EQ(socket->Take(), R"({"id":2,"status":200,"result":{}})");
}

TEST(BinanceWebSocket, WhatIsNoRequestIsAnErrorAndNotTheEnd) {
  World world;
  const auto socket = world.Connect("returnRateLimits=false");
  const std::string invalid =
      R"("status":400,"error":{"code":-1135,"msg":"Invalid JSON Request"}})";
  for (const std::string text :
       {"", "no", "{", "[]", "{}", R"({"id":{},"method":"ping"})",
        R"({"method":"ping","params":[]})", R"({"method":"ping","params":{"a":{"b":1}}})",
        R"({"method":"ping","params":{"a":1,"a":2}})", R"({"method":5})"}) {
    world.Say(*socket, text);
    EXPECT_EQ(socket->Take(), "{\"id\":null," + invalid) << text;
  }
  world.Say(*socket, R"({"id":3,"method":"order.guess"})");
  EXPECT_EQ(
      socket->Take(),
      R"({"id":3,"status":400,"error":{"code":-1020,"msg":"This operation is not supported."}})");
  world.Say(*socket, std::string(100'000, '['));
  EXPECT_EQ(socket->Take(), "{\"id\":null," + invalid);
}

TEST(BinanceWebSocket, OrdersArePlacedAndCancelledAsByRest) {
  World world;
  const auto socket = world.Connect("returnRateLimits=false");
  // Numbers and booleans are signed as they are written.
  world.Say(*socket, Call("\"o\"", "order.place",
                          world.SignedParams({{"symbol", "\"BTCUSDT\""},
                                              {"side", "\"BUY\""},
                                              {"type", "\"LIMIT\""},
                                              {"timeInForce", "\"GTC\""},
                                              {"quantity", "0.50"},
                                              {"price", "\"100.25\""},
                                              {"newClientOrderId", "\"ws\""},
                                              {"newOrderRespType", "\"ACK\""},
                                              {"returnRateLimits", "false"},
                                              {"recvWindow", "10000"}},
                                             world.maker)));
  EXPECT_EQ(socket->Take(),
            R"({"id":"o","status":200,"result":{"symbol":"BTCUSDT","orderId":1,"orderListId":-1,)"
            R"("clientOrderId":"ws","transactTime":1700000000000}})");
  world.Say(*socket,
            Call("2", "order.status",
                 world.SignedParams({{"symbol", "\"BTCUSDT\""}, {"orderId", "1"}}, world.maker)));
  EXPECT_TRUE(socket->Take().contains(R"("status":"NEW")"));
  world.Say(*socket,
            Call("3", "order.cancel",
                 world.SignedParams({{"symbol", "\"BTCUSDT\""}, {"orderId", "1"}}, world.maker)));
  EXPECT_TRUE(socket->Take().contains(R"("status":"CANCELED")"));
  world.Say(*socket, Call("4", "account.status", world.SignedParams({}, world.maker)));
  EXPECT_TRUE(socket->Take().contains(R"("asset":"BTC")"));
  const TestKey wrong{world.maker.api_key, "wrong"};
  world.Say(*socket, Call("5", "account.status", world.SignedParams({}, wrong)));
  EXPECT_EQ(
      socket->Take(),
      R"({"id":5,"status":400,"error":{"code":-1022,"msg":"Signature for this request is not )"
      R"(valid."}})");
}

TEST(BinanceWebSocket, AnswersForAClosedConnectionAreDropped) {
  World world;
  auto socket = world.Connect();
  world.HoldCommands(true);
  world.Say(*socket, Call("1", "order.place",
                          world.SignedParams({{"symbol", "\"BTCUSDT\""},
                                              {"side", "\"BUY\""},
                                              {"type", "\"LIMIT\""},
                                              {"timeInForce", "\"GTC\""},
                                              {"quantity", "1"},
                                              {"price", "100"}},
                                             world.maker)));
  socket->session->OnClosed();
  socket.reset();
  world.HoldCommands(false);
  world.Run();
  EXPECT_TRUE(world.Signed(HttpMethod::kGet, "/api/v3/openOrders", "", world.maker)
                  .body.contains(R"("orderId":1)"));
}

std::unique_ptr<TestSocket> Subscribed(World& world, const TestKey& key) {
  auto socket = world.Connect("returnRateLimits=false");
  world.Say(*socket, Call("1", "userDataStream.subscribe.signature", world.SignedParams({}, key)));
  EXPECT_EQ(socket->Take(), R"({"id":1,"status":200,"result":{"subscriptionId":0}})");
  return socket;
}

TEST(BinanceUserStream, AnOrderFromItsStartToItsEnd) {
  World world;
  const auto socket = Subscribed(world, world.maker);
  world.Signed(kPost, kOrder, Limit("SELL", "0.5", "100", "&newClientOrderId=mine"), world.maker);
  EXPECT_EQ(socket->Take(),
            R"({"subscriptionId":0,"event":{"e":"executionReport","E":1700000000000,"s":"BTCUSDT",)"
            R"("c":"mine","S":"SELL","o":"LIMIT","f":"GTC","q":"0.50000000","p":"100.00000000",)"
            R"("P":"0.00000000","F":"0.00000000","g":-1,"C":"","x":"NEW","X":"NEW","r":"NONE",)"
            R"("i":1,"l":"0.00000000","z":"0.00000000","L":"0.00000000","n":"0","N":null,)"
            R"("T":1700000000000,"t":-1,"I":1,"w":true,"m":false,"M":false,"O":1700000000000,)"
            R"("Z":"0.00000000","Y":"0.00000000","Q":"0.00000000","W":1700000000000,"V":"NONE"}})");
  EXPECT_EQ(socket->Take(),
            R"({"subscriptionId":0,"event":{"e":"outboundAccountPosition","E":1700000000000,)"
            R"("u":1700000000000,"B":[{"a":"USDT","f":"1000000.00000000","l":"0.00000000"},)"
            R"({"a":"BTC","f":"99.50000000","l":"0.50000000"}]}})");
  world.Signed(kPost, kOrder, Limit("BUY", "0.2", "100"), world.taker);
  const std::string trade = socket->Take();
  EXPECT_TRUE(trade.contains(R"("x":"TRADE","X":"PARTIALLY_FILLED")")) << trade;
  EXPECT_TRUE(trade.contains(R"("l":"0.20000000","z":"0.20000000","L":"100.00000000",)"
                             R"("n":"0.02000000","N":"USDT")"))
      << trade;
  EXPECT_TRUE(trade.contains(R"("t":1,)") && trade.contains(R"("m":true)")) << trade;
  EXPECT_TRUE(socket->Take().contains("outboundAccountPosition"));
  world.Signed(kDelete, kOrder, "symbol=BTCUSDT&orderId=1&newClientOrderId=bye", world.maker);
  const std::string cancel = socket->Take();
  EXPECT_TRUE(cancel.contains(R"("c":"bye",)") && cancel.contains(R"("C":"mine","x":"CANCELED")"))
      << cancel;
  EXPECT_TRUE(socket->Take().contains("outboundAccountPosition"));
  EXPECT_EQ(socket->Take(), "");
}

TEST(BinanceUserStream, PreventedQuantityStandsInItsOwnFields) {
  World world;
  world.Signed(kPost, kOrder, Limit("SELL", "0.5", "100"), world.maker);
  const auto socket = Subscribed(world, world.maker);
  world.Signed(kPost, kOrder, Limit("BUY", "0.3", "100", "&selfTradePreventionMode=EXPIRE_TAKER"),
               world.maker);
  EXPECT_TRUE(socket->Take().contains(R"("x":"NEW")"));
  const std::string prevented = socket->Take();
  EXPECT_TRUE(prevented.contains(R"("x":"TRADE_PREVENTION","X":"EXPIRED_IN_MATCH")")) << prevented;
  EXPECT_TRUE(prevented.contains(R"("l":"0.00000000")")) << prevented;
  EXPECT_TRUE(prevented.contains(
      R"("A":"0.30000000","B":"0.30000000","U":1,"Cs":"BTCUSDT","pl":"0.30000000",)"
      R"("pL":"100.00000000","pY":"30.00000000")"))
      << prevented;
}

TEST(BinanceUserStream, DepositsAreBalanceUpdates) {
  World world;
  const auto socket = Subscribed(world, world.maker);
  world.Apply(world.commands.Deposit(1, 1, 150'000'000, 1, 100));
  EXPECT_EQ(socket->Take(),
            R"({"subscriptionId":0,"event":{"e":"balanceUpdate","E":1700000000000,"a":"USDT",)"
            R"("d":"1.50000000","T":1700000000000}})");
  EXPECT_TRUE(socket->Take().contains("outboundAccountPosition"));
}

TEST(BinanceUserStream, OneOfAnAccountOnAConnectionAndItCanBeEnded) {
  World world;
  const auto socket = Subscribed(world, world.maker);
  world.Say(*socket,
            Call("2", "userDataStream.subscribe.signature", world.SignedParams({}, world.maker)));
  EXPECT_EQ(socket->Take(),
            R"({"id":2,"status":400,"error":{"code":-2035,"msg":"User Data Stream subscription )"
            R"(already active."}})");
  world.Say(*socket,
            Call("3", "userDataStream.subscribe.signature", world.SignedParams({}, world.taker)));
  EXPECT_EQ(socket->Take(), R"({"id":3,"status":200,"result":{"subscriptionId":1}})");
  world.Say(*socket, Call("4", "session.subscriptions", "{}"));
  EXPECT_EQ(socket->Take(),
            R"({"id":4,"status":200,"result":[{"subscriptionId":0},{"subscriptionId":1}]})");
  world.Say(*socket, Call("5", "userDataStream.unsubscribe", R"({"subscriptionId":9})"));
  EXPECT_TRUE(socket->Take().contains("-2036"));
  world.Say(*socket, Call("6", "userDataStream.unsubscribe", R"({"subscriptionId":0})"));
  EXPECT_EQ(socket->Take(), R"({"id":6,"status":200,"result":{}})");
  EXPECT_TRUE(
      socket->Take().contains(R"({"subscriptionId":0,"event":{"e":"eventStreamTerminated")"));
  world.Signed(kPost, kOrder, Limit("SELL", "0.5", "100"), world.maker);
  EXPECT_EQ(socket->Take(), "");
  world.Signed(kPost, kOrder, Limit("SELL", "0.5", "100"), world.taker);
  EXPECT_TRUE(socket->Take().starts_with(R"({"subscriptionId":1,)"));
}

TEST(BinanceUserStream, ARevokedKeyEndsItsStream) {
  World world;
  const auto socket = Subscribed(world, world.maker);
  world.keys.Add(world.maker, AccountId(1), kPermissionRead | kPermissionTrade, false);
  for (int i = 0; i < 100 && socket->texts.empty(); ++i) {
    world.WaitForTimer();
  }
  EXPECT_TRUE(socket->Take().contains("eventStreamTerminated"));
  world.Apply(world.commands.Deposit(1, 1, 1, 1, 100));
  EXPECT_EQ(socket->Take(), "");
}

TEST(BinanceWebSocket, SessionsHaveNoLogon) {
  World world;
  const auto socket = world.Connect("returnRateLimits=false");
  world.Say(*socket, Call("1", "session.logon", world.SignedParams({}, world.maker)));
  EXPECT_EQ(socket->Take(),
            R"({"id":1,"status":400,"error":{"code":-4056,"msg":"HMAC_SHA256 API key is not )"
            R"(supported."}})");
  world.Say(*socket, Call("2", "session.status", "{}"));
  EXPECT_EQ(socket->Take(),
            R"({"id":2,"status":200,"result":{"apiKey":null,"authorizedSince":null,)"
            R"("connectedSince":1700000000000,"returnRateLimits":false,)"
            R"("serverTime":1700000000000,"userDataStream":false}})");
  world.Say(*socket, Call("3", "userDataStream.subscribe", "{}"));
  EXPECT_TRUE(socket->Take().contains(R"("status":401)"));
}

}  // namespace
}  // namespace lockstep
