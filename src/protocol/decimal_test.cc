#include "protocol/decimal.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace lockstep {
namespace {

TEST(DecimalTest, WritesEightDecimalsAlways) {
  EXPECT_EQ(DecimalText(0, 8), "0.00000000");
  EXPECT_EQ(DecimalText(150, 2), "1.50000000");
  EXPECT_EQ(DecimalText(7, 0), "7.00000000");
  EXPECT_EQ(DecimalText(-1, 8), "-0.00000001");
  EXPECT_EQ(DecimalText(INT64_MAX, 8), "92233720368.54775807");
  EXPECT_EQ(DecimalText(INT64_MIN, 0), "-9223372036854775808.00000000");
}

TEST(DecimalTest, ReadsExactly) {
  std::int64_t units = 0;
  const auto read = [&](const char* text, int scale) {
    EXPECT_EQ(ParseDecimal(text, scale, units), DecimalError::kNone) << text;
    return units;
  };
  EXPECT_EQ(read("60000.01", 2), 6'000'001);
  EXPECT_EQ(read("60000.0100000", 2), 6'000'001);
  EXPECT_EQ(read("5", 8), 500'000'000);
  EXPECT_EQ(read(".5", 1), 5);
  EXPECT_EQ(read("5.", 1), 50);
  EXPECT_EQ(read("-0.1", 1), -1);
  EXPECT_EQ(read("000000000000000000000000000001", 0), 1);
  EXPECT_EQ(read("92233720368.54775807", 8), INT64_MAX);
}

TEST(DecimalTest, RefusesWhatIsNoNumberAndLeavesTheUnitsAlone) {
  std::int64_t units = 42;
  for (const char* text :
       {"", ".", "-", "+1", "1e5", "0x10", " 1", "1 ", "1.2.3", "NaN", "1,5", "--1", "\xd9\xa1"}) {
    EXPECT_EQ(ParseDecimal(text, 8, units), DecimalError::kMalformed) << text;
  }
  EXPECT_EQ(ParseDecimal(std::string(65, '1'), 0, units), DecimalError::kMalformed);
  EXPECT_EQ(ParseDecimal("0.001", 2, units), DecimalError::kTooPrecise);
  EXPECT_EQ(ParseDecimal("92233720368.54775808", 8, units), DecimalError::kOutOfRange);
  EXPECT_EQ(ParseDecimal("999999999999999999999999999999", 0, units), DecimalError::kOutOfRange);
  EXPECT_EQ(units, 42);
}

TEST(DecimalTest, WhatIsWrittenIsReadBack) {
  for (int scale = 0; scale <= 8; ++scale) {
    for (const std::int64_t units : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-99},
                                     std::int64_t{123'456'789}, INT64_MAX, -INT64_MAX}) {
      std::int64_t read = -7;
      EXPECT_EQ(ParseDecimal(DecimalText(units, scale), scale, read), DecimalError::kNone);
      EXPECT_EQ(read, units);
    }
  }
}

}  // namespace
}  // namespace lockstep
