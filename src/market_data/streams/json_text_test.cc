#include "market_data/streams/json_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "base/int128.h"
#include "market_data/depth_fold.h"
#include "market_data/price_levels.h"

namespace lockstep {
namespace {

std::string Wide(Int128 units, int scale) {
  std::string out;
  AppendWideDecimal(out, units, scale);
  return out;
}

std::string Thousandths(std::int64_t value) {
  std::string out;
  AppendThousandths(out, value);
  return out;
}

TEST(JsonText, WideDecimalsHaveEightPlaces) {
  EXPECT_EQ(Wide(0, 0), R"("0.00000000")");
  EXPECT_EQ(Wide(15, 1), R"("1.50000000")");
  EXPECT_EQ(Wide(-15, 1), R"("-1.50000000")");
  EXPECT_EQ(Wide(123'456'789'012, 10), R"("12.34567890")");  // what is beyond is cut off
  EXPECT_EQ(Wide(Int128{10'000'000'000'000'000} * 10'000'000'000 + 7, 0),
            R"("100000000000000000000000007.00000000")");
  EXPECT_EQ(Wide(Int128{INT64_MAX} * INT64_MAX, 16), R"("8507059173023461584739.69077842")");
}

TEST(JsonText, ThousandthsKeepTheirSign) {
  EXPECT_EQ(Thousandths(0), R"("0.000")");
  EXPECT_EQ(Thousandths(-740), R"("-0.740")");
  EXPECT_EQ(Thousandths(250'005), R"("250.005")");
}

TEST(JsonText, NamesAreEscaped) {
  std::string out;
  SymbolText(R"(A"B\C)", 2, 2).AppendName(out);
  EXPECT_EQ(out, R"("A\"B\\C")");
}

TEST(JsonText, LevelsOfOneSideBestFirst) {
  DepthFold depth;
  depth.Set(BookSide::kBuy, 100, 5, 1);
  depth.Set(BookSide::kBuy, 101, 7, 1);
  const SymbolText text("X", 1, 0);
  std::string out;
  text.AppendBest(out, depth.levels(BookSide::kBuy), 1);
  text.AppendBest(out, depth.levels(BookSide::kBuy), 9);
  text.AppendBest(out, depth.levels(BookSide::kSell), 9);
  EXPECT_EQ(out, R"([["10.10000000","7.00000000"]])"
                 R"([["10.10000000","7.00000000"],["10.00000000","5.00000000"]])"
                 R"([])");
}

}  // namespace
}  // namespace lockstep
