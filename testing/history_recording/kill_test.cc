// A recorder killed at any moment, again and again: the next one finds whole entries, each once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "testing/history_recording/child_process.h"
#include "testing/history_recording/history_comparison.h"
#include "testing/history_recording/history_market.h"
#include "testing/history_recording/recording_fixture.h"

namespace lockstep {
namespace {

constexpr const char* kDirectoryVariable = "LOCKSTEP_HISTORY_DIRECTORY";
constexpr std::uint64_t kSeed = 31;
constexpr int kEntries = 1'500;

// The same entries in each life.
void ApplyEntry(HistoryMarket& market) { market.ApplyRandomEntry(12); }

// Replays from the first entry, as if the log reached back to it, and records until it is killed.
TEST(RecordingChild, DISABLED_RecordsUntilItIsKilled) {
  const char* directory = std::getenv(kDirectoryVariable);
  ASSERT_NE(directory, nullptr);
  HistoryMarket market(kSeed);
  HistoryOptions options;
  options.directory = std::string(directory) + "/history";
  options.backlog.memory_bytes = 50'000;  // so that the spool is in it too
  options.rows_per_file = 400;            // and files of rows between those that take the WAL
  auto recorder = HistoryRecorder::Open(options, market.Attach());
  ASSERT_TRUE(recorder.has_value()) << recorder.error().message();
  std::filesystem::create_directory(std::string(directory) + "/running");
  (*recorder)->Start();
  market.SetUp();
  for (int i = 0; i < kEntries; ++i) {
    ApplyEntry(market);
    // Small writes among the large.
    (*recorder)->Ask(market.position(), [](const HistoryView&) {});
  }
  while (true) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

class KillTest : public RecordingFixture {};

TEST_F(KillTest, WhatIsStoredIsWholeAndOnce) {
  HistoryMarket all(kSeed);
  all.SetUp();
  std::vector<LoggedEntry> log;
  for (int i = 0; i < kEntries; ++i) {
    ApplyEntry(all);
  }
  std::mt19937_64 random(std::random_device{}());
  const std::string running = directory() + "/running";
  std::int64_t last_position = 0;
  int seen_in_the_middle = 0;
  for (int life = 0; life < 12; ++life) {
    {
      ChildProcess child("RecordingChild.DISABLED_RecordsUntilItIsKilled", kDirectoryVariable,
                         directory());
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      while (!std::filesystem::exists(running)) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline);
        std::this_thread::yield();
      }
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    }
    std::filesystem::remove(running);
    // What is there now is what had happened up to the stored position, and nothing else.
    HistoryMarket until(kSeed);
    HistoryMarket ring(1);
    auto recorder = Open(ring);
    const std::int64_t stored = recorder->stored_position();
    EXPECT_GE(stored, last_position);
    last_position = stored;
    for (const LoggedEntry& entry : all.entries()) {
      if (entry.position <= stored) {
        until.Replay(std::span(&entry, 1));
      }
    }
    EXPECT_TRUE(stored == 0 || until.position() == stored) << "not the end of an entry";
    seen_in_the_middle += stored > 0 && stored < all.position() ? 1 : 0;
    AskAndWait(*recorder, stored, [&](const HistoryView& view) {
      ExpectSameRows(view, until.naive());
      ExpectSameCandles(view, until.naive(), until.now_ns());
    });
  }
  RecordProperty("lives_ended_in_the_middle", seen_in_the_middle);
  // The rest from the log.
  HistoryMarket last(1);
  auto recorder = Open(last);
  last.Replay(all.entries());
  recorder->Recovered(last.position());
  AskAndWait(*recorder, last.position(), [&](const HistoryView& view) {
    ExpectSameRows(view, all.naive());
    ExpectSameCandles(view, all.naive(), all.now_ns());
  });
  EXPECT_THAT(Warnings(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace lockstep
