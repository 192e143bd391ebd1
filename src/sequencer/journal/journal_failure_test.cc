// What the journal does when the disk fails or fills, or the process is killed. The children are
// this test program itself, started again to run one of the DISABLED_Child tests below.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "sequencer/journal/journal_sequencer.h"
#include "sequencer/journal/journal_test_support.h"

namespace lockstep {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A sanitizer's search for leaks does not work in a traced process; the parent searches.
constexpr const char* kNoLeakCheck = "ASAN_OPTIONS=detect_leaks=0";
constexpr const char* kDirectoryVariable = "LOCKSTEP_JOURNAL_TEST_DIRECTORY";

// This program with one disabled test, its output readable.
class ChildProgram {
 public:
  ChildProgram(const std::string& test, const std::string& directory,
               std::vector<std::string> prefix) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    std::vector<std::string> arguments = std::move(prefix);
    std::string self(4096, '\0');
    self.resize(static_cast<std::size_t>(readlink("/proc/self/exe", self.data(), self.size())));
    arguments.insert(arguments.end(),
                     {self, "--gtest_filter=" + test, "--gtest_also_run_disabled_tests"});
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) {
      pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    setenv(kDirectoryVariable, directory.c_str(), 1);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execvp(pointers[0], pointers.data());
      _exit(127);
    }
    unsetenv(kDirectoryVariable);
    close(ends[1]);
    output_ = FileDescriptor(ends[0]);
  }
  ~ChildProgram() { Kill(); }
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  // More output, within the time; empty: the child has closed it or the time is up.
  std::string Read(int timeout_ms) {
    pollfd wait{.fd = output_.get(), .events = POLLIN, .revents = 0};
    std::string text;
    if (poll(&wait, 1, timeout_ms) > 0) {
      text.resize(65'536);
      const ssize_t got = read(output_.get(), text.data(), text.size());
      text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    }
    return text;
  }
  std::string ReadToEnd() {
    std::string all;
    for (std::string part = Read(60'000); !part.empty(); part = Read(60'000)) {
      all += part;
    }
    return all;
  }
  int Wait() {
    int outcome = 0;
    waitpid(pid_, &outcome, 0);
    pid_ = 0;
    return outcome;
  }
  void Kill() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      Wait();
    }
  }

 private:
  pid_t pid_ = 0;
  FileDescriptor output_;
};

JournalOptions ChildOptions() {
  const char* directory = std::getenv(kDirectoryVariable);
  JournalOptions options;
  options.directory = directory == nullptr ? "" : directory;
  options.segment_bytes = kMinSegmentBytes;
  options.ring_bytes = kMinRingBytes;
  options.clock = &TestClock();
  return options;
}

using JournalFailureTest = JournalTest;

// Appends groups of entries until it is killed; prints the number of the last entry after each
// commit.
TEST(JournalChild, DISABLED_AppendUntilKilled) {
  if (std::getenv(kDirectoryVariable) == nullptr) {
    GTEST_SKIP() << "only as a child of JournalFailureTest";
  }
  CountingStateMachine state;
  JournalSequencer sequencer(ChildOptions());
  const Status recovered = sequencer.Recover(state);
  ASSERT_TRUE(recovered.ok()) << recovered.message();
  std::mt19937 random(std::random_device{}());
  for (std::uint64_t number = state.count() + 1;;) {
    const std::uint64_t group_end = number + random() % 5;
    while (number <= group_end) {
      if (sequencer.Append(MakeEntry(number, 20 + random() % 900))) {
        ++number;
      } else {
        ASSERT_FALSE(sequencer.storage_failed());
        break;
      }
    }
    if (sequencer.Commit() != 0) {
      std::printf("acknowledged %llu\n", static_cast<unsigned long long>(number - 1));
      std::fflush(stdout);
    }
    sequencer.ApplyCommitted(state, 100);
    if (random() % 4 == 0) {
      sequencer.Commit();  // idle: a mark
    }
    if (random() % 50 == 0 && sequencer.applied_position() > 0) {
      const Status busy_is_fine = sequencer.TakeSnapshot(state);
      ASSERT_TRUE(busy_is_fine.ok() || busy_is_fine.code() == StatusCode::kUnavailable);
    }
  }
}

