#include "protocol/reference_data.h"

#include <cstring>

#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

std::string NameOf(const char* name, std::size_t capacity) {
  return {name, ::strnlen(name, capacity)};
}

FilterInfo FiltersOf(sbe::SymbolFilters& filters) {
  return {.min_price = filters.minPrice(),
          .max_price = filters.maxPrice(),
          .tick_multiple = filters.tickMultiple(),
          .min_quantity = filters.minQuantity(),
          .max_quantity = filters.maxQuantity(),
          .lot_multiple = filters.lotMultiple(),
          .min_notional = filters.minNotional(),
          .max_notional = filters.maxNotional(),
          .bid_multiplier_up_ppm = filters.bidMultiplierUpPpm(),
          .bid_multiplier_down_ppm = filters.bidMultiplierDownPpm(),
          .ask_multiplier_up_ppm = filters.askMultiplierUpPpm(),
          .ask_multiplier_down_ppm = filters.askMultiplierDownPpm(),
          .max_open_orders = filters.maxOpenOrders()};
}

}  // namespace

void ReferenceData::Apply(std::span<const std::byte> message) {
  const std::uint16_t template_id = ReadMessageHeader(message).template_id;
  if (template_id == sbe::AssetDefinition::sbeTemplateId()) {
    auto definition = Decode<sbe::AssetDefinition>(message);
    const AssetId id(definition.asset());
    assets_[id] = {.id = id,
                   .name = NameOf(definition.name(), sbe::AssetDefinition::nameLength()),
                   .scale = definition.scale()};
  } else if (template_id == sbe::SymbolDefinition::sbeTemplateId()) {
    auto definition = Decode<sbe::SymbolDefinition>(message);
    const SymbolId id(definition.symbol());
    SymbolInfo& symbol = symbols_[id];
    symbol.id = id;
    symbol.name = NameOf(definition.name(), sbe::SymbolDefinition::nameLength());
    // An asset is defined before the first symbol that names it.
    symbol.base = assets_[AssetId(definition.baseAsset())];
    symbol.quote = assets_[AssetId(definition.quoteAsset())];
    symbol.price_scale = definition.priceScale();
    symbol.quantity_scale = definition.quantityScale();
    symbol.maker_fee_ppm = definition.makerFeePpm();
    symbol.taker_fee_ppm = definition.takerFeePpm();
    symbol.status = definition.status();
    symbol.filters = FiltersOf(definition.filters());
    symbol_of_name_[symbol.name] = id;
  }
}

const SymbolInfo* ReferenceData::FindSymbol(SymbolId id) const {
  const auto found = symbols_.find(id);
  return found == symbols_.end() ? nullptr : &found->second;
}

const SymbolInfo* ReferenceData::FindSymbol(std::string_view name) const {
  const auto found = symbol_of_name_.find(name);
  return found == symbol_of_name_.end() ? nullptr : FindSymbol(found->second);
}

const AssetInfo* ReferenceData::FindAsset(AssetId id) const {
  const auto found = assets_.find(id);
  return found == assets_.end() ? nullptr : &found->second;
}

const AssetInfo* ReferenceData::FindAsset(std::string_view name) const {
  for (const auto& [id, asset] : assets_) {
    if (asset.name == name) {
      return &asset;
    }
  }
  return nullptr;
}

}  // namespace lockstep
