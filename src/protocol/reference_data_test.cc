#include "protocol/reference_data.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "lockstep_sbe/TradingStatus.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

using Message = std::vector<std::byte>;

template <class Codec, class Fill>
Message Make(Fill fill) {
  Message message(512);
  auto codec = Encode<Codec>(message.data(), message.size());
  fill(codec);
  message.resize(kMessageHeaderBytes + static_cast<std::size_t>(codec.encodedLength()));
  return message;
}

// Names fill the field up with zeros.
std::array<char, 16> Name16(const std::string& name) {
  std::array<char, 16> field{};
  std::memcpy(field.data(), name.data(), name.size());
  return field;
}

Message Asset(std::uint32_t id, const std::string& name, std::uint8_t scale) {
  return Make<sbe::AssetDefinition>([&](sbe::AssetDefinition& asset) {
    asset.asset(id).scale(scale).putName(Name16(name).data());
  });
}

Message Symbol(std::uint32_t id, const std::string& name, sbe::TradingStatus::Value status) {
  return Make<sbe::SymbolDefinition>([&](sbe::SymbolDefinition& symbol) {
    symbol.symbol(id).baseAsset(2).quoteAsset(1).makerFeePpm(-5).takerFeePpm(1'000);
    symbol.priceScale(2).quantityScale(5).status(status);
    symbol.filters().minPrice(1).maxPrice(900).tickMultiple(3).minNotional(500).maxOpenOrders(7);
    symbol.putName(Name16(name).data());
  });
}

TEST(ReferenceDataTest, IsWhatTheDefinitionsSay) {
  ReferenceData data;
  data.Apply(Asset(1, "USDT", 8));
  data.Apply(Asset(2, "BTC", 6));
  data.Apply(Symbol(4, "BTCUSDT", sbe::TradingStatus::TRADING));
  const SymbolInfo* symbol = data.FindSymbol("BTCUSDT");
  ASSERT_NE(symbol, nullptr);
  EXPECT_EQ(symbol->id, SymbolId(4));
  EXPECT_EQ(symbol->base.name, "BTC");
  EXPECT_EQ(symbol->base.scale, 6);
  EXPECT_EQ(symbol->quote.name, "USDT");
  EXPECT_EQ(symbol->price_scale, 2);
  EXPECT_EQ(symbol->quantity_scale, 5);
  EXPECT_EQ(symbol->maker_fee_ppm, -5);
  EXPECT_EQ(symbol->filters.max_price, 900);
  EXPECT_EQ(symbol->filters.tick_multiple, 3);
  EXPECT_EQ(symbol->filters.max_open_orders, 7U);
  EXPECT_EQ(data.FindAsset("BTC"), data.FindAsset(AssetId(2)));
  EXPECT_EQ(data.FindSymbol("btcusdt"), nullptr);
  EXPECT_EQ(data.FindSymbol(SymbolId(5)), nullptr);
  EXPECT_EQ(data.FindAsset("EUR"), nullptr);
}

TEST(ReferenceDataTest, TheNewestDefinitionCountsAndTheAddressStays) {
  ReferenceData data;
  data.Apply(Asset(1, "USDT", 8));
  data.Apply(Asset(2, "BTC", 8));
  data.Apply(Symbol(4, "BTCUSDT", sbe::TradingStatus::TRADING));
  const SymbolInfo* symbol = data.FindSymbol(SymbolId(4));
  data.Apply(Symbol(9, "X", sbe::TradingStatus::TRADING));
  data.Apply(Symbol(4, "BTCUSDT", sbe::TradingStatus::HALT));
  EXPECT_EQ(data.FindSymbol(SymbolId(4)), symbol);
  EXPECT_EQ(symbol->status, sbe::TradingStatus::HALT);
  EXPECT_EQ(data.symbols().size(), 2U);
}

}  // namespace
}  // namespace lockstep
