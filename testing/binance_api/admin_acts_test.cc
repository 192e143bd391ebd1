// What operators do, over the real engine: every act with its answer, its effect and its lines in
// the audit log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "testing/binance_api/world.h"

namespace lockstep {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr HttpMethod kGet = HttpMethod::kGet;
constexpr HttpMethod kPost = HttpMethod::kPost;
constexpr HttpMethod kPut = HttpMethod::kPut;
constexpr HttpMethod kDelete = HttpMethod::kDelete;
constexpr std::int64_t kMillisecondNs = 1'000'000;
constexpr std::string_view kClosed = R"({"code":-2010,"msg":"Market is closed."})";
constexpr std::string_view kDisabled =
    R"({"code":-2010,"msg":"This action is disabled on this account."})";

std::string Limit(const std::string& side, const std::string& price,
                  const std::string& symbol = "BTCUSDT") {
  return "symbol=" + symbol + "&side=" + side +
         "&type=LIMIT&timeInForce=GTC&quantity=1&price=" + price;
}

class AdminActs : public ::testing::Test {
 protected:
  // Each request at a time of its own: the same bytes would be the same request.
  Answer Act(HttpMethod method, std::string_view path, const std::string& query) {
    world_.clock.AdvanceNs(kMillisecondNs);
    return world_.Signed(method, path, query, world_.admin);
  }
  Answer Place(const std::string& query) {
    world_.clock.AdvanceNs(kMillisecondNs);
    return world_.Signed(kPost, "/api/v3/order", query, world_.maker);
  }
  std::string Read(std::string_view path, const std::string& query) {
    return Act(kGet, path, query).body;
  }
  void AddEther() {
    ASSERT_EQ(Act(kPost, "/admin/v1/asset", "asset=ETH&scale=8").status, 200U);
    ASSERT_EQ(Act(kPost, "/admin/v1/symbol",
                  "symbol=ETHUSDT&baseAsset=ETH&quoteAsset=USDT&priceScale=2&quantityScale=4")
                  .status,
              200U);
  }

