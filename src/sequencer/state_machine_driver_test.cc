#include "sequencer/state_machine_driver.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

#include "lockstep_sbe/BatchEnd.h"
#include "sequencer/sequencer_test_support.h"

namespace lockstep {
namespace {

// One small event for each entry, before BatchEnd; another while loading.
class OneEventMachine final : public StateMachine {
 public:
  explicit OneEventMachine(EventSink& sink) : sink_(sink) {}

  [[nodiscard]] Status LoadSnapshot(SnapshotReader& /*reader*/) override {
    WriteEvent(std::byte{'L'});
    return Status::Ok();
  }
  void Apply(std::int64_t /*position*/, std::int64_t /*timestamp_ns*/,
             std::span<const std::byte> /*entry*/) override {
    WriteEvent(std::byte{'A'});
    ++digest_;
  }
  void OnLeadership(std::int64_t /*term*/, std::int32_t /*leader*/) override {}
  [[nodiscard]] bool WriteSnapshot(SnapshotWriter& /*writer*/) const override { return true; }
  [[nodiscard]] std::uint64_t Digest() const override { return digest_; }
  [[nodiscard]] std::int64_t NextDeadlineNs() const override {
    return static_cast<std::int64_t>(digest_) * 10;
  }

 private:
  void WriteEvent(std::byte mark) {
    std::byte* event = sink_.Claim(kMessageHeaderBytes + 1);
    std::memset(event, 0, kMessageHeaderBytes);
    event[kMessageHeaderBytes] = mark;
    sink_.Commit(kMessageHeaderBytes + 1);
  }

  EventSink& sink_;
  std::uint64_t digest_ = 0;
};

class NoReader final : public SnapshotReader {
 public:
  [[nodiscard]] Status Read(std::span<std::byte> /*bytes*/) override { return Status::Ok(); }
};

TEST(StateMachineDriverTest, EachEntryEndsWithBatchEndAndIsPublishedWhole) {
  SimulatedClock clock(5'000);
  EventRing ring(65'536, 1'000'000'000, [] {});
  EventRing::Reader& reader = ring.Attach();
  OneEventMachine inner(ring);
  StateMachineDriver driver(inner, ring, clock);

  const auto read_all = [&] {
    std::vector<std::vector<std::byte>> events;
    reader.Poll(
        [&](std::span<const std::byte> event) { events.emplace_back(event.begin(), event.end()); },
        100);
    return events;
  };
  NoReader nothing;
  ASSERT_TRUE(driver.LoadSnapshot(nothing).ok());
  EXPECT_EQ(read_all().size(), 1U);

  std::array<std::byte, 256> buffer{};
  EntryBuilder builder(buffer.data(), buffer.size());
  builder.Begin(4, 99, 12);
  ASSERT_TRUE(builder.Add(CommandBytes("abc")));
  ASSERT_TRUE(builder.Add(CommandBytes("def")));
  const auto entry = builder.Finish();

  driver.Apply(640, 4'000, entry);
  auto events = read_all();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].back(), std::byte{'A'});
  auto end = Decode<sbe::BatchEnd>(events[1]);
  EXPECT_EQ(ReadMessageHeader(events[1]).template_id, sbe::BatchEnd::sbeTemplateId());
  EXPECT_EQ(end.position(), 640);
  EXPECT_EQ(end.timestampNs(), 4'000);
  EXPECT_EQ(end.matchedNs(), 5'000);
  EXPECT_EQ(end.bootId(), 99U);
  EXPECT_EQ(end.batchSequence(), 12U);
  EXPECT_EQ(end.commandCount(), 2U);
  EXPECT_EQ(end.originNode(), 4);
  EXPECT_EQ(end.replaying(), 1);
  EXPECT_EQ(driver.applied_position(), 640);
  EXPECT_EQ(driver.digest(), 1U);
  EXPECT_EQ(driver.next_deadline_ns(), 10);
  EXPECT_EQ(driver.commands_applied(), 2U);

  driver.OnLeadership(1, 0);
  driver.Apply(740, 4'100, entry);
  events = read_all();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(Decode<sbe::BatchEnd>(events[1]).replaying(), 0);
  EXPECT_EQ(driver.entries_applied(), 2U);
}

}  // namespace
}  // namespace lockstep
