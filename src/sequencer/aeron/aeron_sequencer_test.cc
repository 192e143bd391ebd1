// One member with everything real: a Java virtual machine, Aeron's driver, archive and consensus
// module. A machine can be made once in a process, so each life of a node is a child process.
#include "sequencer/aeron/aeron_sequencer.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/event_ring.h"
#include "base/ingress_ring.h"
#include "base/leadership.h"
#include "sequencer/aeron/aeron_jars.h"
#include "sequencer/batcher.h"
#include "sequencer/engine_thread.h"
#include "sequencer/sequencer_test_support.h"
#include "sequencer/sequencer_thread.h"
#include "sequencer/state_machine_driver.h"

namespace lockstep {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);

// Runs `life` in a child, and says how it ended: 0 is well.
int InChild(const std::function<int()>& life) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    _exit(life());
  }
  int outcome = 0;
  EXPECT_EQ(waitpid(child, &outcome, 0), child);
  return WIFEXITED(outcome) ? WEXITSTATUS(outcome) : 128 + WTERMSIG(outcome);
}

bool Await(const std::function<bool()>& condition) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

AeronOptions OneMember(const std::string& directory, std::uint16_t port, const Clock& clock) {
  AeronOptions options;
  options.members = {{.id = 0, .host = "127.0.0.1", .base_port = port}};
  options.directory = directory;
  options.java.jars = AeronJars();
  options.clock = &clock;
  return options;
}

// All of a node below the gateways.
class Node {
 public:
  Node(const std::string& directory, std::uint16_t port)
      : sequencer(OneMember(directory, port, clock), leadership,
                  [this] { driver.OnIngressClosed(); }),
        batcher({.origin_node = 1,
                 .boot_id = boot,
                 .batch_limit_bytes = limits::kMaxBatchBytes - kAeronHeaderBytes,
                 .tick_interval_ns = 50'000'000,
                 .lease_ns = 120'000'000,
                 .leadership = &leadership},
                commands, sequencer, driver, clock),
        sequencer_thread({.idle_ns = 1'000'000}, batcher, sequencer, commands, clock),
        engine_thread({}, sequencer, driver, queries, [](std::span<const std::byte>) {}, clock) {
    sequencer.SetSequencerWaker(commands.waker());
  }
  ~Node() { Stop(); }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  bool Start() {
    reader_thread = std::thread([this] {
      while (!done.load()) {
        events_reader.Poll([](std::span<const std::byte>) {}, 1'000);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
    const Status started = sequencer.Recover(driver);
    if (!started.ok()) {
      std::fprintf(stderr, "%s\n", started.message().c_str());
      return false;
    }
    sequencer_thread.Start();
    engine_thread.Start();
    return Await([this] { return leadership.tenure() != Leadership::kNoTenure; });
  }
  void Stop() {
    sequencer_thread.Stop();
    sequencer.Stop();
    if (!done.exchange(true)) {
      reader_thread.join();
    }
  }

  SystemClock clock;
  std::uint64_t boot = static_cast<std::uint64_t>(clock.WallNs());
  Leadership leadership;
  EventRing events{1 << 20, 10'000'000'000, [] {}};
  EventRing::Reader& events_reader{events.Attach()};
  IngressRing commands{1 << 20};
  IngressRing queries{1 << 16};
  CommandKeeper state;
  StateMachineDriver driver{
      state, events, clock, {.node = 1, .boot_id = boot, .leadership = &leadership}};
  AeronSequencer sequencer;
  Batcher batcher;
  SequencerThread sequencer_thread;
  EngineThread engine_thread;
  std::atomic<bool> done{false};
  std::thread reader_thread;
};

bool Contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

class AeronSequencerTest : public testing::Test {
 protected:
  AeronSequencerTest() {
    std::string pattern = testing::TempDir() + "/lockstep-aeron-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~AeronSequencerTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  std::string directory_;
  std::uint16_t port_ = static_cast<std::uint16_t>(20'000 + getpid() % 20'000);
};

TEST_F(AeronSequencerTest, WhatWasAppendedIsAppliedAndIsThereAgain) {
  EXPECT_EQ(InChild([this] {
              Node node(directory_, port_);
              if (!node.Start()) {
                return 1;
              }
              if (!node.commands.TryWrite(CommandBytes("the first message"))) {
                return 2;
              }
              if (!Await([&] { return Contains(node.state.commands(), "the first message"); })) {
                return 3;
              }
              if (!Await([&] { return node.leadership.HoldsLease(node.clock.MonotonicNs()); })) {
                return 4;
              }
              node.Stop();
              return 0;
            }),
            0);
  EXPECT_EQ(InChild([this] {
              Node node(directory_, port_);
              if (!node.Start()) {
                return 1;
              }
              if (!Await([&] { return Contains(node.state.commands(), "the first message"); })) {
                return 3;
              }
              node.Stop();
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace lockstep
