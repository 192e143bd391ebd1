// Operators over the real process: `lockstep admin`, the binary gateway's operators' commands, and
// the audit log of both across crashes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audit/audit_file.h"
#include "client/command_builder.h"
#include "client/wire.h"
#include "lockstep_sbe/AccountDefinition.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/SessionReject.h"
#include "testing/system/system_fixture.h"

namespace lockstep::testing_system {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kTimeoutMs = 10'000;

class AdminTest : public SystemTest {
 protected:
  void Start() {
    exchange_ = StartExchange();
    ASSERT_NE(exchange_, nullptr);
    const auto keys = ReadKeysFile(exchange_->keys_path());
    ASSERT_TRUE(keys);
    keys_ = *keys;
  }
  Finished Admin(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all = {"admin", "--http", exchange_->http_address(), "--keys",
                                    exchange_->keys_path()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return RunLockstep(all);
  }
  void ExpectDone(const std::vector<std::string>& arguments, const std::string& output) const {
    const Finished finished = Admin(arguments);
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    EXPECT_THAT(finished.output, HasSubstr(output));
  }
  void ExpectRefused(const std::vector<std::string>& arguments, int exit_code,
                     const std::string& output) const {
    const Finished finished = Admin(arguments);
    EXPECT_EQ(finished.exit_code, exit_code) << finished.output;
    EXPECT_THAT(finished.output, HasSubstr(output));
  }
  [[nodiscard]] std::string AuditPath() const { return data() + "/audit.log"; }
  // All lines of the file, which must check.
  [[nodiscard]] std::vector<std::string> AuditLines() const {
    std::vector<std::string> lines;
    const auto scan = ScanAuditFile(
        AuditPath(), [&](std::string_view line, std::int64_t) { lines.emplace_back(line); });
    EXPECT_TRUE(scan) << scan.error().message();
    return lines;
  }
  // Waits for a message of this kind; others are passed over.
  template <class Codec>
  static std::optional<Codec> Await(SbeClient& client) {
    for (;;) {
      const auto message = client.Receive(kTimeoutMs);
      if (!message) {
        ADD_FAILURE() << message.error().message();
        return std::nullopt;
      }
      if (auto found = As<Codec>(*message)) {
        return found;
      }
    }
  }

  std::unique_ptr<LocalExchange> exchange_;
  KeysFile keys_;
};

TEST_F(AdminTest, AMarketFromItsOpeningToItsHalt) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ExpectDone({"asset", "create", "SOL", "--scale", "8"}, "CREATE_ASSET asset=SOL assetId=4");
  ExpectDone({"symbol", "create", "SOLUSDT", "--base", "SOL", "--quote", "USDT", "--price-scale",
              "2", "--quantity-scale", "3", "--min-notional", "5"},
             "CREATE_SYMBOL symbol=SOLUSDT symbolId=3 status=TRADING");
  ExpectDone({"symbol", "filters", "SOLUSDT", "--max-qty", "500"}, "maxQty             500\n");
  ExpectDone({"symbol", "fees", "SOLUSDT", "--maker-fee", "-0.0001"},
             "makerFee           -0.0001\n");
  ExpectDone({"symbol", "status", "SOLUSDT", "POST_ONLY"}, "status=POST_ONLY");
  ExpectDone({"symbol", "list"}, "SOLUSDT          POST_ONLY");
  ExpectDone({"asset", "list"}, "SOL                       4     8");
  ExpectDone({"halt", "--all"}, R"(symbols=["BTCUSDT","ETHUSDT","SOLUSDT"])");
  EXPECT_THAT(HttpGet(exchange_->http_address(), "/api/v3/exchangeInfo?symbol=BTCUSDT").body,
              Not(HasSubstr(R"("status":"TRADING")")));
  ExpectDone({"resume", "--all"}, "status=TRADING");
  ExpectDone({"cancel-only", "--symbol", "BTCUSDT"}, R"(status=CANCEL_ONLY symbols=["BTCUSDT"])");
  // Reads behind all lines that are on their way, the last outcome too.
  ExpectDone({"audit", "show", "--limit", "1"}, "DONE    intent=15");
  const std::string metrics = HttpGet(exchange_->http_address(), "/metrics").body;
  EXPECT_TRUE(metrics.contains("\nlockstep_audit_lines_total 16\n"));
  EXPECT_TRUE(metrics.contains("\nlockstep_admin_commands_total 12\n"));
  EXPECT_TRUE(metrics.contains("\nlockstep_binance_commands_total 0\n"));
}

TEST_F(AdminTest, AnAccountIsFundedOnceAndDisabledWithItsOrders) {
  ASSERT_NO_FATAL_FAILURE(Start());
  auto maker = LogOn(*exchange_, keys_.maker);
  ASSERT_TRUE(maker);
  CommandBuilder commands;
  const auto place = [&] {
    return (*maker)->Send(commands.NewOrder(
        {.symbol = 1, .side = sbe::Side::BUY, .price_ticks = 5'000'000, .quantity_lots = 1'000}));
  };
  ASSERT_TRUE(place().ok());
  ASSERT_TRUE(Await<sbe::ExecutionReport>(**maker));
  ExpectDone({"deposit", "1", "USDT", "2.5", "--source", "9", "--number", "1"},
             "alreadyApplied=false free=999502.5 locked=500");
  ExpectDone({"deposit", "1", "USDT", "2.5", "--source", "9", "--number", "1"},
             "alreadyApplied=true free=999502.5 locked=500");
  ExpectDone({"withdraw", "1", "USDT", "1", "--source", "9", "--number", "2"},
             "alreadyApplied=false free=999501.5 locked=500");
  ExpectDone({"account", "show", "1"}, "account 1  ACTIVE  1 open orders");
  ExpectDone({"account", "disable", "1"}, "cancelledOrders=1");
  auto cancelled = Await<sbe::ExecutionReport>(**maker);
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->execType(), sbe::ExecType::CANCELED) << "its owner is told";
  ASSERT_TRUE(place().ok());
  auto reject = Await<sbe::Reject>(**maker);
  ASSERT_TRUE(reject);
  EXPECT_EQ(reject->reason(), sbe::RejectReason::ACCOUNT_DISABLED);
  ExpectDone({"account", "enable", "1"}, "status=ACTIVE");
  ASSERT_TRUE(place().ok());
  EXPECT_TRUE(Await<sbe::ExecutionReport>(**maker));
}

TEST_F(AdminTest, SaysWhatIsWrong) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ExpectRefused({"account", "show", "99"}, 1, "HTTP 404, code -9001: No such account.");
  ExpectRefused({"symbol", "status", "NOPE", "HALT"}, 1, "HTTP 400, code -1121: Invalid symbol.");
  ExpectRefused({"halt"}, 2, "[--symbol,--all]");
  ExpectRefused({"deposit", "1", "USDT", "1"}, 2, "--source is required");
  const Finished keyless = RunLockstep({"admin", "--http", exchange_->http_address(), "--keys",
                                        directory() + "/none", "asset", "list"});
  EXPECT_EQ(keyless.exit_code, 2);
  EXPECT_THAT(keyless.output, HasSubstr(directory() + "/none"));
  const Finished nobody = RunLockstep(
      {"admin", "--http", "127.0.0.1:1", "--keys", exchange_->keys_path(), "asset", "list"});
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.output, HasSubstr("Connection refused"));
}

TEST_F(AdminTest, TheBinaryGatewaysOperatorsLeaveTheSameLines) {
  ASSERT_NO_FATAL_FAILURE(Start());
  auto admin = LogOn(*exchange_, keys_.admin);
  ASSERT_TRUE(admin);
  CommandBuilder commands;
  // Sent at once: they keep their order through the audit log.
  ASSERT_TRUE((*admin)->Queue(commands.CreateAccount(50)).ok());
  ASSERT_TRUE((*admin)->Queue(commands.Deposit(50, 1, 100, 9, 1)).ok());
  ASSERT_TRUE((*admin)->Queue(commands.Deposit(50, 1, 100, 9, 1)).ok());
  ASSERT_TRUE((*admin)->Queue(commands.CreateAccount(50)).ok());
  ASSERT_TRUE((*admin)->Flush().ok());
  ASSERT_TRUE(Await<sbe::AccountDefinition>(**admin));
  ASSERT_TRUE(Await<sbe::BalanceUpdate>(**admin));
  ASSERT_TRUE(Await<sbe::BalanceUpdate>(**admin));
  auto reject = Await<sbe::Reject>(**admin);
  ASSERT_TRUE(reject);
  EXPECT_EQ(reject->reason(), sbe::RejectReason::ALREADY_EXISTS);
  // A definition that answers a query is no outcome.
  ASSERT_TRUE((*admin)->Send(commands.Query(QueryKind::kReference)).ok());

  auto trader = LogOn(*exchange_, keys_.taker);
  ASSERT_TRUE(trader);
  ASSERT_TRUE((*trader)->Send(commands.CreateAccount(51)).ok());
  auto refused = Await<sbe::SessionReject>(**trader);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->sessionError(), sbe::SessionError::PERMISSION_DENIED);
  ASSERT_EQ(exchange_->Terminate().value_or(-1), 0);