  World world_;
};

TEST_F(AdminActs, AnAssetAndASymbolThatTradesAtOnce) {
  const Answer asset = Act(kPost, "/admin/v1/asset", "asset=ETH&scale=8");
  EXPECT_EQ(asset.status, 200U);
  EXPECT_THAT(asset.body,
              HasSubstr(R"({"act":"CREATE_ASSET","asset":"ETH","assetId":3,"scale":8,)"));
  EXPECT_EQ(Read("/admin/v1/assets", ""),
            R"([{"asset":"USDT","assetId":1,"scale":8},{"asset":"BTC","assetId":2,"scale":8},)"
            R"({"asset":"ETH","assetId":3,"scale":8}])");

  const Answer symbol =
      Act(kPost, "/admin/v1/symbol",
          "symbol=ETHUSDT&baseAsset=ETH&quoteAsset=USDT&priceScale=2&quantityScale=4&tickSize=0.05&"
          "minPrice=1&maxPrice=100000&stepSize=0.01&minQty=0.02&maxQty=500&minNotional=10&"
          "maxNotional=1000000&bidMultiplierUp=5&bidMultiplierDown=0.2&askMultiplierUp=4&"
          "askMultiplierDown=0.25&maxNumOrders=7&makerFee=-0.0001&takerFee=0.0004");
  EXPECT_EQ(symbol.status, 200U);
  const std::string members =
      R"("symbol":"ETHUSDT","symbolId":2,"status":"TRADING","baseAsset":"ETH","quoteAsset":"USDT",)"
      R"("priceScale":2,"quantityScale":4,"makerFee":"-0.00010000","takerFee":"0.00040000",)"
      R"("tickSize":"0.05000000","minPrice":"1.00000000","maxPrice":"100000.00000000",)"
      R"("stepSize":"0.01000000","minQty":"0.02000000","maxQty":"500.00000000",)"
      R"("minNotional":"10.00000000","maxNotional":"1000000.00000000",)"
      R"("bidMultiplierUp":"5.00000000","bidMultiplierDown":"0.20000000",)"
      R"("askMultiplierUp":"4.00000000","askMultiplierDown":"0.25000000","maxNumOrders":7)";
  EXPECT_THAT(symbol.body, HasSubstr(R"({"act":"CREATE_SYMBOL",)" + members + ","));
  EXPECT_EQ(Read("/admin/v1/symbols", "symbol=ETHUSDT"), "[{" + members + "}]");
  EXPECT_EQ(Place(Limit("BUY", "100.05", "ETHUSDT")).status, 200U);
  EXPECT_EQ(Place(Limit("BUY", "100.01", "ETHUSDT")).body,
            R"({"code":-1013,"msg":"Filter failure: PRICE_FILTER"})");
}

TEST_F(AdminActs, ASymbolMayBeginInAnyStatus) {
  ASSERT_EQ(Act(kPost, "/admin/v1/asset", "asset=ETH&scale=8&assetId=77").status, 200U);
  const Answer made = Act(kPost, "/admin/v1/symbol",
                          "symbol=ETHUSDT&baseAsset=ETH&quoteAsset=USDT&priceScale=2&"
                          "quantityScale=4&status=HALT&symbolId=9");
  EXPECT_THAT(made.body, HasSubstr(R"("symbolId":9,"status":"HALT")"));
  EXPECT_EQ(Place(Limit("BUY", "100", "ETHUSDT")).body, kClosed);
}

TEST_F(AdminActs, EachStatusHasItsMeaning) {
  ASSERT_EQ(Place(Limit("BUY", "100") + "&newClientOrderId=early").status, 200U);
  const auto set = [&](const std::string& status) {
    const Answer answer = Act(kPut, "/admin/v1/symbol/status", "symbol=BTCUSDT&status=" + status);
    EXPECT_EQ(answer.status, 200U) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(R"({"act":"SET_SYMBOL_STATUS","status":")" + status +
                                       R"(","symbols":["BTCUSDT"],)"));
  };
  set("POST_ONLY");
  EXPECT_EQ(Place("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1").status, 400U);
  EXPECT_EQ(Place("symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=1&price=90").status, 200U);
  set("CANCEL_ONLY");
  EXPECT_EQ(Place(Limit("BUY", "99")).body, kClosed);
  EXPECT_EQ(
      world_
          .Signed(kDelete, "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=early", world_.maker)
          .status,
      200U);
  set("HALT");
  EXPECT_EQ(Place(Limit("BUY", "99")).body, kClosed);
  set("TRADING");
  EXPECT_EQ(Place(Limit("BUY", "99")).status, 200U);
}

TEST_F(AdminActs, HaltAllAndResumeLeaveClosedMarketsClosed) {
  AddEther();
  ASSERT_EQ(Act(kPost, "/admin/v1/symbol",
                "symbol=ETHBTC&baseAsset=ETH&quoteAsset=BTC&priceScale=4&quantityScale=4&"
                "status=CLOSED")
                .status,
            200U);
  ASSERT_EQ(Act(kPut, "/admin/v1/symbol/status", "symbol=ETHUSDT&status=POST_ONLY").status, 200U);
  EXPECT_THAT(Act(kPut, "/admin/v1/symbol/status", "all=true&from=TRADING&status=HALT").body,
              HasSubstr(R"("symbols":["BTCUSDT"])"));
  EXPECT_THAT(Act(kPut, "/admin/v1/symbol/status", "all=true&status=HALT").body,
              HasSubstr(R"("status":"HALT","symbols":["BTCUSDT","ETHUSDT"])"));
  EXPECT_EQ(Place(Limit("BUY", "100")).body, kClosed);
  EXPECT_EQ(Place(Limit("BUY", "100", "ETHUSDT")).body, kClosed);
  EXPECT_THAT(Act(kPut, "/admin/v1/symbol/status", "all=true&from=HALT&status=TRADING").body,
              HasSubstr(R"("symbols":["BTCUSDT","ETHUSDT"])"));
  EXPECT_EQ(Place(Limit("BUY", "100")).status, 200U);
  EXPECT_THAT(Read("/admin/v1/symbols", "symbol=ETHBTC"), HasSubstr(R"("status":"CLOSED")"));
  EXPECT_THAT(Act(kPut, "/admin/v1/symbol/status", "all=true&from=HALT&status=TRADING").body,
              HasSubstr(R"("symbols":[],"audit":)"));
}

