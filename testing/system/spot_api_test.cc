// Our own REST and WebSocket clients against the real executable.
#include "client/spot_api.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "client/stream_client.h"
#include "testing/system/system_fixture.h"

namespace lockstep::testing_system {
namespace {

constexpr std::int64_t kTimeoutMs = 20'000;
constexpr std::int64_t kPriceE8 = 60'000'00'000'000;
constexpr std::int64_t kQuantityE8 = 1'000'000;

OrderFields Limit(std::string_view side) {
  return {.symbol = "BTCUSDT",
          .side = side,
          .type = "LIMIT",
          .time_in_force = "GTC",
          .price_e8 = kPriceE8,
          .quantity_e8 = kQuantityE8,
          .client_order_id = {}};
}

class SpotApiTest : public SystemTest {
 protected:
  void SetUp() override {
    exchange_ = StartExchange();
    ASSERT_NE(exchange_, nullptr);
    const auto keys = ReadKeysFile(exchange_->keys_path());
    ASSERT_TRUE(keys);
    keys_ = *keys;
    maker_ = std::make_unique<SpotApi>(exchange_->http_address(), keys_.maker);
    taker_ = std::make_unique<SpotApi>(exchange_->http_address(), keys_.taker);
  }

  // The next message that holds `text`; a failure when none comes.
  static std::string Await(StreamClient& stream, std::string_view text) {
    for (;;) {
      const auto message = stream.Receive(kTimeoutMs);
      if (!message) {
        ADD_FAILURE() << "no " << text << ": " << message.error().message();
        return {};
      }
      if (message->contains(text)) {
        return std::string(*message);
      }
    }
  }

  std::unique_ptr<LocalExchange> exchange_;
  KeysFile keys_;
  std::unique_ptr<SpotApi> maker_;
  std::unique_ptr<SpotApi> taker_;
};

TEST_F(SpotApiTest, TwoTrade) {
  const auto symbol = maker_->Symbol("BTCUSDT");
  ASSERT_TRUE(symbol) << symbol.error().message();
  EXPECT_EQ(symbol->tick_e8, 1'000'000);
  EXPECT_EQ(symbol->lot_e8, 1'000);
  EXPECT_GT(maker_->ServerTimeMs().value_or(0), 1'700'000'000'000);
  const auto sell = maker_->PlaceOrder(Limit("SELL"));
  ASSERT_TRUE(sell) << sell.error().message();
  const auto depth = taker_->Depth("BTCUSDT", 5);
  ASSERT_TRUE(depth) << depth.error().message();
  EXPECT_EQ(depth->asks, std::vector<SpotDepth::Level>({{kPriceE8, kQuantityE8}}));
  EXPECT_TRUE(depth->bids.empty());
  auto half = Limit("BUY");
  half.quantity_e8 /= 2;
  const auto buy = taker_->PlaceOrder(half);
  ASSERT_TRUE(buy) << buy.error().message();
  EXPECT_EQ(buy->status, "FILLED");
  ASSERT_EQ(buy->fills.size(), 1U);
  const auto trades = maker_->MyTrades("BTCUSDT", 0);
  ASSERT_TRUE(trades) << trades.error().message();
  ASSERT_EQ(trades->size(), 1U);
  EXPECT_EQ(trades->front().trade_id, buy->fills.front().trade_id);
  EXPECT_TRUE(trades->front().is_maker);
  const auto open = maker_->OpenOrders("BTCUSDT");
  ASSERT_TRUE(open && open->size() == 1);
  EXPECT_EQ(open->front().executed_e8, half.quantity_e8);
  const auto cancelled = maker_->CancelOrder("BTCUSDT", sell->order_id);
  ASSERT_TRUE(cancelled) << cancelled.error().message();
  EXPECT_EQ(cancelled->status, "CANCELED");
  const auto again = maker_->CancelOrder("BTCUSDT", sell->order_id);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message(), "-2011 Unknown order sent.");
  EXPECT_EQ(maker_->AllOrders("BTCUSDT", 0)->size(), 1U);
}

TEST_F(SpotApiTest, OrdersAreReplacedAndTakenBack) {
  const auto first = maker_->PlaceOrder(Limit("BUY"));
  ASSERT_TRUE(first) << first.error().message();
  const auto second = maker_->ReplaceOrder(first->order_id, Limit("BUY"));
  ASSERT_TRUE(second && second->cancelled && second->placed);
  const auto third = maker_->ReplaceOrder(first->order_id, Limit("BUY"));
  ASSERT_TRUE(third && third->placed);
  EXPECT_FALSE(third->cancelled);
  EXPECT_EQ(maker_->CancelOpenOrders("BTCUSDT")->size(), 2U);
  EXPECT_TRUE(maker_->CancelOpenOrders("BTCUSDT")->empty());
  const auto balances = maker_->Account();
  ASSERT_TRUE(balances);
  for (const SpotBalance& balance : *balances) {
    EXPECT_EQ(balance.locked_e8, 0) << balance.asset;
  }
}

TEST_F(SpotApiTest, AKeyThatIsNotKnownIsRefused) {
  Credentials wrong = keys_.maker;
  wrong.api_secret += "x";
  EXPECT_EQ(SpotApi(exchange_->http_address(), wrong).Account().error().message(),
            "-1022 Signature for this request is not valid.");
  const auto stream = OpenUserDataStream(exchange_->http_address(), wrong);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(stream.error().message().contains("-1022")) << stream.error().message();
}

TEST_F(SpotApiTest, StreamsTellOfATrade) {
  auto reports = OpenUserDataStream(exchange_->http_address(), keys_.maker);
  ASSERT_TRUE(reports) << reports.error().message();
  auto market = StreamClient::Open(exchange_->http_address(), "/ws");
  ASSERT_TRUE(market) << market.error().message();
  ASSERT_TRUE((*market)->Send(R"({"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1})").ok());
  Await(**market, R"("result":null)");
  EXPECT_EQ((*market)->Receive(0).error().code(), StatusCode::kUnavailable);
  const auto sell = maker_->PlaceOrder(Limit("SELL"));
  ASSERT_TRUE(sell);
  ASSERT_TRUE(taker_->PlaceOrder(Limit("BUY")));
  EXPECT_TRUE(Await(**market, R"("e":"trade")").contains(R"("p":"60000.00000000")"));
  Await(**reports, R"("x":"NEW")");
  const auto report = ParseReport(Await(**reports, R"("x":"TRADE")"));
  ASSERT_TRUE(report && *report);
  EXPECT_EQ((*report)->order.order_id, sell->order_id);
  EXPECT_EQ((*report)->order.status, "FILLED");
  EXPECT_EQ((*report)->last_quantity_e8, kQuantityE8);
}

TEST_F(SpotApiTest, AStreamTellsThatTheExchangeIsGone) {
  auto market = StreamClient::Open(exchange_->http_address(), "/ws/btcusdt@trade");
  ASSERT_TRUE(market) << market.error().message();
  exchange_->Kill();
  EXPECT_EQ((*market)->Receive(kTimeoutMs).error().code(), StatusCode::kIoError);
  EXPECT_FALSE((*market)->Send("{}").ok());
  const auto again = StreamClient::Open(exchange_->http_address(), "/ws");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), StatusCode::kIoError);
}

TEST_F(SpotApiTest, APathWithoutWebSocketsIsRefused) {
  const auto stream = StreamClient::Open(exchange_->http_address(), "/api/v3/time");
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code(), StatusCode::kInvalidArgument) << stream.error().message();
  EXPECT_EQ(StreamClient::Open("nowhere", "/ws").error().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lockstep::testing_system