  const std::vector<std::string> lines = AuditLines();
  ASSERT_EQ(lines.size(), 9U);
  std::vector<std::string> intents;
  std::map<std::string, std::string> outcomes;
  for (const std::string& line : lines) {
    if (line.contains("\"kind\":\"INTENT\"")) {
      intents.push_back(line);
    }
    EXPECT_THAT(line, Not(HasSubstr(keys_.admin.api_secret)));
  }
  ASSERT_EQ(intents.size(), 4U);
  EXPECT_THAT(intents[0], HasSubstr("\"by\":\"SBE\",\"apiKey\":\"" + keys_.admin.api_key +
                                    "\",\"account\":1000,\"peer\":\"127.0.0.1\",\"act\":"
                                    "\"CREATE_ACCOUNT\",\"parameters\":{\"command\":\""));
  EXPECT_THAT(intents[1], HasSubstr("\"act\":\"DEPOSIT\""));
  const auto outcome_of = [&](const std::string& intent) {
    const std::string number = intent.substr(10, intent.find(',') - 10);
    for (const std::string& line : lines) {
      if (line.contains("\"intent\":" + number + ",")) {
        return line;
      }
    }
    return std::string("no outcome");
  };
  EXPECT_THAT(outcome_of(intents[0]), HasSubstr("\"kind\":\"DONE\""));
  EXPECT_THAT(outcome_of(intents[1]), HasSubstr("\"kind\":\"DONE\""));
  EXPECT_THAT(outcome_of(intents[1]), Not(HasSubstr("alreadyApplied")));
  EXPECT_THAT(outcome_of(intents[2]), HasSubstr("\"alreadyApplied\":true"));
  EXPECT_THAT(outcome_of(intents[3]), HasSubstr("\"kind\":\"REFUSED\""));
  EXPECT_THAT(outcome_of(intents[3]), HasSubstr("\"reason\":\"ALREADY_EXISTS\""));
  EXPECT_THAT(lines.back(),
              HasSubstr("\"kind\":\"ATTEMPT\",\"by\":\"SBE\",\"apiKey\":\"" + keys_.taker.api_key));
}

