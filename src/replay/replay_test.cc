#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "replay/bitstamp_reader.h"
#include "replay/line_reader.h"
#include "replay/lobster_flow_reader.h"

namespace lockstep {
namespace {

// A gzip file that is gone when the test is over.
class GzipFile {
 public:
  explicit GzipFile(std::string_view text)
      : path_(testing::TempDir() + "tape-" + std::to_string(getpid()) + ".gz") {
    gzFile file = gzopen(path_.c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
  }
  ~GzipFile() { std::remove(path_.c_str()); }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(LineReaderTest, ReadsLinesOfGzipAndKnowsWhereItIs) {
  const GzipFile file("one\r\ntwo\n\nfour");
  auto reader = LineReader::Open(file.path());
  ASSERT_TRUE(reader);
  std::string_view line;
  for (const char* expected : {"one", "two", "", "four"}) {
    ASSERT_TRUE((*reader)->Next(line).value());
    EXPECT_EQ(line, expected);
  }
  EXPECT_FALSE((*reader)->Next(line).value());
  EXPECT_EQ((*reader)->line_number(), 4U);
  EXPECT_DOUBLE_EQ((*reader)->Progress(), 1.0);
  EXPECT_EQ(LineReader::Open("/nonexistent/tape").error().code(), StatusCode::kIoError);
}

TEST(ParseTest, DecimalsAreExactOrRefused) {
  std::int64_t value = 0;
  EXPECT_TRUE(ParseUnsignedDecimal("236.47", 2, value));
  EXPECT_EQ(value, 23'647);
  EXPECT_TRUE(ParseUnsignedDecimal("2.5000", 2, value));
  EXPECT_EQ(value, 250);
  EXPECT_TRUE(ParseUnsignedDecimal("7", 8, value));
  EXPECT_EQ(value, 700'000'000);
  for (const char* bad : {"", ".5", "1.234", "-1", "1e3", "1.2.3", "123456789012345678"}) {
    EXPECT_FALSE(ParseUnsignedDecimal(bad, 2, value)) << bad;
  }
}

TEST(LobsterFlowReaderTest, ReadsEventsAndLeavesOutHiddenTradesAndHalts) {
  const GzipFile file(
      "34200015105074,A,9000000001,B,5794000,496,1\n"
      "34200015105075,H,0,B,5794000,10,0\n"
      "34200015105076,T,0,-,1,0,0\n"
      "34200015105077,X,16113575,S,5794100,18,0\n");
  LobsterFlowReader reader(*LineReader::Open(file.path()));
  TapeEvent event;
  ASSERT_TRUE(reader.Next(event).value());
  EXPECT_EQ(event.action, TapeAction::kAdd);
  EXPECT_TRUE(event.is_synthetic);
  EXPECT_EQ(event.order_id, 9'000'000'001U);
  ASSERT_TRUE(reader.Next(event).value());
  EXPECT_EQ(event.action, TapeAction::kExecute);
  EXPECT_FALSE(event.is_synthetic);
  EXPECT_FALSE(event.is_buy);
  EXPECT_EQ(event.price_ticks, 5'794'100);
  EXPECT_EQ(event.quantity_lots, 18);
  EXPECT_FALSE(reader.Next(event).value());
}

TEST(LobsterFlowReaderTest, NamesTheLineThatIsWrong) {
  const GzipFile file("1,A,1,B,5,5,0\n1,A,x,B,5,5,0\n");
  LobsterFlowReader reader(*LineReader::Open(file.path()));
  TapeEvent event;
  ASSERT_TRUE(reader.Next(event).value());
  const auto bad = reader.Next(event);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code(), StatusCode::kCorruption);
  EXPECT_NE(bad.error().message().find(":2:"), std::string::npos);
}

TEST(BitstampReaderTest, BothFormsSayTheSame) {
  const GzipFile csv(
      "id,timestamp,exchange.timestamp,price,volume,action,direction\n"
      "65595247,1430438404518,1430438404000,236.47,200000000,created,bid\n");
  const std::string log_path = csv.path() + ".log";
  FILE* log = std::fopen(log_path.c_str(), "w");
  std::fputs(
      "1430438404645 trade {\"price\": 236.47, \"amount\": 0.21144331, \"id\": 8111041}\n"
      "1430438404518 order_created {\"price\": \"236.47\", \"amount\": \"2.00000000\", "
      "\"datetime\": \"1430438404\", \"id\": 65595247, \"order_type\": 0}\n",
      log);
  std::fclose(log);
  for (const std::string& path : {csv.path(), log_path}) {
    BitstampReader reader(*LineReader::Open(path));
    TapeEvent event;
    ASSERT_TRUE(reader.Next(event).value()) << path;
    EXPECT_EQ(event.action, TapeAction::kAdd);
    EXPECT_TRUE(event.is_buy);
    EXPECT_EQ(event.order_id, 65'595'247U);
    EXPECT_EQ(event.price_ticks, 23'647);
    EXPECT_EQ(event.quantity_lots, 200'000'000);
    EXPECT_EQ(event.timestamp_ns, 1'430'438'404'518'000'000);
    EXPECT_FALSE(reader.Next(event).value());
  }
  std::remove(log_path.c_str());
}

}  // namespace
}  // namespace lockstep
