#include "history/row_batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>

#include "base/strong_id.h"
#include "history/keys.h"

namespace lockstep {
namespace {

TEST(RowBatch, TheLastRowOfAKeyStays) {
  RowBatch rows;
  const HistoryKey key = HistoryKey::OfMeta("position");
  rows.Put(key, "first");
  rows.Put(HistoryKey::OfMeta("gap"), "");
  rows.Delete(key);
  rows.Put(key, "last");
  rows.Delete(HistoryKey::OfMeta("gap"));
  rows.Sort();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].key, HistoryKey::OfMeta("gap").view());
  EXPECT_TRUE(rows[0].is_deletion);
  EXPECT_EQ(rows[1].key, key.view());
  EXPECT_EQ(rows[1].value, "last");
  EXPECT_FALSE(rows[1].is_deletion);
  rows.Clear();
  EXPECT_TRUE(rows.empty());
}

// Keys that are beginnings of others, or end in zeros, have their own places.
TEST(RowBatch, RowsComeInTheOrderOfTheirKeys) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    RowBatch rows;
    std::map<std::string, std::optional<std::string>> expected;
    for (int i = 0; i < 2'000; ++i) {
      std::string text(random() % 30, 'a');
      std::ranges::generate(text, [&] { return static_cast<char>(random() % 3 - 1); });
      const HistoryKey key = HistoryKey::OfClientId(AccountId(random() % 2), SymbolId(1), text);
      const std::string name(key.view());
      if (random() % 4 == 0) {
        rows.Delete(key);
        expected[name] = std::nullopt;
      } else {
        const std::string value(random() % 100, static_cast<char>('a' + random() % 26));
        rows.Put(key, value);
        expected[name] = value;
      }
    }
    rows.Sort();
    ASSERT_EQ(rows.size(), expected.size());
    std::size_t at = 0;
    for (const auto& [name, value] : expected) {
      const RowBatch::Row row = rows[at++];
      EXPECT_EQ(row.key, name);
      EXPECT_EQ(row.is_deletion, !value);
      EXPECT_EQ(row.value, value.value_or(""));
    }
  }
}

}  // namespace
}  // namespace lockstep