TEST_F(AdminTest, TheAuditLogGoesOnAfterACrashAndATornLineIsSetAside) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ExpectDone({"account", "create", "50"}, "CREATE_ACCOUNT");
  exchange_->Kill();
  ASSERT_EQ(AuditLines().size(), 2U);
  const auto good_bytes = std::filesystem::file_size(AuditPath());
  std::ofstream(AuditPath(), std::ios::app) << "{\"number\":3,\"time\":\"20";
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_TRUE(std::filesystem::exists(AuditPath() + ".torn-" + std::to_string(good_bytes)));
  ExpectDone({"account", "create", "51"}, "audit=3");
  ExpectDone({"audit", "show", "--from", "3", "--limit", "1"},
             "3 " + AuditLines().at(2).substr(20, 27) + " INTENT  CREATE_ACCOUNT accountId=51");
  ASSERT_EQ(exchange_->Terminate().value_or(-1), 0);
  const Finished verified = RunLockstep({"admin", "audit", "verify", AuditPath()});
  EXPECT_EQ(verified.exit_code, 0);
  EXPECT_THAT(verified.output, HasSubstr("4 lines, each follows from the one before"));
}

// The numbers of the deposits that lines of this kind of text announce.
std::set<std::uint64_t> AnnouncedDeposits(const std::vector<std::string>& lines) {
  constexpr std::string_view kNumber = " number=";
  std::set<std::uint64_t> numbers;
  for (const std::string& line : lines) {
    const std::size_t at = line.find(kNumber);
    if (line.contains("\"kind\":\"INTENT\"") && line.contains("\"act\":\"DEPOSIT\"") &&
        at != std::string::npos) {
      numbers.insert(std::stoull(line.substr(at + kNumber.size())));
    }
  }
  return numbers;
}

