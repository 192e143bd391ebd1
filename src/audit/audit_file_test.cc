// The file and its chain: what is appended is read back, what was altered is seen, what a crash
// left is set aside.
#include "audit/audit_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace lockstep {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kTimeNs = 1'764'081'000'000'123'000;

class AuditFileTest : public ::testing::Test {
 protected:
  AuditFileTest() {
    std::string path = (std::filesystem::temp_directory_path() / "audit-XXXXXX").string();
    directory_ = mkdtemp(path.data());
  }
  ~AuditFileTest() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string path() const { return directory_ + "/audit.log"; }
  [[nodiscard]] std::string Text() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Rewrite(const std::string& text) const {
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << text;
  }
  // Appends `count` lines to the file at path().
  void Fill(int count) const {
    auto file = AuditFile::Open(path());
    ASSERT_TRUE(file) << file.error().message();
    for (int i = 0; i < count; ++i) {
      std::string line;
      const std::string members = "\"kind\":\"NOTE\",\"value\":" + std::to_string(i);
      const AuditLink link = AppendAuditLine(line, file->last(), kTimeNs, members);
      ASSERT_TRUE(file->Append(line, link, 0).ok());
    }
  }
  [[nodiscard]] Status OpenStatus() const {
    const auto file = AuditFile::Open(path());
    return file ? Status::Ok() : file.error();
  }

  std::string directory_;
};

TEST_F(AuditFileTest, ALineHasNumberTimeMembersAndHash) {
  std::string line;
  AppendAuditLine(line, {}, kTimeNs, "\"kind\":\"NOTE\"");
  // printf '%064d{"number":1,…,"kind":"NOTE"' 0 | sha256sum
  EXPECT_EQ(line,
            "{\"number\":1,\"time\":\"2025-11-25T14:30:00.000123Z\",\"kind\":\"NOTE\",\"hash\":"
            "\"75e0b92237ca514f193fff324bc69e506c50e841f80f695060874bd126c6771c\"}\n");
}

TEST_F(AuditFileTest, ReadsBackByNumberAcrossOpenings) {
  Fill(200);
  Fill(100);
  const auto file = AuditFile::Open(path());
  ASSERT_TRUE(file);
  EXPECT_EQ(file->last().number, 300U);
  for (const std::uint64_t from : {1U, 64U, 65U, 128U, 200U, 201U, 299U}) {
    const auto lines = file->Read(from, 2);
    ASSERT_TRUE(lines);
    ASSERT_EQ(lines->size(), 2U) << from;
    EXPECT_THAT(lines->front(), HasSubstr("{\"number\":" + std::to_string(from) + ","));
  }
  EXPECT_EQ(file->Read(299, 10)->size(), 2U);
  EXPECT_EQ(file->Read(301, 10)->size(), 0U);
  EXPECT_EQ(file->Read(0, 500)->size(), 300U);
  EXPECT_EQ(file->Read(5, 0)->size(), 0U);
}

TEST_F(AuditFileTest, EveryAlteredByteIsSeen) {
  Fill(3);
  const std::string good = Text();
  const std::size_t second = good.find('\n') + 1;
  const std::size_t third = good.find('\n', second) + 1;
  for (std::size_t i = second; i < third; ++i) {
    std::string bad = good;
    bad[i] = bad[i] == '7' ? '8' : '7';
    Rewrite(bad);
    const Status status = OpenStatus();
    EXPECT_EQ(status.code(), StatusCode::kCorruption) << "byte " << i;
    EXPECT_EQ(Text(), bad) << "a file that may be evidence was changed";
  }
}

TEST_F(AuditFileTest, ARemovedAMovedAndARepeatedLineAreSeen) {
  Fill(3);
  const std::string good = Text();
  const std::size_t second = good.find('\n') + 1;
  const std::size_t third = good.find('\n', second) + 1;
  const std::string lines[] = {good.substr(0, second), good.substr(second, third - second),
                               good.substr(third)};
  Rewrite(lines[0] + lines[2]);
  EXPECT_THAT(OpenStatus().message(), HasSubstr("line 2: has number 3"));
  Rewrite(lines[1] + lines[2]);
  EXPECT_THAT(OpenStatus().message(), HasSubstr("line 1: has number 2"));
  Rewrite(lines[1] + lines[0] + lines[2]);
  EXPECT_EQ(OpenStatus().code(), StatusCode::kCorruption);
  Rewrite(lines[0] + lines[1] + lines[1] + lines[2]);
  EXPECT_EQ(OpenStatus().code(), StatusCode::kCorruption);
  Rewrite(good);
  EXPECT_TRUE(OpenStatus().ok());
}

TEST_F(AuditFileTest, ALineOfAnotherChainIsSeen) {
  Fill(2);
  const std::string first_chain = Text();
  std::filesystem::remove(path());
  {
    auto file = AuditFile::Open(path());
    std::string line;
    const AuditLink link = AppendAuditLine(line, file->last(), kTimeNs, "\"kind\":\"OTHER\"");
    ASSERT_TRUE(file->Append(line, link, 0).ok());
  }
  Rewrite(Text() + first_chain.substr(first_chain.find('\n') + 1));
  EXPECT_THAT(OpenStatus().message(), HasSubstr("line 2: its hash is not that of its text"));
}

TEST_F(AuditFileTest, ATornTailIsSetAsideWhereverItWasTorn) {
  Fill(2);
  const std::string good = Text();
  const std::string last = good.substr(good.find('\n') + 1);
  for (std::size_t kept = 1; kept < last.size(); ++kept) {
    const std::string torn = last.substr(0, kept);
    const std::string first = good.substr(0, good.find('\n') + 1);
    Rewrite(first + torn);
    const auto file = AuditFile::Open(path());
    ASSERT_TRUE(file) << kept << ": " << file.error().message();
    EXPECT_EQ(file->last().number, 1U);
    EXPECT_THAT(file->torn_tail(), HasSubstr(std::to_string(kept) + " bytes behind line 1"));
    EXPECT_EQ(Text(), first);
    const std::string aside = path() + ".torn-" + std::to_string(first.size());
    std::ifstream kept_bytes(aside, std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(kept_bytes), {}), torn);
  }
}

TEST_F(AuditFileTest, BlocksThatTheDiskHadNotGotAreATornTail) {
  Fill(2);
  const std::string good = Text();
  Rewrite(good + std::string(5'000, '\0'));
  {
    const auto file = AuditFile::Open(path());
    ASSERT_TRUE(file) << file.error().message();
    EXPECT_EQ(file->last().number, 2U);
  }
  EXPECT_EQ(Text(), good);
  Fill(1);
  EXPECT_TRUE(OpenStatus().ok());
}

TEST_F(AuditFileTest, LooksWithoutChanging) {
  Fill(3);
  const std::string torn = Text() + "{\"number\":4,";
  Rewrite(torn);
  int lines = 0;
  const auto scan = ScanAuditFile(path(), [&](std::string_view, std::int64_t) { ++lines; });
  ASSERT_TRUE(scan);
  EXPECT_EQ(lines, 3);
  EXPECT_EQ(scan->last.number, 3U);
  EXPECT_EQ(scan->torn_bytes, 12);
  EXPECT_EQ(Text(), torn);
  EXPECT_EQ(ScanAuditFile(path() + ".none", [](std::string_view, std::int64_t) {}).error().code(),
            StatusCode::kNotFound);
}

}  // namespace
}  // namespace lockstep
