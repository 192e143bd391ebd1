#include "gateway/binance/exchange_info.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "gateway/binance/order_words.h"
#include "gateway/binance/rate_limit_json.h"
#include "protocol/json_writer.h"

namespace lockstep {
namespace {

constexpr int kPpmScale = 6;
// The smallest notional that clients may send an order with, where the symbol sets none.
constexpr std::int64_t kSmallestUnit = 1;

void WriteStrings(JsonWriter& json, std::string_view key,
                  std::initializer_list<std::string_view> values) {
  json.Key(key);
  json.BeginArray();
  for (const std::string_view value : values) {
    json.Value(value);
  }
  json.EndArray();
}

// An upper bound that is off is published as the largest that can be sent.
std::int64_t OrLargest(std::int64_t bound) { return bound == 0 ? limits::kMaxAmount : bound; }
std::int64_t OrSmallest(std::int64_t bound) { return std::max(bound, kSmallestUnit); }

void WritePriceFilter(JsonWriter& json, const SymbolInfo& symbol) {
  const FilterInfo& filters = symbol.filters;
  json.BeginObject();
  json.Field("filterType", "PRICE_FILTER");
  json.DecimalField("minPrice", OrSmallest(filters.min_price), symbol.price_scale);
  json.DecimalField("maxPrice", OrLargest(filters.max_price), symbol.price_scale);
  json.DecimalField("tickSize", OrSmallest(filters.tick_multiple), symbol.price_scale);
  json.EndObject();
}

void WriteLotSize(JsonWriter& json, const SymbolInfo& symbol, std::string_view type) {
  const FilterInfo& filters = symbol.filters;
  json.BeginObject();
  json.Field("filterType", type);
  json.DecimalField("minQty", OrSmallest(filters.min_quantity), symbol.quantity_scale);
  json.DecimalField("maxQty", OrLargest(filters.max_quantity), symbol.quantity_scale);
  json.DecimalField("stepSize", OrSmallest(filters.lot_multiple), symbol.quantity_scale);
  json.EndObject();
}

void WriteNotional(JsonWriter& json, const SymbolInfo& symbol) {
  const FilterInfo& filters = symbol.filters;
  json.BeginObject();
  json.Field("filterType", "NOTIONAL");
  json.DecimalField("minNotional", filters.min_notional, symbol.quote.scale);
  json.Field("applyMinToMarket", true);
  json.DecimalField("maxNotional", OrLargest(filters.max_notional), symbol.quote.scale);
  json.Field("applyMaxToMarket", true);
  json.Field("avgPriceMins", 0);  // the last trade's price counts
  json.EndObject();
}

void WritePercentPrice(JsonWriter& json, const FilterInfo& filters) {
  const std::uint32_t all = filters.bid_multiplier_up_ppm | filters.bid_multiplier_down_ppm |
                            filters.ask_multiplier_up_ppm | filters.ask_multiplier_down_ppm;
  if (all == 0) {
    return;
  }
  json.BeginObject();
  json.Field("filterType", "PERCENT_PRICE_BY_SIDE");
  json.DecimalField("bidMultiplierUp", filters.bid_multiplier_up_ppm, kPpmScale);
  json.DecimalField("bidMultiplierDown", filters.bid_multiplier_down_ppm, kPpmScale);
  json.DecimalField("askMultiplierUp", filters.ask_multiplier_up_ppm, kPpmScale);
  json.DecimalField("askMultiplierDown", filters.ask_multiplier_down_ppm, kPpmScale);
  json.Field("avgPriceMins", 0);
  json.EndObject();
}

void WriteMaxNumOrders(JsonWriter& json, const FilterInfo& filters) {
  if (filters.max_open_orders == 0) {
    return;
  }
  json.BeginObject();
  json.Field("filterType", "MAX_NUM_ORDERS");
  json.Field("maxNumOrders", filters.max_open_orders);
  json.EndObject();
}

void WriteSymbol(JsonWriter& json, const SymbolInfo& symbol, bool with_permission_sets) {
  json.BeginObject();
  json.Field("symbol", symbol.name);
  json.Field("status", WordOf(symbol.status));
  json.Field("baseAsset", symbol.base.name);
  json.Field("baseAssetPrecision", kTextDecimals);
  json.Field("quoteAsset", symbol.quote.name);
  json.Field("quotePrecision", kTextDecimals);
  json.Field("quoteAssetPrecision", kTextDecimals);
  json.Field("baseCommissionPrecision", kTextDecimals);
  json.Field("quoteCommissionPrecision", kTextDecimals);
  if (symbol.status == sbe::TradingStatus::POST_ONLY) {
    WriteStrings(json, "orderTypes", {"LIMIT_MAKER"});
  } else {
    WriteStrings(json, "orderTypes", {"LIMIT", "LIMIT_MAKER", "MARKET"});
  }
  for (const std::string_view no : {"icebergAllowed", "ocoAllowed", "otoAllowed", "opoAllowed"}) {
    json.Field(no, false);
  }
  json.Field("quoteOrderQtyMarketAllowed", true);
  json.Field("allowTrailingStop", false);
  json.Field("cancelReplaceAllowed", true);
  json.Field("amendAllowed", true);
  json.Field("pegInstructionsAllowed", false);
  json.Field("isSpotTradingAllowed", true);
  json.Field("isMarginTradingAllowed", false);
  json.Key("filters");
  json.BeginArray();
  WritePriceFilter(json, symbol);
  WriteLotSize(json, symbol, "LOT_SIZE");
  WriteLotSize(json, symbol, "MARKET_LOT_SIZE");
  WriteNotional(json, symbol);
  WritePercentPrice(json, symbol.filters);
  WriteMaxNumOrders(json, symbol.filters);
  json.EndArray();
  WriteStrings(json, "permissions", {});
  json.Key("permissionSets");
  json.BeginArray();
  if (with_permission_sets) {
    json.BeginArray();
    json.Value("SPOT");
    json.EndArray();
  }
  json.EndArray();
  json.Field("defaultSelfTradePreventionMode", "NONE");
  WriteStrings(json, "allowedSelfTradePreventionModes",
               {"NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"});
  json.EndObject();
}

struct Selection {
  std::vector<const SymbolInfo*> symbols;
  bool with_permission_sets = true;
};

Selection ReadSelection(ParameterReader& reader, const ReferenceData& reference) {
  Selection selection;
  const SymbolInfo* const one = reader.OptionalSymbol();
  selection.symbols = reader.Symbols();
  const auto permissions = reader.Optional("permissions");
  const auto status = reader.Optional("symbolStatus");
  selection.with_permission_sets = reader.Boolean("showPermissionSets").value_or(true);
  const int named = (one != nullptr ? 1 : 0) + (reader.Has("symbols") ? 1 : 0);
  if (named > 1 || (named == 1 && (permissions || status))) {
    reader.Fail(ErrorKind::kBadCombination);
  }
  if (status && *status != "TRADING" && *status != "HALT" && *status != "BREAK") {
    reader.Fail(ErrorKind::kInvalidSymbolStatus);
  }
  if (one != nullptr) {
    selection.symbols = {one};
  }
  if (named == 0) {
    const bool spot = !permissions || permissions->contains("SPOT");
    for (const auto& [id, symbol] : reference.symbols()) {
      if (spot && (!status || *status == WordOf(symbol.status))) {
        selection.symbols.push_back(&symbol);
      }
    }
  }
  return selection;
}

}  // namespace

void AnswerExchangeInfo(const ApiCall& call, ParameterReader& reader, const GatewayState& state) {
  const Selection selection = ReadSelection(reader, state.reference);
  if (!IsComplete(call, reader)) {
    return;
  }
  ApiAnswer answer;
  JsonWriter json(answer.body, call.microseconds);
  json.BeginObject();
  json.Field("timezone", "UTC");
  json.TimeField("serverTime", state.clock.WallNs());
  json.Key("rateLimits");
  json.BeginArray();
  WriteWeightLimit(json, state.limits.settings(), std::nullopt);
  WriteOrderLimits(json, state.limits.settings(), std::nullopt);
  WriteRawRequestLimit(json, state.limits.settings());
  json.EndArray();
  WriteStrings(json, "exchangeFilters", {});
  json.Key("symbols");
  json.BeginArray();
  for (const SymbolInfo* symbol : selection.symbols) {
    WriteSymbol(json, *symbol, selection.with_permission_sets);
  }
  json.EndArray();
  json.EndObject();
  call.reply->Send(std::move(answer));
}

}  // namespace lockstep
