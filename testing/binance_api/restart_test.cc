// A request that is sent again after a restart gets the first answer, to the byte: whatever it was,
// whether it was done, half done or refused, and although its orders have gone on since.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "testing/binance_api/world.h"

namespace lockstep {
namespace {

constexpr HttpMethod kGet = HttpMethod::kGet;
constexpr HttpMethod kPost = HttpMethod::kPost;
constexpr HttpMethod kPut = HttpMethod::kPut;
constexpr HttpMethod kDelete = HttpMethod::kDelete;
constexpr std::string_view kOrder = "/api/v3/order";
constexpr std::string_view kAmend = "/api/v3/order/amend/keepPriority";
constexpr std::string_view kCancelReplace = "/api/v3/order/cancelReplace";
constexpr std::string_view kOpenOrders = "/api/v3/openOrders";

class BinanceRestart : public testing::Test {
 protected:
  // Requests of the taker, remembered with their answers.
  Answer Send(HttpMethod method, std::string_view path, const std::string& parameters) {
    Sent& sent = sent_.emplace_back();
    sent.method = method;
    sent.path = path;
    sent.query = world_.Sign(parameters, world_.taker);
    sent.first = world_.Send(method, path, sent.query, {}, world_.taker.api_key);
    return sent.first;
  }
  Answer Place(const std::string& parameters) {
    return Send(kPost, kOrder, "symbol=BTCUSDT&type=LIMIT&timeInForce=GTC&" + parameters);
  }
  Answer Replace(const std::string& cancel, const std::string& order) {
    return Send(kPost, kCancelReplace, "symbol=BTCUSDT&side=BUY&" + cancel + "&" + order);
  }
  void OfMaker(const std::string& parameters) {
    world_.Signed(kPost, kOrder, "symbol=BTCUSDT&timeInForce=GTC&type=LIMIT&" + parameters,
                  world_.maker);
  }

  void ExpectTheSameAfterARestart() {
    const std::string open = world_.Signed(kGet, kOpenOrders, {}, world_.taker).body;
    world_.RestartGateway();
    for (const Sent& sent : sent_) {
      const Answer again =
          world_.Send(sent.method, sent.path, sent.query, {}, world_.taker.api_key);
      EXPECT_EQ(again.status, sent.first.status) << sent.query;
      EXPECT_EQ(again.body, sent.first.body) << sent.query;
    }
    EXPECT_EQ(world_.Signed(kGet, kOpenOrders, {}, world_.taker).body, open);
  }

  World world_;

 private:
  struct Sent {
    HttpMethod method;
    std::string_view path;
    std::string query;
    Answer first;
  };
  std::vector<Sent> sent_;
};

TEST_F(BinanceRestart, Amends) {
  Place("side=BUY&quantity=5&price=80&newClientOrderId=a");
  OfMaker("side=SELL&quantity=1&price=80");
  const Answer named = Send(kPut, kAmend, "symbol=BTCUSDT&orderId=1&newQty=4&newClientOrderId=b");
  EXPECT_TRUE(named.body.contains("executionId")) << named.body;
  EXPECT_TRUE(named.body.contains(R"("origClientOrderId":"a")")) << named.body;
  EXPECT_TRUE(Send(kPut, kAmend, "symbol=BTCUSDT&orderId=1&newQty=3")
                  .body.contains(R"("status":"PARTIALLY_FILLED")"));
  EXPECT_EQ(Send(kPut, kAmend, "symbol=BTCUSDT&orderId=1&newQty=9").status, 400U);
  // The order goes on, to its end.
  OfMaker("side=SELL&quantity=1&price=80");
  Send(kDelete, kOrder, "symbol=BTCUSDT&orderId=1");
  ExpectTheSameAfterARestart();
}

TEST_F(BinanceRestart, CancelsOfMany) {
  Place("side=BUY&quantity=5&price=80");
  Place("side=BUY&quantity=5&price=81");
  OfMaker("side=SELL&quantity=1&price=81");
  EXPECT_EQ(Send(kDelete, kOpenOrders, "symbol=BTCUSDT").status, 200U);
  EXPECT_EQ(Send(kDelete, kOpenOrders, "symbol=BTCUSDT&recvWindow=5001").status, 400U);
  ExpectTheSameAfterARestart();
}

TEST_F(BinanceRestart, CancelReplacesDone) {
  Place("side=BUY&quantity=5&price=80");
  OfMaker("side=SELL&quantity=1&price=80");
  const std::string rests = "type=LIMIT&timeInForce=GTC&quantity=2&price=79&newClientOrderId=n";
  EXPECT_EQ(Replace("cancelReplaceMode=STOP_ON_FAILURE&cancelOrderId=1", rests).status, 200U);
  // By the same name as the one that it cancels; and this one trades at once.
  OfMaker("side=SELL&quantity=1&price=82");
  EXPECT_TRUE(Replace("cancelReplaceMode=STOP_ON_FAILURE&cancelOrigClientOrderId=n",
                      "type=LIMIT&timeInForce=GTC&quantity=3&price=82&newClientOrderId=n")
                  .body.contains("tradeId"));
  OfMaker("side=SELL&quantity=1&price=82");
  ExpectTheSameAfterARestart();
}

TEST_F(BinanceRestart, CancelReplacesHalfDone) {
  Place("side=BUY&quantity=5&price=80");
  OfMaker("side=SELL&quantity=1&price=150");
  const std::string good = "type=LIMIT&timeInForce=GTC&quantity=1&price=70";
  EXPECT_EQ(Replace("cancelReplaceMode=ALLOW_FAILURE&cancelOrderId=99", good).status, 409U);
  EXPECT_EQ(Replace("cancelReplaceMode=STOP_ON_FAILURE&cancelOrderId=1",
                    "type=LIMIT_MAKER&quantity=1&price=200")
                .status,
            409U);
  ExpectTheSameAfterARestart();
}

TEST_F(BinanceRestart, CancelReplacesRefused) {
  Place("side=BUY&quantity=5&price=80&newClientOrderId=a");
  Place("side=BUY&quantity=5&price=80&newClientOrderId=b");
  OfMaker("side=SELL&quantity=1&price=150");
  const std::string good = "type=LIMIT&timeInForce=GTC&quantity=1&price=70";
  const std::string taking = "type=LIMIT_MAKER&quantity=1&price=200";
  const std::string small = "type=LIMIT&timeInForce=GTC&quantity=0.00001&price=90";
  EXPECT_TRUE(Replace("cancelReplaceMode=STOP_ON_FAILURE&cancelOrderId=99", good)
                  .body.contains("NOT_ATTEMPTED"));
  EXPECT_TRUE(
      Replace("cancelReplaceMode=ALLOW_FAILURE&cancelOrderId=99", taking).body.contains("-2010"));
  EXPECT_TRUE(
      Replace("cancelReplaceMode=ALLOW_FAILURE&cancelOrderId=1&cancelOrigClientOrderId=b", taking)
          .body.contains("-2039"));
  EXPECT_TRUE(Replace("cancelReplaceMode=ALLOW_FAILURE&cancelOrderId=1", small)
                  .body.starts_with(R"({"code":-1013)"));
  ExpectTheSameAfterARestart();
}

TEST_F(BinanceRestart, OrdersByQuoteQuantity) {
  OfMaker("side=SELL&quantity=1&price=100");
  EXPECT_EQ(Send(kPost, kOrder, "symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=20").status,
            200U);
  ExpectTheSameAfterARestart();
}

}  // namespace
}  // namespace lockstep
