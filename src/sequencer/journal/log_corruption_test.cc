// What a start makes of damaged files: a torn tail is cut, a hole in what was acknowledged is
// refused with file and offset.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sequencer/journal/journal_sequencer.h"
#include "sequencer/journal/journal_test_support.h"

namespace lockstep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A log of one segment as it was on disk at some moment, and where its flushes began.
struct LogImage {
  std::vector<std::byte> bytes;
  std::vector<std::int64_t> entry_ends;  // position behind entry i, all flushes together
  std::int64_t last_flush_start = 0;
  std::int64_t last_flush_end = 0;
};

class LogCorruptionTest : public JournalTest {
 protected:
  // Flushes of `entries_per_flush` entries, with the idle mark between them. `crash`: the image is
  // of the moment when the last flush was acknowledged; else of a clean shutdown.
  LogImage MakeImage(int flushes, int entries_per_flush, bool crash) {
    LogImage image;
    const TemporaryDirectory directory;
    auto options = Options();
    options.directory = directory.path();
    const std::string path = directory.path() + "/journal/" + PositionFileName(0, kSegmentEnding);
    {
      CountingStateMachine state;
      JournalSequencer sequencer(options);
      EXPECT_TRUE(sequencer.Recover(state).ok());
      std::uint64_t number = 0;
      for (int flush = 0; flush < flushes; ++flush) {
        sequencer.Commit();  // idle: the mark
        for (int i = 0; i < entries_per_flush; ++i) {
          ++number;
          const auto entry = MakeEntry(number, 10 + 13 * number % 32);
          const auto appended = sequencer.Append(entry);
          EXPECT_TRUE(appended);
          const auto bytes = static_cast<std::int64_t>(
              FrameBytes(MakeEntry(number, 10 + 13 * number % 32).size()));
          if (i == 0) {
            image.last_flush_start = *appended - bytes;
          }
          image.entry_ends.push_back(*appended);
        }
        EXPECT_EQ(sequencer.Commit(), static_cast<std::size_t>(entries_per_flush));
      }
      image.last_flush_end = image.entry_ends.back();
      image.bytes = ReadWholeFile(path);
    }
    if (!crash) {
      image.bytes = ReadWholeFile(path);
    }
    EXPECT_EQ(image.bytes.size(), static_cast<std::size_t>(kMinSegmentBytes));
    return image;
  }

  // Starts on the given bytes as the log's only segment.
  Status RecoverFrom(std::span<const std::byte> bytes, CountingStateMachine& state) {
    // Thousands of starts: in memory, since it is the bytes that are tested here, not the disk.
    image_directory_ = std::make_unique<TemporaryDirectory>(TemporaryDirectory::InMemory());
    auto options = Options();
    options.directory = image_directory_->path();
    std::filesystem::create_directories(image_directory_->path() + "/journal");
    path_ = image_directory_->path() + "/journal/" + PositionFileName(0, kSegmentEnding);
    WriteWholeFile(path_, bytes);
    ForgetWarnings();
    JournalSequencer sequencer(options);
    return sequencer.Recover(state);
  }

  static std::size_t EntriesBefore(const LogImage& image, std::int64_t position) {
    std::size_t count = 0;
    while (count < image.entry_ends.size() && image.entry_ends[count] <= position) {
      ++count;
    }
    return count;
  }

  std::unique_ptr<TemporaryDirectory> image_directory_;
  std::string path_;
};

