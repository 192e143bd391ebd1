// Recorded order flow through the real gateway.

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <fstream>
#include <iterator>
#include <string>

#include "testing/system/system_fixture.h"

namespace lockstep::testing_system {
namespace {

class ReplaySystemTest : public SystemTest {
 protected:
  // Replays the tape's first rows against a fresh exchange; the report.
  rapidjson::Document ReplayFresh(const std::string& format, const std::string& tape,
                                  const std::string& name) {
    auto exchange = LocalExchange::Start(Executable(), directory() + "/" + name);
    EXPECT_TRUE(exchange);
    rapidjson::Document report;
    if (!exchange) {
      return report;
    }
    const std::string path = directory() + "/" + name + ".json";
    const Finished finished =
        RunLockstep({"replay", "--format", format, "--sbe", (*exchange)->sbe_address(), "--keys",
                     (*exchange)->keys_path(), "--rows", "10000", "--report", path, tape});
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    report.Parse(text.c_str());
    EXPECT_FALSE(report.HasParseError()) << text;
    EXPECT_EQ((*exchange)->Terminate().value_or(-1), 0);
    return report;
  }
};

TEST_F(ReplaySystemTest, LobsterFlowFindsTheVenuesMakersAndTheSameDigestTwice) {
  const std::string tape = SharedFile("data/lobster_flow/GOOG_2012-06-21_flow_L10.csv.gz");
  if (tape.empty()) {
    GTEST_SKIP() << "the recorded data is not there: put it at ../shared/data or set "
                    "LOCKSTEP_SHARED_DIR";
  }
  const auto first = ReplayFresh("lobster-flow", tape, "first");
  ASSERT_TRUE(first.IsObject());
  EXPECT_EQ(first["rows"].GetUint64(), 10'000U);
  EXPECT_EQ(first["unexpected_rejects"].GetUint64(), 0U);
  EXPECT_EQ(first["known"].GetUint64(), 182U);
  EXPECT_EQ(first["known_match"].GetUint64(), 182U);
  EXPECT_EQ(first["queued"].GetUint64(), 40U);
  EXPECT_EQ(first["queued_match"].GetUint64(), 40U);
  const auto second = ReplayFresh("lobster-flow", tape, "second");
  ASSERT_TRUE(second.IsObject());
  EXPECT_STREQ(first["digest"].GetString(), second["digest"].GetString());
  EXPECT_STRNE(first["digest"].GetString(), "0000000000000000");
}

TEST_F(ReplaySystemTest, BitstampEventsLeaveNoUnexpectedReject) {
  const std::string tape = SharedFile("data/bitstamp_l3/btcusd_2015-05-01_orders.csv.gz");
  if (tape.empty()) {
    GTEST_SKIP() << "the recorded data is not there: put it at ../shared/data or set "
                    "LOCKSTEP_SHARED_DIR";
  }
  const auto first = ReplayFresh("bitstamp-l3", tape, "first");
  ASSERT_TRUE(first.IsObject());
  EXPECT_EQ(first["unexpected_rejects"].GetUint64(), 0U);
  EXPECT_GT(first["trades"].GetUint64(), 0U);
  const auto second = ReplayFresh("bitstamp-l3", tape, "second");
  ASSERT_TRUE(second.IsObject());
  EXPECT_STREQ(first["digest"].GetString(), second["digest"].GetString());
}

TEST_F(ReplaySystemTest, AFileThatIsNoTapeIsNamedWithItsLine) {
  const auto exchange = StartExchange();
  ASSERT_NE(exchange, nullptr);
  const std::string tape = directory() + "/tape.csv";
  std::ofstream(tape) << "1,A,1,B,100,5,0\nnonsense\n";
  const Finished finished =
      RunLockstep({"replay", "--format", "lobster-flow", "--sbe", exchange->sbe_address(), "--keys",
                   exchange->keys_path(), tape});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.output.find("tape.csv:2:"), std::string::npos) << finished.output;
}

TEST_F(ReplaySystemTest, BotsMakeTheMarketMove) {
  const auto exchange = StartExchange();
  ASSERT_NE(exchange, nullptr);
  const Finished finished = RunLockstep({"bots", "--http", exchange->http_address(), "--keys",
                                         exchange->keys_path(), "--seconds", "3"});
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_NE(finished.output.find(" trades"), std::string::npos) << finished.output;
  EXPECT_EQ(finished.output.find(" 0 trades"), std::string::npos) << finished.output;
}

}  // namespace
}  // namespace lockstep::testing_system
