// No space left, for the spool or for the store: the market goes on, whoever asks is answered, and
// what is missing comes from the log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include "testing/history_recording/history_comparison.h"
#include "testing/history_recording/history_market.h"
#include "testing/history_recording/recording_fixture.h"

namespace lockstep {
namespace {

using ::testing::HasSubstr;

class FullDiskTest : public RecordingFixture {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(Small());
    if (mount("tmpfs", Small().c_str(), "tmpfs", 0, "size=4m") != 0) {
      GTEST_SKIP() << "only root may mount the small file system that is to be filled";
    }
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) {
      umount2(Small().c_str(), MNT_DETACH);
    }
  }
  [[nodiscard]] std::string Small() const { return directory() + "/small"; }
  void FillAndMakeSpace(HistoryOptions options);

  // All of a log into a history on a good disk, over what is stored there.
  void ExpectTheLogBringsTheRest(const HistoryOptions& options, const HistoryMarket& before) {
    HistoryMarket after(1);
    auto recorder = Open(after, options);
    after.Replay(before.entries());
    recorder->Recovered(after.position());
    AskAndWait(*recorder, after.position(),
               [&](const HistoryView& view) { ExpectSameRows(view, before.naive()); });
    EXPECT_TRUE(recorder->Problem().ok());
  }

  // As much as RocksDB wants to see before it trusts the disk again.
  void MakeSpace() const {
    ASSERT_EQ(mount("tmpfs", Small().c_str(), "tmpfs", MS_REMOUNT, "size=512m"), 0);
  }
  // No space is left, and the recorder has met it.
  void FillUntilItFails(HistoryRecorder& recorder, HistoryMarket& market) const {
    AskAndWait(recorder, market.position(), [](const HistoryView&) {});
    std::ofstream file(Small() + "/filler", std::ios::binary);
    const std::vector<char> block(4'096);
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
    while (recorder.Problem().ok()) {
      market.ApplyRandomEntry(20);
    }
  }

  template <class Condition>
  static void Await(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      sched_yield();
    }
  }

 private:
  bool mounted_ = false;
};

TEST_F(FullDiskTest, ASpoolThatCannotBeWrittenEndsRecordingUntilTheNextStart) {
  HistoryMarket market(41, std::size_t{1} << 19U);
  HistoryOptions options = Options();
  options.spool_directory = Small();
  options.backlog = {.memory_bytes = 100'000,
                     .spool_limit_bytes = std::int64_t{1} << 30U,
                     .spool_reserve_bytes = 0};
  std::int64_t stored = 0;
  {
    auto recorder = Open(market, options);
    market.SetUp();
    market.Lead();
    std::promise<void> go_on;
    recorder->Ask(0, [&](const HistoryView&) { go_on.get_future().wait(); });
    while (recorder->Problem().ok()) {
      market.ApplyRandomEntry(20);
    }
    for (int i = 0; i < 100; ++i) {
      market.ApplyRandomEntry(20);
    }
    AwaitRead(*recorder, market.position());
    EXPECT_EQ(market.stalls(), 0);
    go_on.set_value();
    // What was taken before the hole is stored; who asks for more is told why it is not there.
    AskAndWait(*recorder, market.position(), [](const HistoryView& view) {
      EXPECT_EQ(view.status().code(), StatusCode::kUnavailable);
      EXPECT_THAT(view.status().message(), HasSubstr("events.spool"));
    });
    EXPECT_THAT(Warnings(), HasSubstr("recording stops"));
    stored = recorder->stored_position();
    EXPECT_GT(stored, 0);
    EXPECT_LT(stored, market.position());
    EXPECT_TRUE(*recorder->MakeDurable(0));
    EXPECT_FALSE(recorder->MakeDurable(market.position()).has_value());
  }
  ExpectTheLogBringsTheRest(options, market);
}

void FullDiskTest::FillAndMakeSpace(HistoryOptions options) {
  HistoryMarket market(42);
  options.directory = Small() + "/history";
  options.spool_directory = directory();
  options.backlog.memory_bytes = 1'000'000;
  auto recorder = Open(market, options);
  market.SetUp();
  market.Lead();
  FillUntilItFails(*recorder, market);
  EXPECT_GT(recorder->GetSummary().write_errors, 0U);
  EXPECT_THAT(Warnings(), HasSubstr("cannot store at present"));
  for (int i = 0; i < 50; ++i) {
    market.ApplyRandomEntry(20);
  }
  EXPECT_EQ(market.stalls(), 0);
  AskAndWait(*recorder, market.position(), [](const HistoryView& view) {
    EXPECT_EQ(view.status().code(), StatusCode::kUnavailable);
    EXPECT_THAT(view.status().message(), HasSubstr("No space left"));
  });
  MakeSpace();
  Await([&] { return recorder->Problem().ok(); });
  AskAndWait(*recorder, market.position(),
             [&](const HistoryView& view) { ExpectSameRows(view, market.naive()); });
  EXPECT_THAT(Warnings(), HasSubstr("stores again"));
  Await([&] { return recorder->MakeDurable(market.position()).value_or(false); });
}

TEST_F(FullDiskTest, AStoreThatCannotBeWrittenTriesAgainUntilThereIsSpace) {
  FillAndMakeSpace(Options());
}

TEST_F(FullDiskTest, AFileOfRowsThatCannotBeWrittenIsTriedAgainUntilThereIsSpace) {
  HistoryOptions options = Options();
  options.rows_per_file = 1;
  FillAndMakeSpace(options);
}

TEST_F(FullDiskTest, AStoreThatCannotBeWrittenDoesNotHoldUpTheEnd) {
  HistoryMarket market(43);
  HistoryOptions options = Options();
  options.directory = Small() + "/history";
  options.spool_directory = directory();
  {
    auto recorder = Open(market, options);
    market.SetUp();
    market.Lead();
    FillUntilItFails(*recorder, market);
    recorder->Stop();
    EXPECT_LT(recorder->stored_position(), market.position());
  }
  MakeSpace();
  ExpectTheLogBringsTheRest(options, market);
}

}  // namespace
}  // namespace lockstep
