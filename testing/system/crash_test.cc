// kill -9 at random moments under load, again and again in the same data directory. After each
// restart: every acknowledged order, fill and balance is there and none twice, by the clients' own
// books; requests repeated with the same id are executed once; the state's digest is that of a
// fresh replay of the log.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "replay/reference_data.h"
#include "testing/system/crash_trader.h"
#include "testing/system/system_fixture.h"

namespace lockstep::testing_system {
namespace {

// With the default settings restarts replay the whole log; with a snapshot for every MiB of it they
// begin from snapshots, taken under load and cut short by kills, and old segments go.
struct Restart {
  const char* name;
  const char* settings;
  bool takes_snapshots;
};

class CrashTest : public SystemTest, public ::testing::WithParamInterface<Restart> {
 protected:
  [[nodiscard]] std::vector<std::string> Options() const {
    const std::string path = directory() + "/exchange.toml";
    std::ofstream(path) << GetParam().settings;
    return {"--config", path};
  }

  // So that every restart has one to begin from.
  void TradeUntilSnapshot(const LocalExchange& exchange, CrashTrader& maker,
                          CrashTrader& taker) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    maker.Reconnect(exchange.sbe_address());
    taker.Reconnect(exchange.sbe_address());
    while (std::filesystem::is_empty(data() + "/snapshots")) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "no snapshot was taken";
      ASSERT_TRUE(maker.Trade() && taker.Trade());
    }
    // The rounds begin with repeated requests, which must cause no events: orders of the other one
    // that are still on their way would.
    maker.Settle();
    taker.Settle();
  }

  // What `lockstep inspect digest` makes of a copy of the files as the crash left them.
  [[nodiscard]] std::string DigestOfCopy() const {
    const std::string copy = directory() + "/copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(data(), copy, std::filesystem::copy_options::recursive);
    const Finished finished = RunLockstep({"inspect", "digest", copy});
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    return finished.output;
  }
};

std::string Hex(std::uint64_t digest) { return fmt::format("{:016x}", digest); }

int Rounds() {
  const char* set = std::getenv("LOCKSTEP_CRASH_ROUNDS");
  return set != nullptr ? std::atoi(set) : 10;
}

// Both traders see each trade between them with the same quantity.
void CompareFills(const AccountLedger& one, const AccountLedger& other) {
  for (const auto& [name, quantity] : one.fills()) {
    const auto found = other.fills().lower_bound({name.first, 0});
    if (found != other.fills().end() && found->first.first == name.first) {
      ASSERT_EQ(found->second, quantity) << "trade " << name.first;
    }
  }
}

TEST_P(CrashTest, NothingAcknowledgedIsLostOrDoubled) {
  const std::vector<std::string> options = Options();
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  auto exchange = StartExchange(options);
  ASSERT_NE(exchange, nullptr);
  const auto keys = ReadKeysFile(exchange->keys_path());
  ASSERT_TRUE(keys);
  CrashTrader maker(keys->maker, random());
  CrashTrader taker(keys->taker, random());
  if (GetParam().takes_snapshots) {
    TradeUntilSnapshot(*exchange, maker, taker);
    ASSERT_EQ(maker.fault() + taker.fault(), "");
  }
  const int rounds = Rounds();
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    for (CrashTrader* trader : {&maker, &taker}) {
      trader->Reconnect(exchange->sbe_address());
      ASSERT_EQ(trader->fault(), "");
    }
    const auto life = std::chrono::milliseconds(20 + random() % 400);
    std::thread killer([&exchange, life] {
      // The moment is random by purpose.
      std::this_thread::sleep_for(life);
      exchange->Kill();
    });
    bool maker_lives = true;
    bool taker_lives = true;
    while (maker_lives || taker_lives) {
      maker_lives = maker_lives && maker.Trade();
      taker_lives = taker_lives && taker.Trade();
    }
    killer.join();
    ASSERT_EQ(maker.fault(), "");
    ASSERT_EQ(taker.fault(), "");

    const std::string digest = DigestOfCopy();
    exchange = StartExchange(options);
    ASSERT_NE(exchange, nullptr);
    auto admin = LogOn(*exchange, keys->admin);
    ASSERT_TRUE(admin);
    CommandBuilder commands;
    const auto state = QueryReferenceData(**admin, commands);
    ASSERT_TRUE(state);
    EXPECT_NE(digest.find(Hex(state->digest)), std::string::npos)
        << "restarted: " << Hex(state->digest) << ", fresh replay: " << digest;

    for (CrashTrader* trader : {&maker, &taker}) {
      trader->Reconnect(exchange->sbe_address());
      ASSERT_EQ(trader->fault(), "");
    }
    for (CrashTrader* trader : {&maker, &taker}) {
      trader->CompareHistory();
      trader->CompareWithExchange();
      ASSERT_EQ(trader->fault(), "");
    }
    CompareFills(maker.ledger(), taker.ledger());
  }
  fmt::print(
      "{} kills, {} acknowledged commands, {} fills, {} requests repeated of which {} had been "
      "executed\n",
      rounds, maker.acknowledged() + taker.acknowledged(),
      maker.ledger().fill_count() + taker.ledger().fill_count(),
      maker.repeated() + taker.repeated(),
      maker.repeated_executed_before() + taker.repeated_executed_before());
  EXPECT_EQ(exchange->Terminate().value_or(-1), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Restarts, CrashTest,
    ::testing::Values(Restart{"FromTheLog", "", false},
                      Restart{"FromSnapshots",
                              "[journal]\nsegment_mib = 1\n[snapshot]\nlog_mib = 1\n", true}),
    [](const auto& restart) { return std::string(restart.param.name); });

}  // namespace
}  // namespace lockstep::testing_system