TEST_F(AdminActs, FiltersAndFeesChangeWithoutTheOtherHalf) {
  EXPECT_EQ(Act(kPut, "/admin/v1/symbol/filters", "symbol=BTCUSDT&maxQty=2&tickSize=0.5").status,
            200U);
  EXPECT_EQ(Act(kPut, "/admin/v1/symbol/fees", "symbol=BTCUSDT&takerFee=0.002").status, 200U);
  EXPECT_EQ(Act(kPut, "/admin/v1/symbol/filters", "symbol=BTCUSDT&minQty=0.5").status, 200U);
  const std::string rules = Read("/admin/v1/symbols", "symbol=BTCUSDT");
  EXPECT_THAT(rules, HasSubstr(R"("makerFee":"0.00100000","takerFee":"0.00200000")"));
  EXPECT_THAT(rules, HasSubstr(R"("tickSize":"0.50000000")"));
  EXPECT_THAT(rules, HasSubstr(R"("minQty":"0.50000000","maxQty":"2.00000000")"));
  EXPECT_THAT(rules, HasSubstr(R"("minNotional":"5.00000000")"));
  EXPECT_EQ(Place("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=3&price=100").body,
            R"({"code":-1013,"msg":"Filter failure: LOT_SIZE"})");
  EXPECT_EQ(Act(kPut, "/admin/v1/symbol/filters", "symbol=BTCUSDT&maxQty=0").status, 200U);
  EXPECT_EQ(Place("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=3&price=100").status,
            200U);
}

TEST_F(AdminActs, TwoChangesOfOneSymbolsRulesAtOnceDoNotUndoEachOther) {
  const std::string filters = world_.Sign("symbol=BTCUSDT&maxQty=2", world_.admin);
  const std::string fees = world_.Sign("symbol=BTCUSDT&takerFee=0.002", world_.admin);
  const auto first =
      world_.Start(kPut, "/admin/v1/symbol/filters", {}, filters, world_.admin.api_key);
  const auto second = world_.Start(kPut, "/admin/v1/symbol/fees", {}, fees, world_.admin.api_key);
  world_.RunUntilAnswered(*first);
  EXPECT_EQ(first->status, 200U);
  EXPECT_EQ(second->status, 409U);
  EXPECT_THAT(second->body, HasSubstr("-9009"));
  // The refused one was not begun: its bytes may be sent again.
  EXPECT_EQ(world_.Send(kPut, "/admin/v1/symbol/fees", {}, fees, world_.admin.api_key).status,
            200U);
  const std::string rules = Read("/admin/v1/symbols", "symbol=BTCUSDT");
  EXPECT_THAT(rules, HasSubstr(R"("takerFee":"0.00200000")"));
  EXPECT_THAT(rules, HasSubstr(R"("maxQty":"2.00000000")"));
}

TEST_F(AdminActs, AnAccountFromItsOpeningToItsEnd) {
  const Answer made = Act(kPost, "/admin/v1/account", "accountId=50");
  EXPECT_EQ(made.status, 200U);
  EXPECT_THAT(made.body, HasSubstr(R"({"act":"CREATE_ACCOUNT","accountId":50,"status":"ACTIVE",)"));
  const Answer deposit =
      Act(kPost, "/admin/v1/deposit", "accountId=50&asset=USDT&amount=12.5&source=3&number=1");
  EXPECT_THAT(
      deposit.body,
      HasSubstr(
          R"({"act":"DEPOSIT","accountId":50,"asset":"USDT","amount":"12.50000000","source":3,)"
          R"("number":1,"alreadyApplied":false,"free":"12.50000000","locked":"0.00000000",)"));
  const Answer withdrawal =
      Act(kPost, "/admin/v1/withdrawal", "accountId=50&asset=USDT&amount=2.5&source=3&number=2");
  EXPECT_THAT(withdrawal.body,
              HasSubstr(R"("alreadyApplied":false,"free":"10.00000000","locked":"0.00000000",)"));
  EXPECT_EQ(Read("/admin/v1/account", "accountId=50"),
            R"({"accountId":50,"status":"ACTIVE","openOrders":0,"moreOpenOrders":false,)"
            R"("balances":[{"asset":"USDT","free":"10.00000000","locked":"0.00000000"}]})");
  EXPECT_THAT(Act(kPut, "/admin/v1/account/status", "accountId=50&status=DISABLED").body,
              HasSubstr(R"({"act":"SET_ACCOUNT_STATUS","accountId":50,"status":"DISABLED",)"
                        R"("cancelledOrders":0,)"));
  EXPECT_THAT(Read("/admin/v1/account", "accountId=50"), HasSubstr(R"("status":"DISABLED")"));
}