TEST_F(LogCorruptionTest, ATornTailIsCutAtEveryByteOfTheLastFlush) {
  const LogImage image = MakeImage(2, 3, true);
  for (std::int64_t torn = image.last_flush_start; torn <= image.last_flush_end; ++torn) {
    for (const std::byte filler : {std::byte{0}, std::byte{0xA5}}) {
      auto bytes = image.bytes;
      for (std::int64_t at = torn; at < image.last_flush_end; ++at) {
        bytes[static_cast<std::size_t>(at)] = filler;
      }
      CountingStateMachine state;
      const Status recovered = RecoverFrom(bytes, state);
      ASSERT_TRUE(recovered.ok()) << torn << ": " << recovered.message();
      const std::size_t whole = EntriesBefore(image, torn);
      // A byte of padding that was zero anyway may be torn off without harm.
      ASSERT_GE(state.count(), whole);
      ASSERT_GE(state.count(), 3U);
      // Told exactly when something that is not zero was thrown away.
      const auto kept = std::max(image.entry_ends[state.count() - 1], image.last_flush_start);
      const bool lost = std::any_of(bytes.begin() + kept, bytes.end(),
                                    [](std::byte byte) { return byte != std::byte{0}; });
      ASSERT_EQ(Warnings().empty(), !lost) << torn;
      if (lost) {
        ASSERT_THAT(Warnings(), AllOf(HasSubstr(path_ + ": offset "), HasSubstr("torn tail")));
      }
      // What was cut is gone for good: a second start finds a clean end.
      ForgetWarnings();
      CountingStateMachine again;
      auto options = Options();
      options.directory = image_directory_->path();
      JournalSequencer sequencer(options);
      ASSERT_TRUE(sequencer.Recover(again).ok());
      ASSERT_EQ(again.Digest(), state.Digest());
      ASSERT_THAT(Warnings(), IsEmpty());
    }
  }
}

TEST_F(LogCorruptionTest, AnEarlierLengthOfFileIsATornTailToo) {
  const LogImage image = MakeImage(2, 3, true);
  for (std::int64_t size = image.last_flush_start; size <= image.last_flush_end + 8; size += 5) {
    CountingStateMachine state;
    const Status recovered =
        RecoverFrom(std::span(image.bytes).first(static_cast<std::size_t>(size)), state);
    ASSERT_TRUE(recovered.ok()) << recovered.message();
    ASSERT_GE(state.count(), EntriesBefore(image, size));
    ASSERT_THAT(Warnings(), HasSubstr("truncated"));
    ASSERT_EQ(std::filesystem::file_size(path_), static_cast<std::uintmax_t>(kMinSegmentBytes));
  }
}

TEST_F(LogCorruptionTest, AFlippedByteAnywhereIsRefusedOrHarmless) {
  const LogImage image = MakeImage(3, 2, false);
  for (std::int64_t at = 0; at < image.last_flush_end + 200; ++at) {
    auto bytes = image.bytes;
    bytes[static_cast<std::size_t>(at)] ^= std::byte{0x41};
    CountingStateMachine state;
    const Status recovered = RecoverFrom(bytes, state);
    if (at >= image.last_flush_end) {
      // The mark of the clean shutdown, and the unused rest: nothing acknowledged stands there.
      ASSERT_TRUE(recovered.ok()) << at << ": " << recovered.message();
      ASSERT_EQ(state.count(), image.entry_ends.size());
      continue;
    }
    // A mark before the last flush is not acknowledged data either, but what follows it is.
    ASSERT_EQ(recovered.code(), at >= 8 && at < 12 ? recovered.code() : StatusCode::kCorruption)
        << at;
    ASSERT_FALSE(recovered.ok()) << at;
    ASSERT_THAT(recovered.message(), AllOf(HasSubstr(path_ + ": offset "), Not(IsEmpty()))) << at;
    // Refused means untouched.
    ASSERT_EQ(ReadWholeFile(path_), bytes);
  }
}

TEST_F(LogCorruptionTest, WithoutAMarkOnlyTheLastFlushMayBeCut) {
  const LogImage image = MakeImage(3, 2, true);
  for (std::int64_t at = kSegmentHeaderBytes; at < image.last_flush_end; ++at) {
    auto bytes = image.bytes;
    bytes[static_cast<std::size_t>(at)] ^= std::byte{0x10};
    CountingStateMachine state;
    const Status recovered = RecoverFrom(bytes, state);
    if (at >= image.last_flush_start) {
      ASSERT_TRUE(recovered.ok()) << at << ": " << recovered.message();
      ASSERT_GE(state.count(), 4U);
      ASSERT_THAT(Warnings(), HasSubstr("torn tail"));
    } else if (recovered.ok()) {
      // The mark right before the last flush: nothing behind it proves itself acknowledged.
      ASSERT_GE(at, image.last_flush_start - static_cast<std::int64_t>(kLogFrameHeaderBytes));
      ASSERT_EQ(state.count(), 4U);
    } else {
      ASSERT_THAT(recovered.message(), HasSubstr(path_ + ": offset "));
    }
  }
}

