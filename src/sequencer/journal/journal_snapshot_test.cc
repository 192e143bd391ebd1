// Snapshots of a running journal: taken by fork, verified, used at start, passed over when bad;
// retention behind them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "sequencer/journal/journal_sequencer.h"
#include "sequencer/journal/journal_test_support.h"

namespace lockstep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class JournalSnapshotTest : public JournalTest {
 protected:
  // Takes a snapshot and waits until it counts. Returns its position.
  static std::int64_t Snapshot(JournalSequencer& sequencer, const StateMachine& state) {
    const std::int64_t position = sequencer.applied_position();
    Status started = sequencer.TakeSnapshot(state);
    while (started.code() == StatusCode::kUnavailable) {
      std::this_thread::yield();
      started = sequencer.TakeSnapshot(state);
    }
    EXPECT_TRUE(started.ok()) << started.message();
    AwaitSnapshot(sequencer, position);
    return position;
  }
  static void AwaitSnapshot(const JournalSequencer& sequencer, std::int64_t position) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (sequencer.snapshot_position() < position) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline)
          << "the snapshot does not come to its end";
      std::this_thread::yield();
    }
  }
  [[nodiscard]] std::string SnapshotPath(std::int64_t position) const {
    return SnapshotDirectory() + "/" + PositionFileName(position, ".snapshot");
  }
  static std::size_t FilesIn(const std::string& directory) {
    const auto names = ListFiles(directory);
    return names ? names->size() : 0;
  }
};

