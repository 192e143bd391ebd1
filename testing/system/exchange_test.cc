// Life of the process: start, health, keys, settings, idling, stop.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "client/command_builder.h"
#include "client/wire.h"
#include "lockstep_sbe/BalanceRow.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/QueryEnd.h"
#include "replay/reference_data.h"
#include "testing/system/system_fixture.h"

namespace lockstep::testing_system {
namespace {

constexpr std::int64_t kTimeoutMs = 10'000;

class ExchangeTest : public SystemTest {};

// Seconds of processor time that the process has used.
double CpuSeconds(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::istringstream rest(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) {
    rest >> skipped;
  }
  double user = 0;
  double system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

TEST_F(ExchangeTest, IsReadyHealthyAndEndsWithZeroOnSigterm) {
  const auto exchange = StartExchange();
  ASSERT_NE(exchange, nullptr);
  EXPECT_TRUE(exchange->ready_line().starts_with("ready"));
  EXPECT_EQ(HttpGet(exchange->http_address(), "/healthz").status, 200);
  const HttpAnswer metrics = HttpGet(exchange->http_address(), "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_NE(metrics.body.find("lockstep_log_committed_position"), std::string::npos);
  EXPECT_EQ(exchange->Terminate().value_or(-1), 0);
}

TEST_F(ExchangeTest, DevKeysAreForTheOwnerAloneAndStayAcrossRestarts) {
  auto exchange = StartExchange();
  ASSERT_NE(exchange, nullptr);
  struct stat info{};
  ASSERT_EQ(stat(exchange->keys_path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  const auto before = ReadKeysFile(exchange->keys_path());
  ASSERT_TRUE(before);
  ASSERT_EQ(exchange->Terminate().value_or(-1), 0);

  exchange = StartExchange();
  ASSERT_NE(exchange, nullptr);
  const auto after = ReadKeysFile(exchange->keys_path());
  ASSERT_TRUE(after);
  EXPECT_EQ(before->maker.api_key, after->maker.api_key);
  EXPECT_EQ(before->admin.api_secret, after->admin.api_secret);
  EXPECT_TRUE(LogOn(*exchange, after->taker));
}

TEST_F(ExchangeTest, DevMarketsAndBalancesAreThereOnceHoweverOftenItStarts) {
  for (int start = 0; start < 2; ++start) {
    const auto exchange = StartExchange();
    ASSERT_NE(exchange, nullptr);
    const auto keys = ReadKeysFile(exchange->keys_path());
    ASSERT_TRUE(keys);
    auto client = LogOn(*exchange, keys->maker);
    ASSERT_TRUE(client) << client.error().message();
    CommandBuilder commands;
    const auto reference = QueryReferenceData(**client, commands);
    ASSERT_TRUE(reference);
    ASSERT_TRUE(reference->symbols.contains("BTCUSDT"));
    ASSERT_TRUE(reference->symbols.contains("ETHUSDT"));
    EXPECT_EQ(reference->symbols.at("BTCUSDT").quantity_scale, 5);
    EXPECT_EQ(reference->symbols.at("ETHUSDT").quantity_scale, 4);

    ASSERT_TRUE((*client)->Send(commands.Query(QueryKind::kBalances)).ok());
    std::map<std::uint32_t, std::int64_t> balances;
    for (;;) {
      const auto message = (*client)->Receive(kTimeoutMs);
      ASSERT_TRUE(message) << message.error().message();
      if (auto row = As<sbe::BalanceRow>(*message)) {
        balances[row->asset()] = row->free();
      } else if (As<sbe::QueryEnd>(*message)) {
        break;
      }
    }
    EXPECT_EQ(balances[reference->assets.at("USDT").asset], 100'000'000'000'000);
    EXPECT_EQ(balances[reference->assets.at("BTC").asset], 100'000'000'000);
    EXPECT_EQ(balances[reference->assets.at("ETH").asset], 1'000'000'000'000);
  }
}

TEST_F(ExchangeTest, RepliesCarryTheirStamps) {
  const auto exchange = StartExchange();
  ASSERT_NE(exchange, nullptr);
  const auto keys = ReadKeysFile(exchange->keys_path());
  auto client = LogOn(*exchange, keys->maker);
  ASSERT_TRUE(client);
  CommandBuilder commands;
  ASSERT_TRUE((*client)
                  ->Send(commands.NewOrder({.symbol = 1,
                                            .side = sbe::Side::BUY,
                                            .price_ticks = 5'000'000,
                                            .quantity_lots = 1'000}))
                  .ok());
  const auto message = (*client)->Receive(kTimeoutMs);
  ASSERT_TRUE(message) << message.error().message();
  auto report = As<sbe::ExecutionReport>(*message);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->execType(), sbe::ExecType::NEW);
  const std::int64_t received_ns = report->reply().receivedNs();
  const std::int64_t sequenced_ns = report->header().timestampNs();
  const std::int64_t matched_ns = report->reply().matchedNs();
  EXPECT_GT(received_ns, 0);
  EXPECT_LE(received_ns, sequenced_ns);
  EXPECT_LE(sequenced_ns, matched_ns);
  EXPECT_LE(matched_ns, report->reply().sentNs());
}

TEST_F(ExchangeTest, IdlesBelowFivePercentOfACore) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's processor time says nothing about the program's";
#endif
  const auto exchange = StartExchange();
  ASSERT_NE(exchange, nullptr);
  const auto keys = ReadKeysFile(exchange->keys_path());
  const auto client = LogOn(*exchange, keys->maker);
  ASSERT_TRUE(client);
  // The time itself is what is measured, so there is no event to wait for.
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const double before = CpuSeconds(exchange->pid());
  std::this_thread::sleep_for(std::chrono::seconds(4));
  const double used = CpuSeconds(exchange->pid()) - before;
  RecordProperty("idle_per_cent_of_a_core", std::to_string(used / 4 * 100));
  EXPECT_LT(used / 4, 0.05);
}

TEST_F(ExchangeTest, RefusesSettingsThatItDoesNotKnow) {
  const std::string config = directory() + "/exchange.toml";
  std::ofstream(config) << "[journal]\nsinc = \"always\"\n";
  const Finished finished = RunLockstep({"exchange", "--data", data(), "--config", config});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_NE(finished.output.find("journal.sinc"), std::string::npos) << finished.output;

  std::ofstream(config) << "[journal]\nsync = \"sometimes\"\n";
  const Finished wrong = RunLockstep({"exchange", "--data", data(), "--config", config});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_NE(wrong.output.find("\"always\", \"interval\" or \"none\""), std::string::npos);
}

TEST_F(ExchangeTest, TakesTheExampleOfAllSettings) {
  const auto exchange =
      StartExchange({"--config", std::string(LOCKSTEP_SOURCE_DIR) + "/deploy/exchange.toml"});
  ASSERT_NE(exchange, nullptr);
  EXPECT_EQ(exchange->Terminate().value_or(-1), 0);
}

TEST_F(ExchangeTest, ASecondProcessDoesNotGetTheSameDirectory) {
  const auto first = StartExchange();
  ASSERT_NE(first, nullptr);
  const Finished second = RunLockstep(
      {"exchange", "--data", data(), "--listen", "127.0.0.1:0", "--sbe", "127.0.0.1:0", "--dev"});
  EXPECT_EQ(second.exit_code, 1) << second.output;
  EXPECT_EQ(HttpGet(first->http_address(), "/healthz").status, 200);
}

}  // namespace
}  // namespace lockstep::testing_system
