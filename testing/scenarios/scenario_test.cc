// Plays every *.txt of this folder on the engine and on its model, and checks that together they
// meet every pair of order type (or command) and reject reason that docs/matching.md allows.
#include "testing/scenarios/scenario.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lockstep_sbe/Reject.h"
#include "protocol/commands.h"

namespace lockstep::testing {
namespace {

const std::string kDirectory = std::string(LOCKSTEP_SOURCE_DIR) + "/testing/scenarios";

std::vector<std::string> Files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(kDirectory)) {
    if (entry.path().extension() == ".txt") {
      files.push_back(entry.path().filename().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

class ScenarioTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ScenarioTest, OnTheEngine) {
  const Status status = PlayScenario(kDirectory, GetParam(), MakeEngineMachine);
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST_P(ScenarioTest, OnTheModel) {
  const Status status = PlayScenario(kDirectory, GetParam(), MakeModelMachine);
  EXPECT_TRUE(status.ok()) << status.message();
}

INSTANTIATE_TEST_SUITE_P(Files, ScenarioTest, ::testing::ValuesIn(Files()), [](const auto& file) {
  std::string name = file.param.substr(0, file.param.find('.'));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

// ---- coverage ----

using enum sbe::RejectReason::Value;
using Reason = sbe::RejectReason::Value;
using Pairs = std::set<std::pair<std::string, Reason>>;

template <class Codec>
std::string TypeName(const Message& command) {
  const auto order = Decode<Codec>(command);
  switch (order.orderTypeRaw()) {
    case sbe::OrderType::LIMIT:
      return "limit";
    case sbe::OrderType::LIMIT_MAKER:
      return "limit_maker";
    case sbe::OrderType::MARKET:
      return order.quoteQuantity() != 0 ? "market by quote" : "market by quantity";
    default:
      return "no type";
  }
}

// What was refused: the command, and for new orders their type.
std::string KeyOf(const Message& command) {
  if (CheckShape(command, kCommandShapes) != ShapeError::kNone) {
    return "bytes";
  }
  switch (ReadMessageHeader(command).template_id) {
    case sbe::NewOrder::SBE_TEMPLATE_ID:
      return "new " + TypeName<sbe::NewOrder>(command);
    case sbe::CancelReplace::SBE_TEMPLATE_ID:
      return "cancel_replace " + TypeName<sbe::CancelReplace>(command);
    default:
      return "template " + std::to_string(ReadMessageHeader(command).template_id);
  }
}

template <class Codec>
std::string TemplateKey() {
  return "template " + std::to_string(Codec::sbeTemplateId());
}

// Every pair that can occur.
Pairs Allowed() {
  std::map<std::string, std::vector<Reason>> table;
  const std::vector<Reason> every_order = {UNKNOWN_ACCOUNT,
                                           ACCOUNT_DISABLED,
                                           UNKNOWN_SYMBOL,
                                           MARKET_CLOSED,
                                           INVALID_SIDE,
                                           INVALID_TIME_IN_FORCE,
                                           INVALID_PRICE,
                                           INVALID_SELF_TRADE_PREVENTION,
                                           INVALID_CLIENT_ORDER_ID,
                                           INVALID_QUANTITY,
                                           NOTIONAL_TOO_SMALL,
                                           NOTIONAL_TOO_LARGE,
                                           DUPLICATE_CLIENT_ORDER_ID,
                                           INSUFFICIENT_BALANCE,
                                           EXCHANGE_FULL,
                                           REQUEST_ID_REUSED,
                                           REQUEST_TABLE_FULL};
  const std::vector<Reason> priced = {PRICE_TOO_LOW, PRICE_TOO_HIGH, PRICE_NOT_ON_TICK,
                                      PRICE_OUTSIDE_BAND, TOO_MANY_OPEN_ORDERS};
  const std::vector<Reason> by_quantity = {QUANTITY_TOO_SMALL, QUANTITY_TOO_LARGE,
                                           QUANTITY_NOT_ON_LOT};
  for (const std::string command : {"new ", "cancel_replace "}) {
    for (const std::string type :
         {"limit", "limit_maker", "market by quantity", "market by quote"}) {
      auto& reasons = table[command + type];
      const auto add = [&reasons](const std::vector<Reason>& more) {
        reasons.insert(reasons.end(), more.begin(), more.end());
      };
      add(every_order);
      if (type.starts_with("limit")) {
        add(priced);
      }
      if (type != "market by quote") {
        add(by_quantity);
      }
      add({type == "limit_maker" ? WOULD_TAKE_LIQUIDITY : POST_ONLY_MARKET});
      if (command == "cancel_replace ") {
        add({UNKNOWN_ORDER, ORDER_ID_MISMATCH});
      }
    }
    table[command + "no type"] = {INVALID_ORDER_TYPE};
  }
  table[TemplateKey<sbe::CancelOrder>()] = {UNKNOWN_ACCOUNT,         UNKNOWN_SYMBOL,
                                            MARKET_CLOSED,           UNKNOWN_ORDER,
                                            INVALID_CLIENT_ORDER_ID, ORDER_ID_MISMATCH};
  table[TemplateKey<sbe::CancelAll>()] = {UNKNOWN_ACCOUNT, UNKNOWN_SYMBOL, MARKET_CLOSED};
  table[TemplateKey<sbe::AmendOrder>()] = {
      UNKNOWN_ACCOUNT,          ACCOUNT_DISABLED,   UNKNOWN_SYMBOL,      MARKET_CLOSED,
      INVALID_CLIENT_ORDER_ID,  UNKNOWN_ORDER,      ORDER_ID_MISMATCH,   INVALID_QUANTITY,
      AMEND_NOT_A_REDUCTION,    QUANTITY_TOO_SMALL, QUANTITY_NOT_ON_LOT, NOTIONAL_TOO_SMALL,
      DUPLICATE_CLIENT_ORDER_ID};
  table[TemplateKey<sbe::ReplaceOrder>()] = {
      UNKNOWN_ACCOUNT,     ACCOUNT_DISABLED,   UNKNOWN_SYMBOL,      MARKET_CLOSED,
      UNKNOWN_ORDER,       ORDER_ID_MISMATCH,  INVALID_PRICE,       INVALID_QUANTITY,
      NOTHING_TO_CHANGE,   PRICE_TOO_LOW,      PRICE_TOO_HIGH,      PRICE_NOT_ON_TICK,
      QUANTITY_TOO_SMALL,  QUANTITY_TOO_LARGE, QUANTITY_NOT_ON_LOT, NOTIONAL_TOO_SMALL,
      NOTIONAL_TOO_LARGE,  PRICE_OUTSIDE_BAND, POST_ONLY_MARKET,    WOULD_TAKE_LIQUIDITY,
      INSUFFICIENT_BALANCE};
  table[TemplateKey<sbe::CreateAsset>()] = {INVALID_DEFINITION, ALREADY_EXISTS, EXCHANGE_FULL};
  table[TemplateKey<sbe::CreateSymbol>()] = {INVALID_DEFINITION, ALREADY_EXISTS, UNKNOWN_ASSET,
                                             EXCHANGE_FULL};
  table[TemplateKey<sbe::SetSymbolStatus>()] = {UNKNOWN_SYMBOL, INVALID_DEFINITION};
  table[TemplateKey<sbe::SetSymbolRules>()] = {UNKNOWN_SYMBOL, INVALID_DEFINITION};
  table[TemplateKey<sbe::CreateAccount>()] = {INVALID_DEFINITION, ALREADY_EXISTS, EXCHANGE_FULL};
  table[TemplateKey<sbe::SetAccountStatus>()] = {UNKNOWN_ACCOUNT, INVALID_DEFINITION};
  table[TemplateKey<sbe::Deposit>()] = {UNKNOWN_ACCOUNT, UNKNOWN_ASSET, INVALID_AMOUNT,
                                        TOO_MANY_SOURCES};
  table[TemplateKey<sbe::Withdraw>()] = {UNKNOWN_ACCOUNT, UNKNOWN_ASSET, INVALID_AMOUNT,
                                         INSUFFICIENT_BALANCE, TOO_MANY_SOURCES};
  table[TemplateKey<sbe::Tick>()] = {};
  for (auto& [key, reasons] : table) {
    if (key.starts_with("template")) {
      reasons.push_back(REQUEST_ID_REUSED);
      reasons.push_back(REQUEST_TABLE_FULL);
    }
  }
  table["bytes"] = {UNKNOWN_COMMAND, MALFORMED_COMMAND};
  Pairs pairs;
  for (const auto& [key, reasons] : table) {
    for (const Reason reason : reasons) {
      pairs.emplace(key, reason);
    }
  }
  return pairs;
}

Pairs PlayAll(const std::vector<std::string>& files) {
  Pairs met;
  for (const std::string& file : files) {
    const Status status = PlayScenario(
        kDirectory, file, MakeModelMachine, [&](const Message& command, const Message& event) {
          if (ReadMessageHeader(event).template_id == sbe::Reject::SBE_TEMPLATE_ID) {
            met.emplace(KeyOf(command), Decode<sbe::Reject>(event).reason());
          }
        });
    EXPECT_TRUE(status.ok()) << status.message();
  }
  return met;
}

std::string Missing(const Pairs& from, const Pairs& wanted) {
  std::string missing;
  for (const auto& pair : wanted) {
    if (!from.contains(pair)) {
      missing += pair.first + " × " + sbe::RejectReason::c_str(pair.second) + "\n";
    }
  }
  return missing;
}

TEST(ScenarioCoverageTest, EveryOrderTypeMeetsEveryReason) {
  const Pairs met = PlayAll(Files());
  EXPECT_EQ(Missing(met, Allowed()), "") << "no scenario meets these";
  // An order without a type may also be refused by what is checked before its type.
  Pairs allowed = Allowed();
  for (const std::string key : {"new no type", "cancel_replace no type"}) {
    for (const Reason reason :
         {UNKNOWN_ACCOUNT, ACCOUNT_DISABLED, UNKNOWN_SYMBOL, MARKET_CLOSED, INVALID_SIDE}) {
      allowed.emplace(key, reason);
    }
  }
  EXPECT_EQ(Missing(allowed, met), "") << "the table of allowed pairs lacks these";
}

TEST(ScenarioCoverageTest, AMissingScenarioIsNoticed) {
  auto files = Files();
  std::erase(files, "reject-no-type.txt");
  EXPECT_EQ(Missing(PlayAll(files), Allowed()), "cancel_replace no type × INVALID_ORDER_TYPE\n");
}

TEST(ScenarioRunnerTest, WrongLinesAreNamed) {
  const auto directory =
      std::filesystem::temp_directory_path() / ("lockstep_scenarios_" + std::to_string(::getpid()));
  std::filesystem::create_directories(directory);
  const auto play = [&](const std::string& text) {
    std::ofstream(directory / "x.txt") << text;
    return PlayScenario(directory.string(), "x.txt", MakeModelMachine).message();
  };
  EXPECT_EQ(play("> tick\n"), "");
  EXPECT_EQ(play("\nbogus 1\n"), "x.txt:2: not understood: bogus 1");
  EXPECT_EQ(play("< reject\n"), "x.txt:1: an event without a command");
  EXPECT_EQ(play("> tick\n< reject\n"), "x.txt:1: expected 1 events, there were 0; events:");
  EXPECT_NE(play("> create_account target=1\n< account target=2\n").find("target should be 2"),
            std::string::npos);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace lockstep::testing
