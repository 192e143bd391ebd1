// The hops from ingress ring to event ring on their real threads, over a real journal.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdint>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "lockstep_sbe/BatchEnd.h"
#include "sequencer/batcher.h"
#include "sequencer/engine_thread.h"
#include "sequencer/journal/journal_sequencer.h"
#include "sequencer/journal/journal_test_support.h"
#include "sequencer/sequencer_test_support.h"
#include "sequencer/sequencer_thread.h"
#include "sequencer/state_machine_driver.h"

namespace lockstep {
namespace {

// One life of a process, without gateway and engine.
class Pipeline {
 public:
  Pipeline(const JournalOptions& options, std::uint64_t boot_id)
      : driver(state, events, TestClock(), {.node = 1, .boot_id = boot_id}),
        journal(options),
        batcher({.origin_node = 1, .boot_id = boot_id, .batch_limit_bytes = 2'000}, ingress,
                journal, driver, TestClock()),
        sequencer_thread({}, batcher, journal, ingress, TestClock()),
        engine_thread(
            {}, journal, driver, queries,
            [this](std::span<const std::byte> /*query*/) { queries_answered.fetch_add(1); },
            TestClock()),
        events_reader_(events.Attach()) {
    reader_ = std::thread([this] { ReadEvents(); });
    const Status recovered = journal.Recover(driver);
    EXPECT_TRUE(recovered.ok()) << recovered.message();
    engine_thread.Start();
    sequencer_thread.Start();
  }
  ~Pipeline() {
    Stop();
    stopping_.store(true);
    events_reader_.waker().Notify();
    reader_.join();
  }

  void Stop() {
    sequencer_thread.Stop();
    engine_thread.Stop();
  }

  IngressRing ingress{65'536};
  IngressRing queries{65'536};
  EventRing events{65'536, 10'000'000'000, [] {}};
  CommandKeeper state;
  StateMachineDriver driver;
  JournalSequencer journal;
  Batcher batcher;
  SequencerThread sequencer_thread;
  EngineThread engine_thread;
  std::atomic<std::uint64_t> queries_answered{0};
  std::atomic<std::uint64_t> commands_seen{0};
  std::atomic<std::uint64_t> live_commands_seen{0};

 private:
  void ReadEvents() {
    while (!stopping_.load()) {
      const std::size_t read = events_reader_.Poll(
          [this](std::span<const std::byte> event) {
            auto end = Decode<sbe::BatchEnd>(event);
            commands_seen.fetch_add(end.commandCount());
            if (end.replaying() == 0) {
              live_commands_seen.fetch_add(end.commandCount());
            }
          },
          100);
      if (read == 0) {
        events_reader_.waker().Arm();
        if (events_reader_.Empty() && !stopping_.load()) {
          events_reader_.waker().Wait(100'000'000);
        }
        events_reader_.waker().Disarm();
      }
    }
  }

  EventRing::Reader& events_reader_;
  std::atomic<bool> stopping_{false};
  std::thread reader_;
};

using JournalThreadsTest = JournalTest;

void SendFrom(Pipeline& pipeline, int writer, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string command = std::to_string(writer) + ":" + std::to_string(i);
    while (!pipeline.ingress.TryWrite(CommandBytes(command))) {
      std::this_thread::yield();
    }
  }
}

TEST_F(JournalThreadsTest, EveryCommandOfManyWritersComesThroughOnceAndInOrder) {
  constexpr int kWriters = 3;
  constexpr int kEach = 4'000;
  for (int life = 0; life < 2; ++life) {
    Pipeline pipeline(Options(), static_cast<std::uint64_t>(life) + 1);
    std::vector<std::thread> writers;
    writers.reserve(kWriters);
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] { SendFrom(pipeline, life * kWriters + writer, kEach); });
    }
    while (!pipeline.queries.TryWrite(CommandBytes("a query"))) {
      std::this_thread::yield();
    }
    for (auto& writer : writers) {
      writer.join();
    }
    pipeline.Stop();
    EXPECT_EQ(pipeline.queries_answered.load(), 1U);
    EXPECT_EQ(pipeline.journal.applied_position(), pipeline.journal.appended_position());
    EXPECT_EQ(pipeline.driver.applied_position(), pipeline.journal.applied_position());
    std::vector<int> next(static_cast<std::size_t>(2 * kWriters), 0);
    for (const std::string& command : pipeline.state.commands()) {
      const std::size_t colon = command.find(':');
      int& expected = next[std::stoul(command.substr(0, colon))];
      ASSERT_EQ(std::stoi(command.substr(colon + 1)), expected);
      ++expected;
    }
    for (int writer = 0; writer < (life + 1) * kWriters; ++writer) {
      EXPECT_EQ(next[static_cast<std::size_t>(writer)], kEach);
    }
    while (pipeline.live_commands_seen.load() < kWriters * kEach) {
      std::this_thread::yield();
    }
    EXPECT_EQ(pipeline.live_commands_seen.load(), static_cast<std::uint64_t>(kWriters * kEach));
    EXPECT_EQ(pipeline.commands_seen.load(),
              static_cast<std::uint64_t>((life + 1) * kWriters * kEach));
  }
}

TEST_F(JournalThreadsTest, IdleThreadsSleep) {
  Pipeline pipeline(Options(), 1);
  SendFrom(pipeline, 0, 10);
  while (pipeline.live_commands_seen.load() < 10) {
    std::this_thread::yield();
  }
  const auto cpu_ns = [] {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<std::int64_t>(used.tv_sec) * 1'000'000'000 + used.tv_nsec;
  };
  const std::int64_t before_ns = cpu_ns();
  // The span over which idleness is measured.
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_LT(cpu_ns() - before_ns, 25'000'000) << "more than 5 % of a core while idle";
}

}  // namespace
}  // namespace lockstep
