#include "sequencer/batcher.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "lockstep_sbe/Tick.h"
#include "sequencer/sequencer_test_support.h"

namespace lockstep {
namespace {

class BatcherTest : public testing::Test {
 protected:
  BatcherTest() { driver_.OnLeadership(1, 0); }

  void Send(const std::string& command) { ASSERT_TRUE(ingress_.TryWrite(CommandBytes(command))); }
  void CommitAndApply() {
    sequencer_.Commit();
    sequencer_.ApplyCommitted(driver_, 1'000);
  }
  static std::uint16_t TemplateOf(const std::string& command) {
    return ReadMessageHeader(CommandBytes(command)).template_id;
  }

  SimulatedClock clock_{1'000};
  EventRing events_{65'536, 1'000'000'000, [] {}};
  CommandKeeper state_;
  StateMachineDriver driver_{state_, events_, clock_, {.node = 3, .boot_id = 77}};
  MemorySequencer sequencer_;
  IngressRing ingress_{65'536};
  Batcher batcher_{{.origin_node = 3, .boot_id = 77, .batch_limit_bytes = limits::kMinBatchBytes},
                   ingress_,
                   sequencer_,
                   driver_,
                   clock_};
};

TEST_F(BatcherTest, AllThatWaitsIsOneEntry) {
  EXPECT_EQ(batcher_.AppendWaiting(10), 0U);
  Send("first");
  Send("second command");
  Send("third");
  EXPECT_EQ(batcher_.AppendWaiting(10), 1U);
  EXPECT_TRUE(batcher_.Empty());
  Send("fourth");
  EXPECT_EQ(batcher_.AppendWaiting(10), 1U);
  CommitAndApply();
  EXPECT_EQ(state_.commands(),
            (std::vector<std::string>{"first", "second command", "third", "fourth"}));
  auto header = EntryReader(sequencer_.entries[1]).Header();
  EXPECT_EQ(header.originNode(), 3);
  EXPECT_EQ(header.bootId(), 77U);
  EXPECT_EQ(header.batchSequence(), 2U);
  EXPECT_EQ(header.commandCount(), 1U);
  EXPECT_EQ(EntryReader(sequencer_.entries[0]).Header().commandCount(), 3U);
  EXPECT_EQ(batcher_.commands_appended(), 4U);
  EXPECT_EQ(batcher_.entries_appended(), 2U);
}

TEST_F(BatcherTest, AnEntryIsNeverLongerThanTheLimitAndOrderIsKept) {
  std::vector<std::string> sent;
  for (int i = 0; i < 100; ++i) {
    sent.push_back("command " + std::to_string(i) + std::string(static_cast<std::size_t>(i), '.'));
    Send(sent.back());
  }
  EXPECT_EQ(batcher_.AppendWaiting(2), 2U);
  EXPECT_FALSE(batcher_.Empty());
  EXPECT_GT(batcher_.AppendWaiting(1'000), 2U);
  for (const auto& entry : sequencer_.entries) {
    EXPECT_LE(entry.size(), limits::kMinBatchBytes);
  }
  CommitAndApply();
  EXPECT_EQ(state_.commands(), sent);
}

TEST_F(BatcherTest, WhatIsRefusedIsOfferedAgainUnchanged) {
  Send("one");
  sequencer_.refuse = AppendError::kBackPressured;
  EXPECT_EQ(batcher_.AppendWaiting(10), 0U);
  EXPECT_TRUE(batcher_.IsHeldBack());
  Send("two");
  EXPECT_EQ(batcher_.AppendWaiting(10), 0U);
  EXPECT_FALSE(batcher_.Empty());
  EXPECT_FALSE(ingress_.Empty());
  EXPECT_EQ(batcher_.times_refused(), 2U);
  sequencer_.refuse.reset();
  EXPECT_EQ(batcher_.AppendWaiting(10), 2U);
  EXPECT_FALSE(batcher_.IsHeldBack());
  CommitAndApply();
  EXPECT_EQ(state_.commands(), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(EntryReader(sequencer_.entries[0]).Header().batchSequence(), 1U);
  EXPECT_EQ(EntryReader(sequencer_.entries[1]).Header().batchSequence(), 2U);
}

TEST_F(BatcherTest, ADueDeadlineIsTickedOnceUntilTheTickWasApplied) {
  state_.deadline_ns = 2'000;
  Send("arms the deadline");
  EXPECT_EQ(batcher_.AppendWaiting(10), 1U);
  CommitAndApply();
  EXPECT_EQ(batcher_.NextTickNs(), 2'000);
  EXPECT_EQ(batcher_.AppendWaiting(10), 0U);
  clock_.AdvanceNs(1'000);
  Send("behind the tick");
  EXPECT_EQ(batcher_.AppendWaiting(10), 1U);
  EXPECT_EQ(batcher_.NextTickNs(), INT64_MAX);
  EXPECT_EQ(batcher_.AppendWaiting(10), 0U);
  state_.deadline_ns = 5'000;
  CommitAndApply();
  EXPECT_EQ(batcher_.NextTickNs(), 5'000);
  const auto commands = state_.commands();
  ASSERT_EQ(commands.size(), 3U);
  EXPECT_EQ(TemplateOf(commands[1]), sbe::Tick::sbeTemplateId());
  EXPECT_EQ(commands[2], "behind the tick");
  // A deadline that is still due after its tick was applied is ticked again.
  clock_.AdvanceNs(10'000);
  EXPECT_EQ(batcher_.AppendWaiting(10), 1U);
  CommitAndApply();
  EXPECT_EQ(batcher_.AppendWaiting(10), 1U);
}

TEST_F(BatcherTest, ATickWaitsWithARefusedEntry) {
  state_.deadline_ns = 500;
  driver_.OnLeadership(1, 0);
  sequencer_.refuse = AppendError::kBackPressured;
  EXPECT_EQ(batcher_.AppendWaiting(10), 0U);
  EXPECT_EQ(batcher_.AppendWaiting(10), 0U);
  sequencer_.refuse.reset();
  EXPECT_EQ(batcher_.AppendWaiting(10), 1U);
  CommitAndApply();
  EXPECT_EQ(state_.commands().size(), 1U);
}

TEST_F(BatcherTest, WhileTheNodeDoesNotLeadTheRingIsDropped) {
  Leadership leadership;
  Batcher batcher({.origin_node = 3,
                   .boot_id = 77,
                   .tick_interval_ns = 50,
                   .lease_ns = 120,
                   .leadership = &leadership},
                  ingress_, sequencer_, driver_, clock_);
  state_.deadline_ns = 500;
  driver_.OnLeadership(1, 0);
  Send("for nobody");
  EXPECT_EQ(batcher.NextTickNs(), INT64_MAX) << "a follower does not tick";
  EXPECT_EQ(batcher.AppendWaiting(10), 0U);
  EXPECT_TRUE(batcher.Empty());
  EXPECT_EQ(batcher.commands_dropped(), 1U);
  EXPECT_TRUE(sequencer_.entries.empty());

  leadership.Open(1);
  Send("for the log");
  EXPECT_EQ(batcher.AppendWaiting(10), 1U);
  EXPECT_EQ(EntryReader(sequencer_.entries[0]).Header().commandCount(), 2U) << "a tick goes first";
}

TEST_F(BatcherTest, WhatWasRefusedWhenTheRoleWasLostIsDroppedToo) {
  Leadership leadership;
  leadership.Open(1);
  Batcher batcher({.origin_node = 3, .boot_id = 77, .leadership = &leadership}, ingress_,
                  sequencer_, driver_, clock_);
  Send("held back");
  sequencer_.refuse = AppendError::kBackPressured;
  EXPECT_EQ(batcher.AppendWaiting(10), 0U);
  leadership.Close();
  sequencer_.refuse.reset();
  EXPECT_EQ(batcher.AppendWaiting(10), 0U);
  EXPECT_TRUE(batcher.Empty());
  leadership.Open(2);
  EXPECT_EQ(batcher.AppendWaiting(10), 0U) << "it is not logged in a later tenure";
}

}  // namespace
}  // namespace lockstep
