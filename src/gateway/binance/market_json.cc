#include "gateway/binance/market_json.h"

#include <algorithm>

#include "base/int128.h"
#include "protocol/decimal.h"

namespace lockstep {
namespace {

// What price × quantity comes to, rounded down to eight decimals, or to fewer where the sum is too
// large for them.
void WriteQuote(JsonWriter& json, Int128 product, const SymbolInfo& symbol) {
  constexpr auto kLargest = static_cast<Int128>(INT64_MAX);
  int scale = symbol.price_scale + symbol.quantity_scale;
  for (; scale > kTextDecimals || (scale > 0 && product > kLargest); --scale) {
    product /= 10;
  }
  json.Decimal(static_cast<std::int64_t>(std::min(product, kLargest)), scale);
}

}  // namespace

void WriteMarketRow(JsonWriter& json, const StoredTrade& trade, const SymbolInfo& symbol) {
  json.BeginObject();
  json.Field("id", trade.trade_id.value());
  json.DecimalField("price", trade.price, symbol.price_scale);
  json.DecimalField("qty", trade.quantity, symbol.quantity_scale);
  json.Key("quoteQty");
  WriteQuote(json, Int128{trade.price} * trade.quantity, symbol);
  json.TimeField("time", trade.time_ns);
  json.Field("isBuyerMaker", !trade.taker_is_buyer);
  json.Field("isBestMatch", true);
  json.EndObject();
}

void WriteMarketRow(JsonWriter& json, const StoredAggregateTrade& trade, const SymbolInfo& symbol) {
  json.BeginObject();
  json.Field("a", trade.aggregate_trade_id);
  json.DecimalField("p", trade.price, symbol.price_scale);
  json.DecimalField("q", trade.quantity, symbol.quantity_scale);
  json.Field("f", trade.first_trade_id.value());
  json.Field("l", trade.last_trade_id.value());
  json.TimeField("T", trade.time_ns);
  json.Field("m", !trade.taker_is_buyer);
  json.Field("M", true);
  json.EndObject();
}

void WriteMarketRow(JsonWriter& json, const KlineRow& row, const SymbolInfo& symbol) {
  const Candle& candle = row.candle;
  json.BeginArray();
  json.Time(candle.open_ns);
  json.Decimal(candle.open, symbol.price_scale);
  json.Decimal(candle.high, symbol.price_scale);
  json.Decimal(candle.low, symbol.price_scale);
  json.Decimal(candle.close, symbol.price_scale);
  json.Decimal(candle.volume, symbol.quantity_scale);
  json.Time(row.close_ns - 1);  // the last unit of time, whichever it is
  WriteQuote(json, candle.quote_volume, symbol);
  json.Value(candle.trade_count);
  json.Decimal(candle.taker_buy_volume, symbol.quantity_scale);
  WriteQuote(json, candle.taker_buy_quote_volume, symbol);
  json.Value("0");
  json.EndArray();
}

}  // namespace lockstep
