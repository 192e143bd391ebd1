#include "gateway/binance/commission.h"

#include <cstdint>
#include <string_view>

#include "protocol/json_writer.h"

namespace lockstep {
namespace {

constexpr int kPpmScale = 6;

void WriteRates(JsonWriter& json, std::string_view key, std::int32_t maker_ppm,
                std::int32_t taker_ppm, bool by_side) {
  json.Key(key);
  json.BeginObject();
  json.DecimalField("maker", maker_ppm, kPpmScale);
  json.DecimalField("taker", taker_ppm, kPpmScale);
  if (by_side) {
    json.DecimalField("buyer", 0, kPpmScale);
    json.DecimalField("seller", 0, kPpmScale);
  }
  json.EndObject();
}

void WriteDiscount(JsonWriter& json) {
  json.Key("discount");
  json.BeginObject();
  json.Field("enabledForAccount", false);
  json.Field("enabledForSymbol", false);
  json.Field("discountAsset", "");
  json.DecimalField("discount", 0, kPpmScale);
  json.EndObject();
}

}  // namespace

void WriteCommission(std::string& out, const SymbolInfo& symbol) {
  JsonWriter json(out);
  json.BeginObject();
  json.Field("symbol", symbol.name);
  WriteRates(json, "standardCommission", symbol.maker_fee_ppm, symbol.taker_fee_ppm, true);
  WriteRates(json, "specialCommission", 0, 0, true);
  WriteRates(json, "taxCommission", 0, 0, true);
  WriteDiscount(json);
  json.EndObject();
}

void WriteOrderCommission(std::string& out, const SymbolInfo& symbol) {
  JsonWriter json(out);
  json.BeginObject();
  WriteRates(json, "standardCommissionForOrder", symbol.maker_fee_ppm, symbol.taker_fee_ppm, false);
  WriteRates(json, "specialCommissionForOrder", 0, 0, false);
  WriteRates(json, "taxCommissionForOrder", 0, 0, false);
  WriteDiscount(json);
  json.EndObject();
}

}  // namespace lockstep