// Logs of several segments, in the fixture's own directory.
class SegmentLossTest : public JournalTest {
 protected:
  void SetUp() override {
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    ASSERT_TRUE(sequencer.Recover(state).ok());
    AppendAndApply(sequencer, state, 1, 300, 900);
    ASSERT_GT(sequencer.applied_position(), 4 * kMinSegmentBytes);
  }
  Status Recover() {
    CountingStateMachine state;
    JournalSequencer sequencer(Options());
    return sequencer.Recover(state);
  }
};

TEST_F(SegmentLossTest, AMissingSegmentIsNamed) {
  const std::string path = SegmentPath(2 * kMinSegmentBytes);
  ASSERT_TRUE(std::filesystem::remove(path));
  const Status refused = Recover();
  EXPECT_EQ(refused.code(), StatusCode::kCorruption);
  EXPECT_THAT(refused.message(), AllOf(HasSubstr(path), HasSubstr("missing")));
}

TEST_F(SegmentLossTest, MissingSegmentsAtTheEndAreNoticed) {
  for (std::int64_t base = 2 * kMinSegmentBytes; std::filesystem::remove(SegmentPath(base));
       base += kMinSegmentBytes) {
  }
  const Status refused = Recover();
  EXPECT_EQ(refused.code(), StatusCode::kCorruption);
  EXPECT_THAT(refused.message(),
              AllOf(HasSubstr(SegmentPath(kMinSegmentBytes)), HasSubstr("missing")));
}

TEST_F(SegmentLossTest, AMissingFirstSegmentWithoutSnapshotIsRefused) {
  ASSERT_TRUE(std::filesystem::remove(SegmentPath(0)));
  const Status refused = Recover();
  EXPECT_EQ(refused.code(), StatusCode::kCorruption);
  EXPECT_THAT(refused.message(),
              AllOf(HasSubstr(SegmentPath(kMinSegmentBytes)), HasSubstr("no good snapshot")));
}

TEST_F(SegmentLossTest, ATruncatedSegmentInTheMiddleIsRefused) {
  for (const std::int64_t size : {std::int64_t{10'000}, kMinSegmentBytes - 1}) {
    std::filesystem::resize_file(SegmentPath(kMinSegmentBytes), static_cast<std::uintmax_t>(size));
    const Status refused = Recover();
    EXPECT_EQ(refused.code(), StatusCode::kCorruption);
    EXPECT_THAT(refused.message(), AllOf(HasSubstr(SegmentPath(kMinSegmentBytes) + ": offset "),
                                         HasSubstr("truncated")));
  }
}

TEST_F(SegmentLossTest, AFlippedByteInAnEarlierSegmentIsRefused) {
  auto bytes = ReadWholeFile(SegmentPath(kMinSegmentBytes));
  bytes[30'000] ^= std::byte{1};
  WriteWholeFile(SegmentPath(kMinSegmentBytes), bytes);
  const Status refused = Recover();
  EXPECT_EQ(refused.code(), StatusCode::kCorruption);
  EXPECT_THAT(refused.message(),
              AllOf(HasSubstr(SegmentPath(kMinSegmentBytes) + ": offset "), HasSubstr("checksum")));
}

TEST_F(SegmentLossTest, ABadHeaderIsRefused) {
  auto bytes = ReadWholeFile(SegmentPath(kMinSegmentBytes));
  bytes[20] ^= std::byte{1};
  WriteWholeFile(SegmentPath(kMinSegmentBytes), bytes);
  EXPECT_THAT(Recover().message(), HasSubstr(SegmentPath(kMinSegmentBytes) + ": offset 0: "));
}

}  // namespace
}  // namespace lockstep