TEST_F(AdminTest, NothingIsDoneWithoutItsIntentHoweverTheProcessEnds) {
  constexpr int kRounds = 5;
  constexpr std::uint64_t kSentAtOnce = 100;
  CommandBuilder commands;
  std::uint64_t last_applied = 0;
  for (int round = 0; round < kRounds; ++round) {
    ASSERT_NO_FATAL_FAILURE(Start());
    auto admin = LogOn(*exchange_, keys_.admin);
    ASSERT_TRUE(admin);
    const std::uint64_t first = last_applied + 1;
    for (std::uint64_t i = 0; i < kSentAtOnce; ++i) {
      ASSERT_TRUE((*admin)->Queue(commands.Deposit(1, 1, 1, 9, first + i)).ok());
    }
    ASSERT_TRUE((*admin)->Flush().ok());
    std::uint64_t answered = 0;
    for (int i = 0; i < 10 * (round + 1); ++i) {
      auto update = Await<sbe::BalanceUpdate>(**admin);
      ASSERT_TRUE(update);
      answered = update->number();
    }
    exchange_->Kill();
    const std::set<std::uint64_t> announced = AnnouncedDeposits(AuditLines());
    for (std::uint64_t number = 1; number <= answered; ++number) {
      ASSERT_TRUE(announced.contains(number)) << "deposit " << number << " was answered";
    }
    ASSERT_NO_FATAL_FAILURE(Start());
    auto again = LogOn(*exchange_, keys_.admin);
    ASSERT_TRUE(again);
    for (std::uint64_t number = answered + 1; number < first + kSentAtOnce; ++number) {
      ASSERT_TRUE((*again)->Send(commands.Deposit(1, 1, 1, 9, number)).ok());
      auto update = Await<sbe::BalanceUpdate>(**again);
      ASSERT_TRUE(update);
      if (update->alreadyApplied() != 0) {
        ASSERT_TRUE(announced.contains(number)) << "deposit " << number << " was done";
      }
      last_applied = number;
    }
    ASSERT_EQ(exchange_->Terminate().value_or(-1), 0);
  }
}

TEST_F(AdminTest, DoesNotStartOverAnAlteredAuditLog) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ExpectDone({"account", "create", "50"}, "CREATE_ACCOUNT");
  ASSERT_EQ(exchange_->Terminate().value_or(-1), 0);
  std::ifstream file(AuditPath());
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  text.replace(text.find("\"50\""), 4, "\"51\"");
  std::ofstream(AuditPath(), std::ios::trunc) << text;
  const Finished verified = RunLockstep({"admin", "audit", "verify", AuditPath()});
  EXPECT_EQ(verified.exit_code, 1);
  EXPECT_THAT(verified.output, HasSubstr("line 1: its hash is not that of its text"));
  EXPECT_FALSE(LocalExchange::Start(Executable(), data()));
  std::filesystem::rename(AuditPath(), AuditPath() + ".evidence");
  ASSERT_NO_FATAL_FAILURE(Start());
}

}  // namespace
}  // namespace lockstep::testing_system
