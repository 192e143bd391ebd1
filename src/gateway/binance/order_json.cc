#include "gateway/binance/order_json.h"

#include "base/assert.h"
#include "gateway/binance/order_words.h"

namespace lockstep {
namespace {

const SymbolInfo& SymbolOf(const ReferenceData& reference, SymbolId id) {
  const SymbolInfo* const symbol = reference.FindSymbol(id);
  // Definitions come before the orders that name them, on the same ring, and are never taken back.
  LOCKSTEP_ASSERT(symbol != nullptr);
  return *symbol;
}

void WriteIds(JsonWriter& json, const SymbolInfo& symbol, const StoredOrder& order) {
  json.Field("symbol", symbol.name);
  json.Field("orderId", order.order_id.value());
  json.Field("orderListId", -1);
}

void WriteAmounts(JsonWriter& json, const SymbolInfo& symbol, const StoredOrder& order) {
  json.DecimalField("price", order.price, symbol.price_scale);
  json.DecimalField("origQty", order.quantity, symbol.quantity_scale);
  json.DecimalField("executedQty", order.cumulative_quantity, symbol.quantity_scale);
}

void WriteKind(JsonWriter& json, const StoredOrder& order) {
  json.Field("status", WordOf(order.status));
  json.Field("timeInForce", WordOf(order.time_in_force, order.type));
  json.Field("type", WordOf(order.type));
  json.Field("side", WordOf(order.side));
}

void WritePrevention(JsonWriter& json, const StoredOrder& order) {
  json.Field("selfTradePreventionMode", WordOf(order.self_trade_prevention));
}

void WriteExpiry(JsonWriter& json, const StoredOrder& order) {
  const std::string_view reason = ExpiryReason(order.status, order.end_reason, order.type);
  if (!reason.empty()) {
    json.Field("expiryReason", reason);
  }
}

void WritePrevented(JsonWriter& json, const SymbolInfo& symbol, const StoredOrder& order) {
  if (order.prevented_quantity != 0) {
    json.DecimalField("preventedQuantity", order.prevented_quantity, symbol.quantity_scale);
  }
}

void WriteFills(JsonWriter& json, const SymbolInfo& symbol, std::span<const StoredFill> fills,
                const ReferenceData& reference) {
  json.Key("fills");
  json.BeginArray();
  for (const StoredFill& fill : fills) {
    const AssetInfo* const fee_asset = reference.FindAsset(fill.fee_asset);
    json.BeginObject();
    json.DecimalField("price", fill.price, symbol.price_scale);
    json.DecimalField("qty", fill.quantity, symbol.quantity_scale);
    json.DecimalField("commission", fill.fee, fee_asset == nullptr ? 0 : fee_asset->scale);
    json.Field("commissionAsset",
               fee_asset == nullptr ? std::string_view() : std::string_view(fee_asset->name));
    json.Field("tradeId", fill.trade_id.value());
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

void WritePlaced(JsonWriter& json, const StoredOrder& order, std::span<const StoredFill> fills,
                 const ReferenceData& reference, ResponseType response) {
  const SymbolInfo& symbol = SymbolOf(reference, order.symbol);
  json.BeginObject();
  WriteIds(json, symbol, order);
  json.Field("clientOrderId", order.client_order_id);
  json.TimeField("transactTime", order.created_ns);
  if (response != ResponseType::kAck) {
    WriteAmounts(json, symbol, order);
    json.DecimalField("origQuoteOrderQty", order.quote_quantity, symbol.quote.scale);
    json.DecimalField("cummulativeQuoteQty", order.cumulative_quote, symbol.quote.scale);
    WriteKind(json, order);
    json.TimeField("workingTime", order.created_ns);
    if (response == ResponseType::kFull) {
      WriteFills(json, symbol, fills, reference);
    }
    WritePrevention(json, order);
    WritePrevented(json, symbol, order);
    WriteExpiry(json, order);
  }
  json.EndObject();
}

void WriteCancelled(JsonWriter& json, const StoredOrder& order, std::string_view cancel_id,
                    const ReferenceData& reference) {
  const SymbolInfo& symbol = SymbolOf(reference, order.symbol);
  json.BeginObject();
  json.Field("symbol", symbol.name);
  json.Field("origClientOrderId", order.client_order_id);
  json.Field("orderId", order.order_id.value());
  json.Field("orderListId", -1);
  json.Field("clientOrderId", cancel_id);
  json.TimeField("transactTime", order.updated_ns);
  WriteAmounts(json, symbol, order);
  json.DecimalField("origQuoteOrderQty", order.quote_quantity, symbol.quote.scale);
  json.DecimalField("cummulativeQuoteQty", order.cumulative_quote, symbol.quote.scale);
  WriteKind(json, order);
  WritePrevention(json, order);
  WritePrevented(json, symbol, order);
  json.EndObject();
}

void WriteAmended(JsonWriter& json, const StoredOrder& order, std::uint64_t execution_id,
                  std::string_view old_client_order_id, const ReferenceData& reference) {
  const SymbolInfo& symbol = SymbolOf(reference, order.symbol);
  json.BeginObject();
  json.TimeField("transactTime", order.updated_ns);
  if (execution_id != 0) {
    json.Field("executionId", execution_id);
  }
  json.Key("amendedOrder");
  json.BeginObject();
  WriteIds(json, symbol, order);
  json.Field("origClientOrderId", old_client_order_id);
  json.Field("clientOrderId", order.client_order_id);
  // Other names than everywhere else.
  json.DecimalField("price", order.price, symbol.price_scale);
  json.DecimalField("qty", order.quantity, symbol.quantity_scale);
  json.DecimalField("executedQty", order.cumulative_quantity, symbol.quantity_scale);
  json.DecimalField("preventedQty", order.prevented_quantity, symbol.quantity_scale);
  json.DecimalField("quoteOrderQty", order.quote_quantity, symbol.quote.scale);
  json.DecimalField("cumulativeQuoteQty", order.cumulative_quote, symbol.quote.scale);
  WriteKind(json, order);
  json.TimeField("workingTime", order.created_ns);
  WritePrevention(json, order);
  json.EndObject();
  json.EndObject();
}

void WriteStored(JsonWriter& json, const StoredOrder& order, const ReferenceData& reference) {
  const SymbolInfo& symbol = SymbolOf(reference, order.symbol);
  json.BeginObject();
  WriteIds(json, symbol, order);
  json.Field("clientOrderId", order.client_order_id);
  WriteAmounts(json, symbol, order);
  json.DecimalField("cummulativeQuoteQty", order.cumulative_quote, symbol.quote.scale);
  WriteKind(json, order);
  json.Field("stopPrice", "0.00000000");
  json.Field("icebergQty", "0.00000000");
  json.TimeField("time", order.created_ns);
  json.TimeField("updateTime", order.updated_ns);
  json.Field("isWorking", true);
  json.TimeField("workingTime", order.created_ns);
  json.DecimalField("origQuoteOrderQty", order.quote_quantity, symbol.quote.scale);
  WritePrevention(json, order);
  WritePrevented(json, symbol, order);
  WriteExpiry(json, order);
  json.EndObject();
}

void WriteMyTrade(JsonWriter& json, const StoredFill& fill, const ReferenceData& reference) {
  const SymbolInfo& symbol = SymbolOf(reference, fill.symbol);
  const AssetInfo* const fee_asset = reference.FindAsset(fill.fee_asset);
  json.BeginObject();
  json.Field("symbol", symbol.name);
  json.Field("id", fill.trade_id.value());
  json.Field("orderId", fill.order_id.value());
  json.Field("orderListId", -1);
  json.DecimalField("price", fill.price, symbol.price_scale);
  json.DecimalField("qty", fill.quantity, symbol.quantity_scale);
  json.DecimalField("quoteQty", fill.quote, symbol.quote.scale);
  json.DecimalField("commission", fill.fee, fee_asset == nullptr ? 0 : fee_asset->scale);
  json.Field("commissionAsset",
             fee_asset == nullptr ? std::string_view() : std::string_view(fee_asset->name));
  json.TimeField("time", fill.time_ns);
  json.Field("isBuyer", fill.is_buyer);
  json.Field("isMaker", fill.is_maker);
  json.Field("isBestMatch", true);
  json.EndObject();
}

}  // namespace lockstep
