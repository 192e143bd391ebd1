// The writer: order, durability before the word, full disks, bounds.
#include "audit/audit_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace lockstep {
namespace {

using ::testing::HasSubstr;
using Kind = AuditLog::Kind;

constexpr auto kPatience = std::chrono::seconds(60);

class AuditLogTest : public ::testing::Test {
 protected:
  AuditLogTest() {
    std::string path = (std::filesystem::temp_directory_path() / "audit-XXXXXX").string();
    directory_ = mkdtemp(path.data());
  }
  ~AuditLogTest() override {
    log_.reset();
    if (mounted_) {
      umount2(Small().c_str(), MNT_DETACH);
    }
    std::filesystem::remove_all(directory_);
  }

  void Open(const std::string& directory) {
    auto log = AuditLog::Open(directory + "/audit.log", clock_);
    ASSERT_TRUE(log) << log.error().message();
    log_ = std::move(*log);
  }
  // A file system of its own with so much room. False: only root may.
  bool MountSmall(const char* size) {
    std::filesystem::create_directory(Small());
    mounted_ = mount("tmpfs", Small().c_str(), "tmpfs", 0, size) == 0;
    return mounted_;
  }
  [[nodiscard]] std::string Small() const { return directory_ + "/small"; }
  // Takes what room is left.
  void FillDisk() const {
    std::ofstream file(Small() + "/filler", std::ios::binary);
    const std::vector<char> block(4'096);
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  void FreeDisk() const { std::filesystem::remove(Small() + "/filler"); }

  // Waits for the line's number, or its refusal.
  Result<std::uint64_t> Append(Kind kind, const std::string& members) {
    auto told = std::make_shared<std::promise<Result<std::uint64_t>>>();
    auto result = told->get_future();
    log_->Append(kind, members,
                 [told](const Result<std::uint64_t>& number) { told->set_value(number); });
    if (result.wait_for(kPatience) != std::future_status::ready) {
      return Error(StatusCode::kUnavailable, "nothing was said of the line");
    }
    return result.get();
  }
  std::vector<std::string> Lines() {
    std::promise<std::vector<std::string>> told;
    log_->Read(1, 100'000, [&](const Result<std::vector<std::string>>& lines) {
      told.set_value(lines.value_or(std::vector<std::string>{}));
    });
    return told.get_future().get();
  }
  [[nodiscard]] std::uint64_t LinesOnDisk(const std::string& directory) const {
    std::uint64_t count = 0;
    const auto scan =
        ScanAuditFile(directory + "/audit.log", [&](std::string_view, std::int64_t) { ++count; });
    EXPECT_TRUE(scan);
    return count;
  }

  SystemClock clock_;
  std::string directory_;
  std::unique_ptr<AuditLog> log_;
  bool mounted_ = false;
};

TEST_F(AuditLogTest, TellsTheNumberWhenTheLineIsOnDisk) {
  Open(directory_);
  EXPECT_EQ(Append(Kind::kIntent, "\"kind\":\"INTENT\"").value_or(0), 1U);
  EXPECT_EQ(LinesOnDisk(directory_), 1U);
  EXPECT_EQ(Append(Kind::kOutcome, "\"kind\":\"DONE\",\"intent\":1").value_or(0), 2U);
  EXPECT_EQ(LinesOnDisk(directory_), 2U);
}

TEST_F(AuditLogTest, KeepsTheOrderOfItsCallersAndReadsBehindThem) {
  Open(directory_);
  for (int i = 0; i < 2'000; ++i) {
    log_->Append(Kind::kNote, "\"value\":" + std::to_string(i), nullptr);
  }
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 2'000U);
  for (int i = 0; i < 2'000; ++i) {
    EXPECT_THAT(lines[static_cast<std::size_t>(i)],
                HasSubstr("\"value\":" + std::to_string(i) + ","));
  }
}

TEST_F(AuditLogTest, WritesWhatWaitsAtItsEnd) {
  Open(directory_);
  for (int i = 0; i < 1'000; ++i) {
    log_->Append(Kind::kNote, "\"value\":1", nullptr);
  }
  log_.reset();
  EXPECT_EQ(LinesOnDisk(directory_), 1'000U);
}

TEST_F(AuditLogTest, RefusesALineThatIsTooLong) {
  Open(directory_);
  const auto refused = Append(Kind::kNote, std::string(kMaxAuditLineBytes, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Append(Kind::kNote, "\"value\":1").value_or(0), 1U);
}

TEST_F(AuditLogTest, AFullDiskRefusesIntentsAndStillTakesTheOutcomesOfEarlierOnes) {
  if (!MountSmall("size=1m")) {
    GTEST_SKIP() << "only root may mount the small file system that is to be filled";
  }
  Open(Small());
  constexpr std::uint64_t kIntents = 200;
  for (std::uint64_t i = 1; i <= kIntents; ++i) {
    ASSERT_EQ(Append(Kind::kIntent, "\"kind\":\"INTENT\"").value_or(0), i);
  }
  FillDisk();
  // What room was taken in advance is used up first; then intents are refused, for good reasons.
  Result<std::uint64_t> last(0);
  std::uint64_t more = 0;
  while ((last = Append(Kind::kIntent, "\"kind\":\"INTENT\""))) {
    ASSERT_LT(++more, 10'000U);
  }
  EXPECT_EQ(last.error().code(), StatusCode::kIoError);
  EXPECT_THAT(last.error().message(), HasSubstr("No space left"));
  EXPECT_FALSE(log_->Problem().ok());
  EXPECT_GT(log_->GetSummary().failed, 0U);
  const std::uint64_t intents = kIntents + more;
  for (std::uint64_t i = 1; i <= intents; ++i) {
    ASSERT_EQ(
        Append(Kind::kOutcome, "\"kind\":\"DONE\",\"intent\":" + std::to_string(i)).value_or(0),
        intents + i)
        << "an outcome found no room";
  }
  FreeDisk();
  EXPECT_EQ(Append(Kind::kIntent, "\"kind\":\"INTENT\"").value_or(0), 2 * intents + 1);
  EXPECT_TRUE(log_->Problem().ok());
  EXPECT_EQ(LinesOnDisk(Small()), 2 * intents + 1);
}

TEST_F(AuditLogTest, AnOutcomeThatFindsNoRoomWaitsForIt) {
  if (!MountSmall("size=1m")) {
    GTEST_SKIP() << "only root may mount the small file system that is to be filled";
  }
  Open(Small());
  FillDisk();
  auto told = std::make_shared<std::promise<std::uint64_t>>();
  auto number = told->get_future();
  // One for which nothing was reserved.
  log_->Append(Kind::kOutcome, "\"kind\":\"DONE\",\"intent\":7",
               [told](const Result<std::uint64_t>& at) { told->set_value(at.value_or(0)); });
  EXPECT_FALSE(Append(Kind::kIntent, "\"kind\":\"INTENT\""));
  EXPECT_EQ(log_->GetSummary().owed, 1U);
  FreeDisk();
  ASSERT_EQ(number.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(number.get(), 1U);
  EXPECT_EQ(log_->GetSummary().owed, 0U);
  EXPECT_EQ(Append(Kind::kIntent, "\"kind\":\"INTENT\"").value_or(0), 2U);
}

}  // namespace
}  // namespace lockstep
