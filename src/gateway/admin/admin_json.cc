#include "gateway/admin/admin_json.h"

#include <string_view>

#include "gateway/admin/admin_words.h"

namespace lockstep {
namespace {

constexpr int kPpmScale = 6;

bool OnlyAuthorizes(std::string_view name) {
  return name == "signature" || name == "timestamp" || name == "recvWindow" || name == "apiKey";
}

}  // namespace

void WriteAssetMembers(JsonWriter& json, const AssetInfo& asset) {
  json.Field("asset", asset.name);
  json.Field("assetId", asset.id.value());
  json.Field("scale", asset.scale);
}

void WriteSymbolMembers(JsonWriter& json, const SymbolInfo& symbol) {
  const FilterInfo& filters = symbol.filters;
  json.Field("symbol", symbol.name);
  json.Field("symbolId", symbol.id.value());
  json.Field("status", AdminWordOf(symbol.status));
  json.Field("baseAsset", symbol.base.name);
  json.Field("quoteAsset", symbol.quote.name);
  json.Field("priceScale", symbol.price_scale);
  json.Field("quantityScale", symbol.quantity_scale);
  json.DecimalField("makerFee", symbol.maker_fee_ppm, kPpmScale);
  json.DecimalField("takerFee", symbol.taker_fee_ppm, kPpmScale);
  json.DecimalField("tickSize", filters.tick_multiple, symbol.price_scale);
  json.DecimalField("minPrice", filters.min_price, symbol.price_scale);
  json.DecimalField("maxPrice", filters.max_price, symbol.price_scale);
  json.DecimalField("stepSize", filters.lot_multiple, symbol.quantity_scale);
  json.DecimalField("minQty", filters.min_quantity, symbol.quantity_scale);
  json.DecimalField("maxQty", filters.max_quantity, symbol.quantity_scale);
  json.DecimalField("minNotional", filters.min_notional, symbol.quote.scale);
  json.DecimalField("maxNotional", filters.max_notional, symbol.quote.scale);
  json.DecimalField("bidMultiplierUp", filters.bid_multiplier_up_ppm, kPpmScale);
  json.DecimalField("bidMultiplierDown", filters.bid_multiplier_down_ppm, kPpmScale);
  json.DecimalField("askMultiplierUp", filters.ask_multiplier_up_ppm, kPpmScale);
  json.DecimalField("askMultiplierDown", filters.ask_multiplier_down_ppm, kPpmScale);
  json.Field("maxNumOrders", filters.max_open_orders);
}

std::string ParametersJson(const Parameters& parameters) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject();
  for (const Parameter& parameter : parameters.all()) {
    if (!OnlyAuthorizes(parameter.name)) {
      std::string name;
      JsonWriter::AppendQuoted(name, parameter.name);
      json.Raw(name + ":");
      std::string value;
      JsonWriter::AppendQuoted(value, parameter.value);
      text.append(value);
    }
  }
  json.EndObject();
  return text;
}

}  // namespace lockstep