TEST_F(JournalFailureTest, WhatWasAcknowledgedSurvivesKillMinusNine) {
  std::mt19937 random(11);
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < 20; ++round) {
    {
      ChildProgram child("JournalChild.DISABLED_AppendUntilKilled", directory_.path(), {});
      std::string output;
      const std::size_t wanted = 200 + random() % 4'000;
      while (output.size() < wanted || output.find("acknowledged ") == std::string::npos) {
        const std::string part = child.Read(60'000);
        ASSERT_FALSE(part.empty()) << "the child ended by itself: " << output;
        output += part;
      }
      child.Kill();
      output += child.Read(0);
      const std::size_t line = output.rfind("acknowledged ", output.rfind('\n'));
      ASSERT_NE(line, std::string::npos);
      const std::uint64_t now = std::stoull(output.substr(line + 13));
      ASSERT_GT(now, acknowledged);
      acknowledged = now;
    }
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    const Status recovered = sequencer.Recover(state);
    ASSERT_TRUE(recovered.ok()) << recovered.message();
    ASSERT_GE(state.count(), acknowledged) << "round " << round;
    // At most the group that was under way.
    ASSERT_LE(state.count(), acknowledged + 5);
    for (std::size_t i = 1; i < state.numbers().size(); ++i) {
      ASSERT_EQ(state.numbers()[i], state.numbers()[i - 1] + 1);
    }
    if (!state.numbers().empty()) {
      ASSERT_EQ(state.numbers().back(), state.count());
    }
    acknowledged = state.count();
  }
}

