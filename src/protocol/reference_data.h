// The exchange's assets and symbols, as its events tell of them: what a reader of the event ring
// needs to turn names into ids and integers into decimals.
//
// A fold of AssetDefinition and SymbolDefinition, images and live alike: the newest of an id
// counts. Threads: one; each reader of the ring keeps its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/strong_id.h"
#include "lockstep_sbe/TradingStatus.h"

namespace lockstep {

struct AssetInfo {
  AssetId id;
  std::string name;
  int scale = 0;
};

// 0 switches a filter off. Prices in ticks, quantities in lots, notionals in quote units,
// multipliers in parts per million.
struct FilterInfo {
  std::int64_t min_price = 0;
  std::int64_t max_price = 0;
  std::int64_t tick_multiple = 0;
  std::int64_t min_quantity = 0;
  std::int64_t max_quantity = 0;
  std::int64_t lot_multiple = 0;
  std::int64_t min_notional = 0;
  std::int64_t max_notional = 0;
  std::uint32_t bid_multiplier_up_ppm = 0;
  std::uint32_t bid_multiplier_down_ppm = 0;
  std::uint32_t ask_multiplier_up_ppm = 0;
  std::uint32_t ask_multiplier_down_ppm = 0;
  std::uint32_t max_open_orders = 0;
};

struct SymbolInfo {
  SymbolId id;
  std::string name;  // "BTCUSDT"
  AssetInfo base;
  AssetInfo quote;
  int price_scale = 0;     // a tick is 10^-price_scale of the quote asset
  int quantity_scale = 0;  // a lot is 10^-quantity_scale of the base asset
  std::int32_t maker_fee_ppm = 0;
  std::int32_t taker_fee_ppm = 0;
  sbe::TradingStatus::Value status = sbe::TradingStatus::NONE;
  FilterInfo filters;
};

class ReferenceData {
 public:
  // Takes any event with its message header; those that define nothing are ignored.
  void Apply(std::span<const std::byte> message);

  // Null: not known. The address stays the same for the life of this object; what it points to
  // changes with later definitions.
  [[nodiscard]] const SymbolInfo* FindSymbol(SymbolId id) const;
  [[nodiscard]] const SymbolInfo* FindSymbol(std::string_view name) const;
  [[nodiscard]] const AssetInfo* FindAsset(AssetId id) const;
  [[nodiscard]] const AssetInfo* FindAsset(std::string_view name) const;

  // By id.
  [[nodiscard]] const std::map<SymbolId, SymbolInfo>& symbols() const { return symbols_; }
  [[nodiscard]] const std::map<AssetId, AssetInfo>& assets() const { return assets_; }

 private:
  std::map<AssetId, AssetInfo> assets_;
  std::map<SymbolId, SymbolInfo> symbols_;
  std::map<std::string, SymbolId, std::less<>> symbol_of_name_;
};

}  // namespace lockstep
