#include "sequencer/journal/journal_sequencer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "sequencer/journal/journal_test_support.h"

namespace lockstep {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

using JournalSequencerTest = JournalTest;

TEST_F(JournalSequencerTest, NothingIsAppliedBeforeItsCommitAndThenAsOneGroup) {
  CountingStateMachine state;
  JournalSequencer sequencer(Options());
  ASSERT_TRUE(sequencer.Recover(state).ok());
  for (std::uint64_t number = 1; number <= 5; ++number) {
    ASSERT_TRUE(sequencer.Append(MakeEntry(number)));
  }
  EXPECT_EQ(sequencer.ApplyCommitted(state, 100), 0U);
  EXPECT_EQ(sequencer.committed_position(), 0);
  EXPECT_EQ(sequencer.Commit(), 5U);
  EXPECT_EQ(sequencer.committed_position(), sequencer.appended_position());
  EXPECT_EQ(sequencer.ApplyCommitted(state, 2), 2U);
  EXPECT_EQ(sequencer.ApplyCommitted(state, 100), 3U);
  EXPECT_EQ(sequencer.applied_position(), sequencer.committed_position());
  EXPECT_THAT(state.numbers(), testing::ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(sequencer.Commit(), 0U);
  EXPECT_EQ(sequencer.role(), Role::kLeader);
}

TEST_F(JournalSequencerTest, RestartsGoOnOverManySegments) {
  std::uint64_t number = 0;
  std::uint64_t digest = 0;
  std::int64_t position = 0;
  for (int life = 0; life < 4; ++life) {
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    const Status recovered = sequencer.Recover(state);
    ASSERT_TRUE(recovered.ok()) << recovered.message();
    EXPECT_EQ(state.count(), number);
    EXPECT_EQ(state.Digest(), digest);
    EXPECT_EQ(sequencer.applied_position(), position);
    EXPECT_EQ(sequencer.committed_position(), position);
    AppendAndApply(sequencer, state, number + 1, number + 400, 700);
    number += 400;
    digest = state.Digest();
    position = sequencer.applied_position();
  }
  EXPECT_GT(position, 10 * kMinSegmentBytes);
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(JournalSequencerTest, AFullRingIsBackPressureAndLosesNothing) {
  CountingStateMachine state;
  auto options = Options();
  options.segment_bytes = 1 << 20;
  JournalSequencer sequencer(options);
  ASSERT_TRUE(sequencer.Recover(state).ok());
  std::uint64_t number = 0;
  std::optional<AppendError> refused;
  while (!refused) {
    const auto appended = sequencer.Append(MakeEntry(number + 1, 1'000));
    if (appended) {
      ++number;
    } else {
      refused = appended.error();
    }
  }
  EXPECT_EQ(*refused, AppendError::kBackPressured);
  EXPECT_FALSE(sequencer.storage_failed());
  EXPECT_GT(number, 50U);
  EXPECT_EQ(sequencer.Commit(), number);
  EXPECT_EQ(sequencer.ApplyCommitted(state, 1'000), number);
  EXPECT_TRUE(sequencer.Append(MakeEntry(number + 1, 1'000)));
}

TEST_F(JournalSequencerTest, IdleWorkLeavesAFullRingAlone) {
  // The ring is filled to the last byte that entries of this size leave; each idle commit would
  // like to write a mark.
  for (std::size_t bytes = 400; bytes < 1'400; bytes += 8) {
    std::filesystem::remove_all(LogDirectory());
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    ASSERT_TRUE(sequencer.Recover(state).ok());
    std::uint64_t number = 0;
    for (int full = 0; full < 3;) {
      if (sequencer.Append(MakeEntry(number + 1, bytes))) {
        ++number;
        ASSERT_EQ(sequencer.Commit(), 1U);
      } else {
        sequencer.Commit();
        ++full;
      }
    }
    while (sequencer.applied_position() < sequencer.committed_position()) {
      ASSERT_GT(sequencer.ApplyCommitted(state, 7), 0U);
    }
    ASSERT_EQ(state.count(), number);
  }
}

TEST_F(JournalSequencerTest, ASecondProcessIsRefused) {
  CountingStateMachine state;
  JournalSequencer sequencer(Options());
  ASSERT_TRUE(sequencer.Recover(state).ok());
  CountingStateMachine other_state;
  auto options = Options();
  options.lock_wait_ns = 0;
  JournalSequencer other(options);
  const Status refused = other.Recover(other_state);
  EXPECT_EQ(refused.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(refused.message(), HasSubstr(directory_.path() + "/lock"));
}

TEST_F(JournalSequencerTest, UnderEachPolicyARestartFindsEverything) {
  std::uint64_t number = 0;
  for (const SyncPolicy sync : {SyncPolicy::kAlways, SyncPolicy::kInterval, SyncPolicy::kNone}) {
    auto options = Options();
    options.sync = sync;
    options.sync_interval_ns = 1'000'000;
    CountingStateMachine state;
    JournalSequencer sequencer(options);
    ASSERT_TRUE(sequencer.Recover(state).ok());
    EXPECT_EQ(state.count(), number);
    AppendAndApply(sequencer, state, number + 1, number + 300, 300);
    number += 300;
  }
  EXPECT_THAT(Warnings(), IsEmpty());
}

}  // namespace
}  // namespace lockstep