// Ten commits; one of them fails under strace. Prints what it sees.
TEST(JournalChild, DISABLED_CommitUntilItFails) {
  if (std::getenv(kDirectoryVariable) == nullptr) {
    GTEST_SKIP() << "only as a child of JournalFailureTest";
  }
  CountingStateMachine state;
  JournalSequencer sequencer(ChildOptions());
  const Status recovered = sequencer.Recover(state);
  ASSERT_TRUE(recovered.ok()) << recovered.message();
  for (std::uint64_t number = 1; number <= 100; ++number) {
    ASSERT_TRUE(sequencer.Append(MakeEntry(number)));
    if (sequencer.Commit() == 0) {
      break;
    }
    std::printf("acknowledged %llu\n", static_cast<unsigned long long>(number));
    sequencer.ApplyCommitted(state, 10);
  }
  std::printf("failed %d: %s\n", sequencer.storage_failed() ? 1 : 0,
              sequencer.StorageError().c_str());
  const auto refused = sequencer.Append(MakeEntry(1'000));
  std::printf("then %s\n",
              !refused && refused.error() == AppendError::kStorageFailed ? "refused" : "accepted");
  std::printf("committed again %zu, applied %zu of %llu\n", sequencer.Commit(),
              sequencer.ApplyCommitted(state, 10), static_cast<unsigned long long>(state.count()));
  std::fflush(stdout);
}

class FailedCallTest : public JournalTest, public testing::WithParamInterface<const char*> {};

TEST_P(FailedCallTest, NothingIsAcceptedAfterIt) {
  const std::string call = GetParam();
  {
    ChildProgram probe("NoSuchTest", directory_.path(),
                       {"strace", "-E", kNoLeakCheck, "-f", "-qq", "-o", "/dev/null"});
    probe.ReadToEnd();
    if (const int outcome = probe.Wait(); !WIFEXITED(outcome) || WEXITSTATUS(outcome) != 0) {
      GTEST_SKIP() << "strace is not here or may not trace: a failed call cannot be injected";
    }
  }
  // First a log to go on with, so that the traced calls are those of commits alone.
  {
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    ASSERT_TRUE(sequencer.Recover(state).ok());
    while (ListFiles(LogDirectory())->size() < 2) {
      std::this_thread::yield();
    }
  }
  // One sync for the end that was found; each commit is then one pwrite64 and one fdatasync.
  const std::string injected = "inject=" + call + ":error=EIO:when=8+";
  std::string output;
  {
    ChildProgram child("JournalChild.DISABLED_CommitUntilItFails", directory_.path(),
                       {"strace", "-E", kNoLeakCheck, "-f", "-qq", "-o", "/dev/null", "-e",
                        "trace=" + call, "-e", injected});
    output = child.ReadToEnd();
    child.Wait();
  }
  EXPECT_THAT(output, AllOf(HasSubstr("failed 1: " + SegmentPath(0) + ": " +
                                      (call == "pwrite64" ? "pwrite" : call)),
                            HasSubstr("Input/output error"), HasSubstr("then refused"),
                            HasSubstr("committed again 0, applied 0")));
  const std::size_t line = output.rfind("acknowledged ");
  ASSERT_NE(line, std::string::npos) << output;
  const std::uint64_t acknowledged = std::stoull(output.substr(line + 13));
  CountingStateMachine state;
  JournalSequencer sequencer(Options());
  const Status recovered = sequencer.Recover(state);
  ASSERT_TRUE(recovered.ok()) << recovered.message();
  EXPECT_GE(state.count(), acknowledged);
  EXPECT_LE(state.count(), acknowledged + 1);
}

INSTANTIATE_TEST_SUITE_P(Calls, FailedCallTest, testing::Values("fdatasync", "pwrite64"));

class FullDiskTest : public JournalTest {
 protected:
  void SetUp() override {
    if (mount("tmpfs", directory_.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
      GTEST_SKIP() << "only root may mount the small file system that is to be filled";
    }
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) {
      umount2(directory_.path().c_str(), MNT_DETACH);
    }
  }

 private:
  bool mounted_ = false;
};

TEST_F(FullDiskTest, AppendsAreRefusedWithTheReasonAndGoOnWhenThereIsSpace) {
  const std::string filler = directory_.path() + "/filler";
  WriteWholeFile(filler, std::vector<std::byte>(500'000));
  std::uint64_t acknowledged = 0;
  std::uint64_t digest = 0;
  {
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    ASSERT_TRUE(sequencer.Recover(state).ok());
    for (;;) {
      const auto appended = sequencer.Append(MakeEntry(acknowledged + 1, 900));
      if (appended) {
        ASSERT_EQ(sequencer.Commit(), 1U);
        ASSERT_EQ(sequencer.ApplyCommitted(state, 1), 1U);
        ++acknowledged;
      } else if (appended.error() == AppendError::kStorageFailed) {
        break;
      } else {
        std::this_thread::yield();
      }
    }
    EXPECT_GT(acknowledged, 100U);
    EXPECT_TRUE(sequencer.storage_failed());
    EXPECT_THAT(sequencer.StorageError(), AllOf(HasSubstr("disk full"), HasSubstr(LogDirectory()),
                                                HasSubstr("No space left on device")));
    EXPECT_EQ(sequencer.Commit(), 0U);
    // Space again: the journal finds out by itself.
    ASSERT_TRUE(RemoveFile(filler).ok());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (sequencer.storage_failed()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::yield();
    }
    EXPECT_EQ(sequencer.StorageError(), "");
    AppendAndApply(sequencer, state, acknowledged + 1, acknowledged + 20, 900);
    acknowledged += 20;
    digest = state.Digest();
  }
  CountingStateMachine state;
  JournalSequencer sequencer(Options());
  const Status recovered = sequencer.Recover(state);
  ASSERT_TRUE(recovered.ok()) << recovered.message();
  EXPECT_EQ(state.count(), acknowledged);
  EXPECT_EQ(state.Digest(), digest);
}

}  // namespace
}  // namespace lockstep
