// What operators' requests are refused for: exact status, code and text; nothing is changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "gateway/admin/admin_audit.h"
#include "gateway/admin/admin_endpoint.h"
#include "testing/binance_api/world.h"

namespace lockstep {
namespace {

using ::testing::HasSubstr;

constexpr HttpMethod kGet = HttpMethod::kGet;
constexpr HttpMethod kPost = HttpMethod::kPost;
constexpr HttpMethod kPut = HttpMethod::kPut;
constexpr std::string_view kAsset = "/admin/v1/asset";
constexpr std::string_view kSymbol = "/admin/v1/symbol";
constexpr std::string_view kStatus = "/admin/v1/symbol/status";
constexpr std::string_view kFilters = "/admin/v1/symbol/filters";
constexpr std::string_view kFees = "/admin/v1/symbol/fees";
constexpr std::string_view kAccount = "/admin/v1/account";
constexpr std::string_view kDeposit = "/admin/v1/deposit";
constexpr std::string_view kWithdrawal = "/admin/v1/withdrawal";

struct Case {
  HttpMethod method;
  std::string_view path;
  std::string query;
  unsigned status;
  int code;
  std::string text;
};

std::string Error(int code, const std::string& message) {
  return "{\"code\":" + std::to_string(code) + ",\"msg\":\"" + message + "\"}";
}

std::string Invalid(const std::string& name) {
  return "Data sent for parameter '" + name + "' is not valid.";
}

std::string Mandatory(const std::string& name) {
  return "Mandatory parameter '" + name + "' was not sent, was empty/null, or malformed.";
}

TEST(AdminRefusals, OfEveryParameter) {
  const std::string eth =
      "symbol=ETHUSDT&baseAsset=BTC&quoteAsset=USDT&priceScale=2&quantityScale=5";
  const std::string funds = "accountId=1&asset=USDT&source=3";
  const std::string name_range =
      "Illegal characters found in parameter 'asset'; legal range is '^[A-Z0-9-_.]{1,16}$'.";
  const std::vector<Case> cases = {
      {kPost, kAsset, "", 400, -1102, Mandatory("asset")},
      {kPost, kAsset, "asset=eth&scale=8", 400, -1100, name_range},
      {kPost, kAsset, "asset=ABCDEFGHIJKLMNOPQ&scale=8", 400, -1100, name_range},
      {kPost, kAsset, "asset=ETH", 400, -1102, Mandatory("scale")},
      {kPost, kAsset, "asset=ETH&scale=9", 400, -1130, Invalid("scale")},
      {kPost, kAsset, "asset=ETH&scale=x", 400, -1100,
       "Illegal characters found in parameter 'scale'; legal range is '^[0-9]{1,20}$'."},
      {kPost, kAsset, "asset=ETH&scale=8&assetId=0", 400, -1130, Invalid("assetId")},
      {kPost, kAsset, "asset=ETH&scale=8&assetId=4294967296", 400, -1130, Invalid("assetId")},
      {kPost, kAsset, "asset=BTC&scale=8", 409, -9003,
       "There is one already, by id or by name: BTC."},
      {kPost, kAsset, "asset=ETH&scale=8&assetId=1", 409, -9003,
       "There is one already, by id or by name: ETH."},
      {kPost, kAsset, "asset=ETH&scale=8&colour=red", 400, -1104,
       "Not all sent parameters were read; read '4' parameter(s) but was sent '5'."},
      {kPost, kSymbol, "symbol=ETHUSDT&baseAsset=ETH&quoteAsset=USDT", 404, -9002,
       "No such asset: ETH."},
      {kPost, kSymbol, "symbol=BTCBTC&baseAsset=BTC&quoteAsset=BTC", 400, -1130,
       Invalid("quoteAsset")},
      {kPost, kSymbol, "symbol=ETHUSDT&baseAsset=BTC&quoteAsset=USDT&priceScale=2", 400, -1102,
       Mandatory("quantityScale")},
      {kPost, kSymbol, "symbol=E&baseAsset=BTC&quoteAsset=USDT&priceScale=2&quantityScale=9", 400,
       -1130, Invalid("quantityScale")},
      {kPost, kSymbol, "symbol=E&baseAsset=BTC&quoteAsset=USDT&priceScale=9&quantityScale=5", 400,
       -1130, Invalid("priceScale")},
      {kPost, kSymbol, eth + "&status=OPEN", 400, -1130, Invalid("status")},
      {kPost, kSymbol, eth + "&tickSize=0.001", 400, -1111,
       "Parameter 'tickSize' has too much precision."},
      {kPost, kSymbol, eth + "&tickSize=-1", 400, -1130, Invalid("tickSize")},
      {kPost, kSymbol, eth + "&tickSize=1e5", 400, -1100,
       "Illegal characters found in parameter 'tickSize'; legal range is "
       "'^-?([0-9]{1,20})(\\\\.[0-9]{1,20})?$'."},
      {kPost, kSymbol, eth + "&minPrice=2&maxPrice=1", 400, -1130, Invalid("maxPrice")},
      {kPost, kSymbol, eth + "&minQty=2&maxQty=1", 400, -1130, Invalid("maxQty")},
      {kPost, kSymbol, eth + "&minNotional=2&maxNotional=1", 400, -1130, Invalid("maxNotional")},
      {kPost, kSymbol, eth + "&maxPrice=999999999999999999999999999999", 400, -1130,
       Invalid("maxPrice")},
      {kPost, kSymbol, eth + "&bidMultiplierUp=5000", 400, -1130, Invalid("bidMultiplierUp")},
      {kPost, kSymbol, eth + "&makerFee=1.1", 400, -1130, Invalid("makerFee")},
      {kPost, kSymbol, eth + "&takerFee=-1.1", 400, -1130, Invalid("takerFee")},
      {kPost, kSymbol, eth + "&takerFee=0.0000001", 400, -1111,
       "Parameter 'takerFee' has too much precision."},
      {kPost, kSymbol, "symbol=BTCUSDT&" + eth.substr(eth.find("base")), 409, -9003,
       "There is one already, by id or by name: BTCUSDT."},
      {kPut, kStatus, "status=HALT", 400, -1102, Mandatory("symbol")},
      {kPut, kStatus, "symbol=NOPE&status=HALT", 400, -1121, "Invalid symbol."},
      {kPut, kStatus, "symbol=BTCUSDT", 400, -1102, Mandatory("status")},
      {kPut, kStatus, "symbol=BTCUSDT&status=NONE", 400, -1130, Invalid("status")},
      {kPut, kStatus, "all=true&symbol=BTCUSDT&status=HALT", 400, -1106,
       "Parameter 'symbol' sent when not required."},
      {kPut, kStatus, "symbol=BTCUSDT&from=HALT&status=HALT", 400, -1106,
       "Parameter 'from' sent when not required."},
      {kPut, kStatus, "all=perhaps&status=HALT", 400, -1100,
       "Illegal characters found in parameter 'all'; legal range is 'true|false'."},
      {kPut, kFilters, "symbol=BTCUSDT", 400, -9011, "Nothing is given that could be changed."},
      {kPut, kFilters, "symbol=BTCUSDT&makerFee=0.1", 400, -9011,
       "Nothing is given that could be changed."},
      {kPut, kFilters, "symbol=BTCUSDT&maxNotional=1", 400, -1130, Invalid("maxNotional")},
      {kPut, kFees, "symbol=BTCUSDT", 400, -9011, "Nothing is given that could be changed."},
      {kPut, kFees, "symbol=BTCUSDT&makerFee=x", 400, -1100,
       "Illegal characters found in parameter 'makerFee'; legal range is "
       "'^-?([0-9]{1,20})(\\\\.[0-9]{1,20})?$'."},
      {kPost, kAccount, "", 400, -1102, Mandatory("accountId")},
      {kPost, kAccount, "accountId=0", 400, -1130, Invalid("accountId")},
      {kPost, kAccount, "accountId=1", 409, -9003,
       "There is one already, by id or by name: account 1."},
      {kPut, "/admin/v1/account/status", "accountId=77&status=DISABLED", 404, -9001,
       "No such account."},
      {kPut, "/admin/v1/account/status", "accountId=1&status=GONE", 400, -1130, Invalid("status")},
      {kGet, kAccount, "accountId=77", 404, -9001, "No such account."},
      {kPost, kDeposit, "accountId=77&asset=USDT&amount=1&source=3&number=1", 404, -9001,
       "No such account."},
      {kPost, kDeposit, "accountId=1&asset=XRP&amount=1&source=3&number=1", 404, -9002,
       "No such asset: XRP."},
      {kPost, kDeposit, funds + "&number=1", 400, -1102, Mandatory("amount")},
      {kPost, kDeposit, funds + "&number=1&amount=0", 400, -1130, Invalid("amount")},
      {kPost, kDeposit, funds + "&number=1&amount=-1", 400, -1130, Invalid("amount")},
      {kPost, kDeposit, funds + "&number=1&amount=0.000000001", 400, -1111,
       "Parameter 'amount' has too much precision."},
      {kPost, kDeposit, funds + "&amount=1&number=0", 400, -1130, Invalid("number")},
      {kPost, kDeposit, "accountId=1&asset=USDT&source=0&amount=1&number=1", 400, -1130,
       Invalid("source")},
      {kPost, kDeposit, funds + "&number=1&amount=46116860184.27387904", 400, -9006,
       "With this amount the deposits of the asset would exceed what can be held."},
      {kPost, kWithdrawal, funds + "&number=1&amount=99999999", 400, -9007,
       "The account's free balance is smaller than the amount."},
      {kGet, "/admin/v1/symbols", "symbol=NOPE", 400, -1121, "Invalid symbol."},
      {kGet, "/admin/v1/audit", "limit=0", 400, -1130, Invalid("limit")},
      {kGet, "/admin/v1/audit", "from=-1", 400, -1100,
       "Illegal characters found in parameter 'from'; legal range is '^[0-9]{1,20}$'."},
  };
  World world;
  const std::string symbols = world.Signed(kGet, "/admin/v1/symbols", "", world.admin).body;
  const std::string assets = world.Signed(kGet, "/admin/v1/assets", "", world.admin).body;
  const std::string account = world.Signed(kGet, kAccount, "accountId=1", world.admin).body;
  for (const Case& one : cases) {
    world.clock.AdvanceNs(100'000'000);  // no two requests have the same bytes
    const Answer answer = world.Signed(one.method, one.path, one.query, world.admin);
    EXPECT_EQ(answer.status, one.status) << one.path << "?" << one.query;
    EXPECT_EQ(answer.body, Error(one.code, one.text)) << one.path << "?" << one.query;
  }
  EXPECT_EQ(world.Signed(kGet, "/admin/v1/symbols", "", world.admin).body, symbols);
  EXPECT_EQ(world.Signed(kGet, "/admin/v1/assets", "", world.admin).body, assets);
  EXPECT_EQ(world.Signed(kGet, kAccount, "accountId=1", world.admin).body, account);
}

TEST(AdminRefusals, OfWhoIsNoOperator) {
  World world;
  const std::string rejected = Error(-2015, "Invalid API-key, IP, or permissions for action.");
  for (const AdminEndpoint& endpoint : AdminEndpoints()) {
    const Answer trader = world.Signed(endpoint.method, endpoint.path, "a=1", world.maker);
    EXPECT_EQ(trader.status, 401U) << endpoint.path;
    EXPECT_EQ(trader.body, rejected);
    EXPECT_EQ(world.Signed(endpoint.method, endpoint.path, "a=1", world.unknown).body, rejected);
    EXPECT_EQ(world.Signed(endpoint.method, endpoint.path, "a=1", world.disabled).body, rejected);
    TestKey wrong = world.admin;
    wrong.secret += "x";
    const Answer unsigned_one = world.Signed(endpoint.method, endpoint.path, "a=1", wrong);
    EXPECT_EQ(unsigned_one.status, 400U);
    EXPECT_EQ(unsigned_one.body, Error(-1022, "Signature for this request is not valid."));
    EXPECT_EQ(world.Send(endpoint.method, endpoint.path, "a=1").body,
              Error(-2014, "API-key format invalid."));
    EXPECT_EQ(world.Send(endpoint.method, endpoint.path, "a=1", {}, world.admin.api_key).body,
              Error(-1102, Mandatory("signature")));
    world.clock.AdvanceNs(1'000'000'000);  // so that all lines are written
  }
  std::size_t by_traders = 0;
  std::size_t by_operators = 0;
  for (const std::string& line : world.AuditLines()) {
    EXPECT_THAT(line, HasSubstr(R"("kind":"ATTEMPT")"));
    by_traders += line.contains("-2015") ? 1U : 0U;
    by_operators += line.contains(world.admin.api_key) ? 1U : 0U;
  }
  EXPECT_EQ(by_traders, 2 * AdminEndpoints().size()) << "trader's and disabled key";
  EXPECT_EQ(by_operators, 2 * AdminEndpoints().size()) << "wrong and missing signature";
}

TEST(AdminRefusals, OfTheTime) {
  World world;
  const std::string stale =
      World::SignAt(world.clock.WallNs() / 1'000'000 - 5'001, "accountId=50", world.admin);
  EXPECT_EQ(world.Send(kPost, kAccount, {}, stale, world.admin.api_key).body,
            Error(-1021, "Timestamp for this request is outside of the recvWindow."));
  const std::string early =
      World::SignAt(world.clock.WallNs() / 1'000'000 + 6'000, "accountId=50", world.admin);
  EXPECT_EQ(world.Send(kPost, kAccount, {}, early, world.admin.api_key).body,
            Error(-1021, "Timestamp for this request was 6000ms ahead of the server's time."));
}

TEST(AdminRefusals, OfPathsAndMethods) {
  World world;
  EXPECT_EQ(world.Signed(kGet, "/admin/v1/nothing", "", world.admin).status, 404U);
  EXPECT_EQ(world.Signed(kGet, kDeposit, "", world.admin).status, 405U);
  EXPECT_EQ(world.Signed(HttpMethod::kDelete, kAccount, "", world.admin).status, 405U);
  EXPECT_TRUE(world.AuditLines().empty());
}

TEST(AdminRefusals, WhatIsSentCannotForgeALine) {
  World world;
  const std::string forged = "%22%7D%0A%7B%22number%22%3A2%2C%22kind%22%3A%22DONE%22%7D%0A%00";
  EXPECT_EQ(world.Signed(kPost, kAccount, "accountId=" + forged, world.admin).status, 400U);
  EXPECT_EQ(world.Signed(kPost, kAccount, forged + "=1", world.maker).status, 401U);
  const std::vector<std::string> lines = world.AuditLines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr(R"("parameters":{"accountId":"\"}\u000a{\"number\")"));
  EXPECT_THAT(lines[1], HasSubstr(R"("parameters":{"\"}\u000a{\"number\")"));
  world.RestartGateway();  // the chain holds: the file is opened again
  EXPECT_EQ(world.AuditLines(), lines);
}

TEST(AdminRefusals, AreNotWrittenFasterThanABound) {
  World world;
  constexpr int kSent = 500;
  for (int i = 0; i < kSent; ++i) {
    world.Signed(kPost, kAccount, "accountId=" + std::to_string(i), world.maker);
  }
  EXPECT_EQ(world.AuditLines().size(), AdminAudit::kRefusalsPerSecond);
  world.clock.AdvanceNs(1'000'000'000);
  world.Signed(kPost, kAccount, "accountId=1000", world.maker);
  EXPECT_THAT(world.AuditLines().back(),
              HasSubstr("\"notWritten\":" +
                        std::to_string(kSent - static_cast<int>(AdminAudit::kRefusalsPerSecond))));
}

TEST(AdminRefusals, WhenStorageFailsNothingIsDoneAndWhatIsInFlightIsToldOf) {
  World world;
  world.HoldCommands(true);
  const std::string text = world.Sign("accountId=50", world.admin);
  const auto in_flight = world.Start(kPost, kAccount, {}, text, world.admin.api_key);
  while (world.AuditLines().empty()) {
    world.Run();
  }
  world.WaitForTimer();
  world.Run();
  world.admin_gateway->SetRefusal(TradingRefusal::kStorageFailed);
  world.Run();
  const Answer refused = world.Signed(kPost, kAccount, "accountId=51", world.admin);
  EXPECT_EQ(refused.status, 503U);
  EXPECT_THAT(refused.body, HasSubstr("-1008"));
  EXPECT_EQ(in_flight->status, 0U) << "held for its real result";
  world.clock.AdvanceNs(901'000'000);
  world.RunUntilAnswered(*in_flight);
  EXPECT_EQ(in_flight->status, 503U);
  EXPECT_THAT(in_flight->body, HasSubstr("-1007"));
  EXPECT_THAT(world.AuditLines().back(), HasSubstr(R"("kind":"UNKNOWN","intent":1,)"));
  // It happened after all, and the same bytes learn it.
  world.HoldCommands(false);
  world.admin_gateway->SetRefusal(TradingRefusal::kNone);
  world.Run();
  EXPECT_EQ(world.Send(kPost, kAccount, {}, text, world.admin.api_key).status, 200U);
  EXPECT_EQ(world.Signed(kGet, kAccount, "accountId=50", world.admin).status, 200U);
}

// Markets whose commands wait in the ring until it is full.
class AdminFullRing {
 public:
  AdminFullRing() {
    EXPECT_EQ(Act(kPost, kAsset, "asset=ETH&scale=8").status, 200U);
    EXPECT_EQ(Act(kPost, kSymbol,
                  "symbol=ETHUSDT&baseAsset=ETH&quoteAsset=USDT&priceScale=2&quantityScale=4")
                  .status,
              200U);
    world.HoldCommands(true);
  }
  // Sends one command into the ring. False: it was refused.
  bool FillOne() {
    const std::uint64_t before = Accepted();
    const auto answer = Start("symbol=BTCUSDT&status=TRADING");
    while (Accepted() == before && answer->status == 0) {
      Wait();
    }
    return answer->status == 0;
  }
  std::shared_ptr<Answer> Start(const std::string& query) {
    world.clock.AdvanceNs(1'000'000);
    return world.Start(kPut, kStatus, {}, world.Sign(query, world.admin), world.admin.api_key);
  }
  Answer Act(HttpMethod method, std::string_view path, const std::string& query) {
    world.clock.AdvanceNs(1'000'000);
    return world.Signed(method, path, query, world.admin);
  }
  void Wait() {
    world.WaitForTimer();
    world.Run();
  }
  [[nodiscard]] std::uint64_t Accepted() const {
    return world.admin_gateway->counters().commands_accepted.load();
  }

  World world;
};

TEST(AdminRefusals, AnActThatFindsTheRingFullIsRefusedAndOneThatHasBegunIsFinished) {
  int room = 0;
  {
    AdminFullRing full;
    while (full.FillOne()) {
      ++room;
    }
    EXPECT_THAT(full.world.AuditLines().back(), HasSubstr(R"("kind":"REFUSED")"));
    EXPECT_THAT(full.world.AuditLines().back(), HasSubstr("-1008"));
  }
  AdminFullRing full;
  for (int i = 0; i + 1 < room; ++i) {
    ASSERT_TRUE(full.FillOne());
  }
  // Two markets, and room for one command.
  const std::uint64_t before = full.Accepted();
  const auto halted = full.Start("all=true&status=HALT");
  while (full.Accepted() == before) {
    full.Wait();
  }
  EXPECT_EQ(full.Accepted(), before + 1);
  EXPECT_EQ(halted->status, 0U);
  full.world.HoldCommands(false);
  full.world.RunUntilAnswered(*halted);
  EXPECT_EQ(halted->status, 200U);
  EXPECT_EQ(full.Accepted(), before + 2);
  for (const char* symbol : {"BTCUSDT", "ETHUSDT"}) {
    EXPECT_THAT(full.Act(kGet, "/admin/v1/symbols", std::string("symbol=") + symbol).body,
                HasSubstr(R"("status":"HALT")"));
  }
}

class AdminFullDisk : public ::testing::Test {
 protected:
  AdminFullDisk() {
    std::string path = (std::filesystem::temp_directory_path() / "admin-XXXXXX").string();
    directory_ = mkdtemp(path.data());
    mounted_ = mount("tmpfs", directory_.c_str(), "tmpfs", 0, "size=256k") == 0;
  }
  ~AdminFullDisk() override {
    if (mounted_) {
      umount2(directory_.c_str(), MNT_DETACH);
    }
    std::filesystem::remove_all(directory_);
  }

  std::string directory_;
  bool mounted_ = false;
};

TEST_F(AdminFullDisk, RefusesAnActBeforeItIsDone) {
  if (!mounted_) {
    GTEST_SKIP() << "only root may mount the small file system that is to be filled";
  }
  World world({}, directory_);
  {
    std::ofstream file(directory_ + "/filler", std::ios::binary);
    const std::vector<char> block(4'096);
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  std::uint64_t account = 100;
  Answer answer;
  do {
    answer = world.Signed(kPost, kAccount, "accountId=" + std::to_string(++account), world.admin);
  } while (answer.status == 200 && account < 10'000);
  EXPECT_EQ(answer.status, 503U);
  EXPECT_THAT(answer.body, HasSubstr(R"({"code":-9010,"msg":"Nothing was done, because the audit )"
                                     "log cannot be written: "));
  EXPECT_THAT(answer.body, HasSubstr("No space left on device"));
  EXPECT_EQ(
      world.Signed(kGet, kAccount, "accountId=" + std::to_string(account), world.admin).status,
      404U);
  std::filesystem::remove(directory_ + "/filler");
  EXPECT_EQ(
      world.Signed(kPost, kAccount, "accountId=" + std::to_string(account), world.admin).status,
      200U);
}

}  // namespace
}  // namespace lockstep