TEST_F(AdminActs, DepositsAndWithdrawalsAreAppliedOnceForEachNumber) {
  const std::string deposit = "accountId=1&asset=USDT&amount=1&source=3&number=10";
  const std::string withdrawal = "accountId=1&asset=USDT&amount=1&source=3&number=11";
  EXPECT_THAT(Act(kPost, "/admin/v1/deposit", deposit).body,
              HasSubstr(R"("alreadyApplied":false,"free":"1000001.00000000")"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Act(kPost, "/admin/v1/deposit", deposit).body,
                HasSubstr(R"("alreadyApplied":true,"free":"1000001.00000000")"));
  }
  EXPECT_THAT(Act(kPost, "/admin/v1/withdrawal", withdrawal).body,
              HasSubstr(R"("alreadyApplied":false,"free":"1000000.00000000")"));
  EXPECT_THAT(Act(kPost, "/admin/v1/withdrawal", withdrawal).body,
              HasSubstr(R"("alreadyApplied":true,"free":"1000000.00000000")"));
  EXPECT_THAT(world_.AuditLines().back(), HasSubstr(R"("alreadyApplied":true)"));
}

TEST_F(AdminActs, ADisabledAccountLosesItsOrdersAndMayOnlyCancel) {
  AddEther();
  for (const char* price : {"90", "91", "92"}) {
    ASSERT_EQ(Place(Limit("BUY", price)).status, 200U);
  }
  ASSERT_EQ(Place(Limit("BUY", "5", "ETHUSDT")).status, 200U);
  EXPECT_THAT(Read("/admin/v1/account", "accountId=1"), HasSubstr(R"("openOrders":4)"));
  const Answer disabled = Act(kPut, "/admin/v1/account/status", "accountId=1&status=DISABLED");
  EXPECT_THAT(disabled.body, HasSubstr(R"("cancelledOrders":4)"));
  EXPECT_THAT(Read("/admin/v1/account", "accountId=1"),
              HasSubstr(R"("status":"DISABLED","openOrders":0)"));
  EXPECT_EQ(Place(Limit("BUY", "90")).body, kDisabled);
  EXPECT_EQ(world_.Signed(kGet, "/api/v3/openOrders", "symbol=BTCUSDT", world_.maker).body, "[]");
  EXPECT_EQ(world_.Signed(kDelete, "/api/v3/openOrders", "symbol=BTCUSDT", world_.maker).body,
            R"({"code":-2011,"msg":"Unknown order sent."})")
      << "a cancel passes: there was nothing to cancel";
  // The other account goes on.
  EXPECT_EQ(world_.Signed(kPost, "/api/v3/order", Limit("BUY", "90"), world_.taker).status, 200U);
  EXPECT_THAT(Act(kPut, "/admin/v1/account/status", "accountId=1&status=ACTIVE").body,
              Not(HasSubstr("cancelledOrders")));
  EXPECT_EQ(Place(Limit("BUY", "90")).status, 200U);
}

TEST_F(AdminActs, EveryActHasItsIntentAndItsOutcome) {
  ASSERT_EQ(Act(kPost, "/admin/v1/account", "accountId=50").status, 200U);
  ASSERT_EQ(Act(kPost, "/admin/v1/account", "accountId=50").status, 409U);
  const std::vector<std::string> lines = world_.AuditLines();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_THAT(lines[0],
              HasSubstr(R"("kind":"INTENT","by":"HTTP","apiKey":")" + world_.admin.api_key +
                        R"(","account":9,"peer":"10.0.0.1","act":"CREATE_ACCOUNT",)"
                        R"("parameters":{"accountId":"50"},"hash":)"));
  EXPECT_THAT(lines[1], HasSubstr(R"("kind":"DONE","intent":1,"position":)"));
  EXPECT_THAT(lines[2], HasSubstr(R"("kind":"INTENT")"));
  EXPECT_THAT(lines[3], HasSubstr(R"("kind":"REFUSED","intent":3,"position":)"));
  EXPECT_THAT(lines[3], HasSubstr(R"("code":-9003,"reason":"There is one already, by id or by )"
                                  R"(name: account 50.")"));
  for (const std::string& line : lines) {
    EXPECT_THAT(line, Not(HasSubstr(world_.admin.secret)));
    EXPECT_THAT(line, Not(HasSubstr("signature")));
  }
}