TEST_F(JournalSnapshotTest, ARestartLoadsItAndReplaysOnlyWhatIsBehind) {
  std::uint64_t digest = 0;
  std::int64_t position = 0;
  {
    CountingStateMachine state(1'000'000);
    JournalSequencer sequencer(Options());
    ASSERT_TRUE(sequencer.Recover(state).ok());
    AppendAndApply(sequencer, state, 1, 50);
    position = Snapshot(sequencer, state);
    AppendAndApply(sequencer, state, 51, 57);
    digest = state.Digest();
  }
  CountingStateMachine state;
  JournalSequencer sequencer(Options());
  ASSERT_TRUE(sequencer.Recover(state).ok());
  EXPECT_EQ(sequencer.recovery().snapshot_position, position);
  EXPECT_EQ(sequencer.recovery().replayed_entries, 7U);
  EXPECT_EQ(state.numbers().size(), 7U);
  EXPECT_EQ(state.count(), 57U);
  EXPECT_EQ(state.Digest(), digest);
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(JournalSnapshotTest, AnIdleRestartAtTheSnapshotsPositionGoesOn) {
  std::int64_t position = 0;
  for (std::uint64_t life = 0; life < 3; ++life) {
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    ASSERT_TRUE(sequencer.Recover(state).ok());
    EXPECT_EQ(sequencer.applied_position(), position);
    EXPECT_EQ(state.count(), life);
    AppendAndApply(sequencer, state, life + 1, life + 1);
    position = Snapshot(sequencer, state);
  }
}

TEST_F(JournalSnapshotTest, ABadOneIsPassedOverWithAWarning) {
  std::int64_t older = 0;
  std::int64_t newer = 0;
  std::uint64_t digest = 0;
  {
    CountingStateMachine state(300'000);
    JournalSequencer sequencer(Options());
    ASSERT_TRUE(sequencer.Recover(state).ok());
    AppendAndApply(sequencer, state, 1, 10);
    older = Snapshot(sequencer, state);
    AppendAndApply(sequencer, state, 11, 20);
    newer = Snapshot(sequencer, state);
    AppendAndApply(sequencer, state, 21, 30);
    digest = state.Digest();
  }
  const auto good = ReadWholeFile(SnapshotPath(newer));
  std::vector<std::vector<std::byte>> damaged;
  for (const std::size_t at :
       {std::size_t{3}, std::size_t{20}, kSnapshotHeaderBytes, kSnapshotHeaderBytes + 6,
        std::size_t{200'000}, good.size() - 30, good.size() - 20, good.size() - 1}) {
    damaged.push_back(good);
    damaged.back()[at] ^= std::byte{4};
  }
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{10}, kSnapshotHeaderBytes, good.size() / 2,
        good.size() - kSnapshotTrailerBytes, good.size() - 1}) {
    damaged.emplace_back(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
  }
  damaged.push_back(good);
  damaged.back().push_back(std::byte{0});
  for (const auto& bytes : damaged) {
    WriteWholeFile(SnapshotPath(newer), bytes);
    ForgetWarnings();
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    const Status recovered = sequencer.Recover(state);
    ASSERT_TRUE(recovered.ok()) << recovered.message();
    EXPECT_EQ(sequencer.recovery().snapshot_position, older);
    EXPECT_EQ(state.Digest(), digest);
    EXPECT_THAT(Warnings(), AllOf(HasSubstr("passed over"), HasSubstr(SnapshotPath(newer))));
  }
  // Gone altogether.
  std::filesystem::remove(SnapshotPath(newer));
  CountingStateMachine state;
  JournalSequencer sequencer(Options());
  ASSERT_TRUE(sequencer.Recover(state).ok());
  EXPECT_EQ(sequencer.recovery().snapshot_position, older);
  EXPECT_EQ(state.Digest(), digest);
}

TEST_F(JournalSnapshotTest, OneNewerThanTheLogsEndIsRefused) {
  const auto empty_log = [this] {
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    EXPECT_TRUE(sequencer.Recover(state).ok());
    return ReadWholeFile(SegmentPath(0));
  }();
  std::int64_t position = 0;
  {
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    ASSERT_TRUE(sequencer.Recover(state).ok());
    AppendAndApply(sequencer, state, 1, 10);
    position = Snapshot(sequencer, state);
  }
  WriteWholeFile(SegmentPath(0), empty_log);
  CountingStateMachine state;
  {
    JournalSequencer sequencer(Options());
    const Status refused = sequencer.Recover(state);
    EXPECT_EQ(refused.code(), StatusCode::kCorruption);
    EXPECT_THAT(refused.message(),
                AllOf(HasSubstr(SegmentPath(0)), HasSubstr(std::to_string(position))));
  }
  std::filesystem::remove_all(LogDirectory());
  JournalSequencer sequencer(Options());
  const Status refused = sequencer.Recover(state);
  EXPECT_EQ(refused.code(), StatusCode::kCorruption);
  EXPECT_THAT(refused.message(), HasSubstr("no log"));
}

TEST_F(JournalSnapshotTest, RetentionKeepsTwoSnapshotsAndTheLogBehindTheOlder) {
  std::int64_t older = 0;
  std::int64_t newer = 0;
  std::uint64_t digest = 0;
  {
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    ASSERT_TRUE(sequencer.Recover(state).ok());
    for (std::uint64_t round = 0; round < 6; ++round) {
      AppendAndApply(sequencer, state, round * 200 + 1, round * 200 + 200, 900);
      older = newer;
      newer = Snapshot(sequencer, state);
    }
    digest = state.Digest();
    // The removal follows the acceptance on the keeper's thread; a further snapshot waits for both.
    AppendAndApply(sequencer, state, 1'201, 1'201);
    older = newer;
    newer = Snapshot(sequencer, state);
    digest = state.Digest();
  }
  EXPECT_EQ(FilesIn(SnapshotDirectory()), 2U);
  EXPECT_TRUE(std::filesystem::exists(SnapshotPath(older)));
  EXPECT_TRUE(std::filesystem::exists(SnapshotPath(newer)));
  EXPECT_FALSE(std::filesystem::exists(SegmentPath(0)));
  // What is left is enough for both.
  for (const bool newest_is_bad : {false, true}) {
    if (newest_is_bad) {
      std::filesystem::resize_file(SnapshotPath(newer), 100);
    }
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    const Status recovered = sequencer.Recover(state);
    ASSERT_TRUE(recovered.ok()) << recovered.message();
    EXPECT_EQ(state.Digest(), digest);
  }
  // Without any, the log that is left does not reach back to the start.
  std::filesystem::resize_file(SnapshotPath(older), 100);
  CountingStateMachine state;
  JournalSequencer sequencer(Options());
  EXPECT_EQ(sequencer.Recover(state).code(), StatusCode::kCorruption);
}

TEST_F(JournalSnapshotTest, TheMarketGoesOnMeanwhile) {
  constexpr std::uint64_t kEntries = 3'000;
  std::uint64_t digest = 0;
  std::uint64_t refused_while_busy = 0;
  {
    CountingStateMachine state(8'000'000);
    JournalSequencer sequencer(Options());
    ASSERT_TRUE(sequencer.Recover(state).ok());
    std::atomic<bool> done{false};
    std::thread appender([&] {
      for (std::uint64_t number = 1; number <= kEntries;) {
        if (sequencer.Append(MakeEntry(number, 300))) {
          ++number;
        } else {
          std::this_thread::yield();
        }
        sequencer.Commit();
      }
      done.store(true);
    });
    std::size_t applied = 0;
    while (!done.load() || applied < kEntries) {
      const std::size_t now = sequencer.ApplyCommitted(state, 16);
      applied += now;
      if (now != 0 && !sequencer.TakeSnapshot(state).ok()) {
        ++refused_while_busy;
      }
    }
    appender.join();
    digest = state.Digest();
    Snapshot(sequencer, state);
  }
  EXPECT_GT(refused_while_busy, 0U);
  EXPECT_THAT(Warnings(), IsEmpty());
  CountingStateMachine state;
  JournalSequencer sequencer(Options());
  ASSERT_TRUE(sequencer.Recover(state).ok());
  EXPECT_EQ(state.Digest(), digest);
  EXPECT_EQ(state.count(), kEntries);
  EXPECT_EQ(sequencer.recovery().replayed_entries, 0U);
}

TEST_F(JournalSnapshotTest, WithoutSyncTheLogIsMadeDurableBeforeTheSnapshotCounts) {
  auto options = Options();
  options.sync = SyncPolicy::kNone;
  CountingStateMachine state;
  JournalSequencer sequencer(options);
  ASSERT_TRUE(sequencer.Recover(state).ok());
  AppendAndApply(sequencer, state, 1, 5);
  ASSERT_TRUE(sequencer.TakeSnapshot(state).ok());
  std::thread idle([&] {
    while (sequencer.snapshot_position() == 0) {
      sequencer.Commit();
      std::this_thread::yield();
    }
  });
  AwaitSnapshot(sequencer, sequencer.applied_position());
  idle.join();
}

TEST_F(JournalSnapshotTest, StoppingWhileAChildWritesLeavesNothingBehind) {
  {
    CountingStateMachine state(200'000'000);
    JournalSequencer sequencer(Options());
    ASSERT_TRUE(sequencer.Recover(state).ok());
    AppendAndApply(sequencer, state, 1, 5);
    ASSERT_TRUE(sequencer.TakeSnapshot(state).ok());
  }
  EXPECT_EQ(FilesIn(SnapshotDirectory()), 0U);
  CountingStateMachine state;
  JournalSequencer sequencer(Options());
  ASSERT_TRUE(sequencer.Recover(state).ok());
  EXPECT_EQ(state.count(), 5U);
}

TEST_F(JournalSnapshotTest, CountsOnlyWhenTheGateHasOpened) {
  std::atomic<bool> is_open = false;
  std::atomic<std::int64_t> asked = 0;
  JournalOptions options = Options();
  options.snapshot_gate = [&](std::int64_t position) -> Result<bool> {
    asked = position;
    return is_open.load();
  };
  CountingStateMachine state;
  JournalSequencer sequencer(options);
  ASSERT_TRUE(sequencer.Recover(state).ok());
  // Twice what would remove log: three snapshots, with segments between them.
  for (std::uint64_t round = 0; round < 3; ++round) {
    is_open = false;
    AppendAndApply(sequencer, state, round * 200 + 1, round * 200 + 200, 900);
    const std::size_t segments = FilesIn(LogDirectory());
    const std::int64_t before = sequencer.snapshot_position();
    const std::int64_t position = sequencer.applied_position();
    Status started = sequencer.TakeSnapshot(state);
    while (started.code() == StatusCode::kUnavailable) {
      std::this_thread::yield();
      started = sequencer.TakeSnapshot(state);
    }
    ASSERT_TRUE(started.ok()) << started.message();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (asked < position) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::yield();
    }
    EXPECT_EQ(sequencer.snapshot_position(), before);
    EXPECT_FALSE(std::filesystem::exists(SnapshotPath(position)));
    EXPECT_GE(FilesIn(LogDirectory()), segments);
    is_open = true;
    AwaitSnapshot(sequencer, position);
    EXPECT_TRUE(std::filesystem::exists(SnapshotPath(position)));
  }
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(JournalSnapshotTest, DoesNotCountWhenTheGateWillNotOpen) {
  JournalOptions options = Options();
  options.snapshot_gate = [](std::int64_t) -> Result<bool> {
    return Error(StatusCode::kIoError, "history has stopped");
  };
  {
    CountingStateMachine state;
    JournalSequencer sequencer(options);
    ASSERT_TRUE(sequencer.Recover(state).ok());
    AppendAndApply(sequencer, state, 1, 10);
    ASSERT_TRUE(sequencer.TakeSnapshot(state).ok());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (Warnings().empty()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::yield();
    }
    EXPECT_THAT(Warnings(), HasSubstr("history has stopped"));
    EXPECT_EQ(sequencer.snapshot_position(), 0);
  }
  EXPECT_EQ(FilesIn(SnapshotDirectory()), 0U);
  CountingStateMachine state;
  JournalSequencer sequencer(Options());
  ASSERT_TRUE(sequencer.Recover(state).ok());
  EXPECT_EQ(state.count(), 10U);
}

TEST_F(JournalSnapshotTest, AClosedGateDoesNotHoldUpTheEnd) {
  JournalOptions options = Options();
  std::atomic<bool> asked = false;
  options.snapshot_gate = [&](std::int64_t) -> Result<bool> {
    asked = true;
    return false;
  };
  CountingStateMachine state;
  JournalSequencer sequencer(options);
  ASSERT_TRUE(sequencer.Recover(state).ok());
  AppendAndApply(sequencer, state, 1, 10);
  ASSERT_TRUE(sequencer.TakeSnapshot(state).ok());
  while (!asked) {
    std::this_thread::yield();
  }
}

}  // namespace
}  // namespace lockstep
