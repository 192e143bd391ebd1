// What the tests of the journal share: a directory that goes away, a small state machine, entries
// to give it.
#pragma once

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crc32c.h"
#include "base/state_machine.h"
#include "protocol/entry.h"
#include "sequencer/journal/journal_sequencer.h"

namespace lockstep {

class TemporaryDirectory {
 public:
  TemporaryDirectory() : TemporaryDirectory(testing::TempDir()) {}
  explicit TemporaryDirectory(const std::string& parent) {
    std::string pattern = parent + "/lockstep-journal-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  // A parent for many short-lived directories: in memory where the machine has such a place.
  static std::string InMemory() {
    return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : testing::TempDir();
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Remembers the payload number of each entry it was given: the digest is a checksum of all numbers
// in order.
class CountingStateMachine final : public StateMachine {
 public:
  explicit CountingStateMachine(std::size_t ballast_bytes = 0) : ballast_(ballast_bytes) {}

  [[nodiscard]] Status LoadSnapshot(SnapshotReader& reader) override {
    std::array<std::uint64_t, 3> head{};
    Status read = reader.Read(std::as_writable_bytes(std::span(head)));
    if (read.ok()) {
      ballast_.resize(head[2]);
      read = reader.Read(std::as_writable_bytes(std::span(ballast_)));
    }
    count_ = head[0];
    digest_ = head[1];
    return read;
  }
  void Apply(std::int64_t position, std::int64_t /*timestamp_ns*/,
             std::span<const std::byte> entry) override {
    EXPECT_GT(position, last_position_);
    last_position_ = position;
    const std::uint64_t number = EntryReader(entry).Header().batchSequence();
    digest_ =
        Crc32c(std::as_bytes(std::span(&number, 1)), static_cast<std::uint32_t>(digest_)) + number;
    ++count_;
    numbers_.push_back(number);
  }
  void OnLeadership(std::int64_t /*term*/, std::int32_t /*leader*/) override {}
  [[nodiscard]] bool WriteSnapshot(SnapshotWriter& writer) const override {
    const std::array<std::uint64_t, 3> head = {count_, digest_, ballast_.size()};
    return writer.Write(std::as_bytes(std::span(head))) &&
           writer.Write(std::as_bytes(std::span(ballast_)));
  }
  [[nodiscard]] std::uint64_t Digest() const override { return digest_; }
  [[nodiscard]] std::int64_t NextDeadlineNs() const override { return INT64_MAX; }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  // Of the entries applied to this object (not those in a loaded snapshot).
  [[nodiscard]] const std::vector<std::uint64_t>& numbers() const { return numbers_; }

 private:
  std::uint64_t count_ = 0;
  std::uint64_t digest_ = 0;
  std::int64_t last_position_ = 0;
  std::vector<std::uint64_t> numbers_;
  std::vector<std::uint8_t> ballast_;
};

// An entry that carries `number`, and `bytes` of command.
inline std::vector<std::byte> MakeEntry(std::uint64_t number, std::size_t bytes = 40) {
  std::vector<std::byte> buffer(kEntryHeaderBytes + bytes + 16);
  EntryBuilder builder(buffer.data(), buffer.size());
  builder.Begin(1, 1, number);
  const std::vector<std::byte> command(bytes, static_cast<std::byte>(number | 1));
  const bool added = builder.Add(command);
  EXPECT_TRUE(added);
  buffer.resize(builder.Finish().size());
  return buffer;
}

inline const SystemClock& TestClock() {
  static const SystemClock clock;
  return clock;
}

// Small segments and ring; warnings are kept.
class JournalTest : public testing::Test {
 protected:
  JournalOptions Options() {
    JournalOptions options;
    options.directory = directory_.path();
    options.segment_bytes = kMinSegmentBytes;
    options.ring_bytes = kMinRingBytes;
    options.clock = &TestClock();
    options.warn = [this](std::string_view warning) {
      const std::lock_guard lock(mutex_);
      warnings_ += std::string(warning) + "\n";
    };
    return options;
  }
  std::string Warnings() {
    const std::lock_guard lock(mutex_);
    return warnings_;
  }
  void ForgetWarnings() {
    const std::lock_guard lock(mutex_);
    warnings_.clear();
  }
  [[nodiscard]] std::string LogDirectory() const { return directory_.path() + "/journal"; }
  [[nodiscard]] std::string SnapshotDirectory() const { return directory_.path() + "/snapshots"; }
  [[nodiscard]] std::string SegmentPath(std::int64_t base) const {
    return LogDirectory() + "/" + PositionFileName(base, kSegmentEnding);
  }

  TemporaryDirectory directory_;

 private:
  std::mutex mutex_;
  std::string warnings_;
};

// Appends entries numbered first to last, each its own commit, applying them; waits for segments
// where needed.
inline void AppendAndApply(JournalSequencer& sequencer, StateMachine& state, std::uint64_t first,
                           std::uint64_t last, std::size_t bytes = 40) {
  for (std::uint64_t number = first; number <= last;) {
    const auto appended = sequencer.Append(MakeEntry(number, bytes));
    if (!appended) {
      ASSERT_EQ(appended.error(), AppendError::kBackPressured) << sequencer.StorageError();
      sched_yield();
      continue;
    }
    ASSERT_EQ(sequencer.Commit(), 1U) << sequencer.StorageError();
    ASSERT_EQ(sequencer.ApplyCommitted(state, 10), 1U);
    ASSERT_EQ(sequencer.applied_position(), *appended);
    ++number;
  }
}

inline std::vector<std::byte> ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> chars((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::byte> bytes(chars.size());
  if (!chars.empty()) {
    std::memcpy(bytes.data(), chars.data(), chars.size());
  }
  return bytes;
}

inline void WriteWholeFile(const std::string& path, std::span<const std::byte> bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

}  // namespace lockstep