TEST_F(AdminActs, TheAuditLogIsReadInPages) {
  for (int i = 0; i < 30; ++i) {
    ASSERT_EQ(Act(kPost, "/admin/v1/account", "accountId=" + std::to_string(100 + i)).status, 200U);
  }
  const std::vector<std::string> lines = world_.AuditLines();
  ASSERT_EQ(lines.size(), 60U);
  EXPECT_EQ(Read("/admin/v1/audit", "from=7&limit=2"), "[" + lines[6] + "," + lines[7] + "]");
  EXPECT_EQ(Read("/admin/v1/audit", "limit=1"), "[" + lines[59] + "]");
  EXPECT_EQ(Read("/admin/v1/audit", "from=61"), "[]");
  EXPECT_THAT(Read("/admin/v1/audit", ""), HasSubstr(lines[0]));
}

TEST_F(AdminActs, TheSameBytesAgainGetTheFirstAnswerAndNoLine) {
  const std::string text = world_.Sign("accountId=50", world_.admin);
  const auto send = [&] {
    return world_.Send(kPost, "/admin/v1/account", {}, text, world_.admin.api_key);
  };
  const Answer first = send();
  ASSERT_EQ(first.status, 200U);
  const Answer second = send();
  EXPECT_EQ(second.status, 200U);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(world_.AuditLines().size(), 2U);
  // Both before the first is answered.
  const std::string other = world_.Sign("accountId=51", world_.admin);
  const auto one = world_.Start(kPost, "/admin/v1/account", {}, other, world_.admin.api_key);
  const auto two = world_.Start(kPost, "/admin/v1/account", {}, other, world_.admin.api_key);
  world_.RunUntilAnswered(*one);
  EXPECT_EQ(one->status, 200U);
  EXPECT_EQ(two->body, one->body);
  EXPECT_EQ(world_.AuditLines().size(), 4U);
}

TEST_F(AdminActs, TheSameBytesAgainAfterARestartDoNothingTwice) {
  ASSERT_EQ(Place(Limit("BUY", "90")).status, 200U);
  const std::string disable = world_.Sign("accountId=1&status=DISABLED", world_.admin);
  const std::string deposit =
      world_.Sign("accountId=2&asset=USDT&amount=5&source=4&number=1", world_.admin);
  const std::string& key = world_.admin.api_key;
  EXPECT_THAT(world_.Send(kPut, "/admin/v1/account/status", {}, disable, key).body,
              HasSubstr(R"("cancelledOrders":1)"));
  ASSERT_EQ(world_.Send(kPost, "/admin/v1/deposit", {}, deposit, key).status, 200U);
  ASSERT_EQ(Act(kPut, "/admin/v1/account/status", "accountId=1&status=ACTIVE").status, 200U);
  world_.RestartGateway();
  EXPECT_THAT(world_.Send(kPut, "/admin/v1/account/status", {}, disable, key).body,
              HasSubstr(R"("cancelledOrders":1)"));
  EXPECT_THAT(Read("/admin/v1/account", "accountId=1"), HasSubstr(R"("status":"ACTIVE")"))
      << "an old request must not disable the account again";
  const Answer again = world_.Send(kPost, "/admin/v1/deposit", {}, deposit, key);
  EXPECT_EQ(again.status, 200U);
  EXPECT_THAT(again.body, HasSubstr(R"("alreadyApplied":true)"));
  EXPECT_THAT(Read("/admin/v1/account", "accountId=2"),
              HasSubstr(R"({"asset":"USDT","free":"1000005.00000000")"));
}

}  // namespace
}  // namespace lockstep
