#include "gateway/binance/user_event_json.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/int128.h"
#include "gateway/binance/command_outcome.h"
#include "gateway/binance/made_order_id.h"
#include "gateway/binance/order_words.h"

namespace lockstep {
namespace {

using Exec = sbe::ExecType;

std::string_view WordOf(Exec::Value type) {
  switch (type) {
    case Exec::NEW:
      return "NEW";
    case Exec::TRADE:
      return "TRADE";
    case Exec::CANCELED:
      return "CANCELED";
    case Exec::REPLACED:
      return "REPLACED";
    case Exec::EXPIRED:
      return "EXPIRED";
    case Exec::TRADE_PREVENTION:
      return "TRADE_PREVENTION";
    default:
      return "NONE";
  }
}

struct ClientIds {
  std::string current;   // "c": of the request that this report is about
  std::string original;  // "C": of the order that it cancelled or amended
};

ClientIds ClientIdsOf(sbe::ExecutionReport& report, const StoredOrder& order) {
  switch (report.execType()) {
    case Exec::CANCELED: {
      auto& reply = report.reply();
      const RequestId id{reply.requestIdHigh(), reply.requestIdLow()};
      if (!order.cancel_client_order_id.empty()) {
        return {order.cancel_client_order_id, order.client_order_id};
      }
      const std::uint64_t salt = order.end_reason == sbe::EndReason::CANCEL_REPLACE
                                     ? kCancelReplaceSalt
                                     : order.order_id.value();
      return {MakeClientOrderId(id, salt), order.client_order_id};
    }
    case Exec::REPLACED:
      return {order.client_order_id, order.cancel_client_order_id.empty()
                                         ? order.client_order_id
                                         : order.cancel_client_order_id};
    default:
      return {order.client_order_id, ""};
  }
}

void WriteCommission(JsonWriter& json, sbe::ExecutionReport& report, bool is_trade,
                     const ReferenceData& reference) {
  const AssetInfo* const asset =
      is_trade ? reference.FindAsset(AssetId(report.feeAsset())) : nullptr;
  if (asset == nullptr) {
    json.Field("n", "0");
    json.Key("N");
    json.Null();
    return;
  }
  json.DecimalField("n", report.fee(), asset->scale);
  json.Field("N", asset->name);
}

// price × quantity in the quote asset, rounded down.
void WritePreventedQuote(JsonWriter& json, sbe::ExecutionReport& report, const SymbolInfo& symbol) {
  Int128 product = Int128{report.lastPrice()} * report.lastQuantity();
  int scale = symbol.price_scale + symbol.quantity_scale;
  for (; scale > kTextDecimals; --scale) {
    product /= 10;
  }
  product = std::min(product, static_cast<Int128>(INT64_MAX));
  json.DecimalField("pY", static_cast<std::int64_t>(product), scale);
}

void WritePrevention(JsonWriter& json, sbe::ExecutionReport& report, const SymbolInfo& symbol) {
  json.DecimalField("A", report.preventedQuantity(), symbol.quantity_scale);
  json.DecimalField("B", report.lastQuantity(), symbol.quantity_scale);
  json.Field("U", report.counterOrderId());
  json.Field("Cs", symbol.name);
  json.DecimalField("pl", report.lastQuantity(), symbol.quantity_scale);
  json.DecimalField("pL", report.lastPrice(), symbol.price_scale);
  WritePreventedQuote(json, report, symbol);
}

}  // namespace

void WriteExecutionReport(JsonWriter& json, sbe::ExecutionReport& report, const SymbolInfo& symbol,
                          const ReferenceData& reference, std::int64_t now_ns) {
  const StoredOrder order = OrderOf(report);
  const ClientIds ids = ClientIdsOf(report, order);
  const Exec::Value type = report.execType();
  const bool is_trade = type == Exec::TRADE;
  const bool on_book = order.is_open && order.time_in_force == sbe::TimeInForce::GTC;
  json.BeginObject();
  json.Field("e", "executionReport");
  json.TimeField("E", now_ns);
  json.Field("s", symbol.name);
  json.Field("c", ids.current);
  json.Field("S", WordOf(order.side));
  json.Field("o", WordOf(order.type));
  json.Field("f", WordOf(order.time_in_force, order.type));
  json.DecimalField("q", order.quantity, symbol.quantity_scale);
  json.DecimalField("p", order.price, symbol.price_scale);
  json.Field("P", "0.00000000");
  json.Field("F", "0.00000000");
  json.Field("g", -1);
  json.Field("C", ids.original);
  json.Field("x", WordOf(type));
  json.Field("X", WordOf(order.status));
  json.Field("r", "NONE");
  json.Field("i", order.order_id.value());
  // What was prevented stands in fields of its own.
  json.DecimalField("l", is_trade ? report.lastQuantity() : 0, symbol.quantity_scale);
  json.DecimalField("z", order.cumulative_quantity, symbol.quantity_scale);
  json.DecimalField("L", is_trade ? report.lastPrice() : 0, symbol.price_scale);
  WriteCommission(json, report, is_trade, reference);
  json.TimeField("T", order.updated_ns);
  json.Field("t", is_trade ? static_cast<std::int64_t>(report.tradeId()) : std::int64_t{-1});
  json.Field("I", report.executionId());
  json.Field("w", on_book);
  json.Field("m", is_trade && report.liquidity() == sbe::Liquidity::MAKER);
  json.Field("M", false);
  json.TimeField("O", order.created_ns);
  json.DecimalField("Z", order.cumulative_quote, symbol.quote.scale);
  json.DecimalField("Y", is_trade ? report.lastQuote() : 0, symbol.quote.scale);
  json.DecimalField("Q", order.quote_quantity, symbol.quote.scale);
  if (on_book) {
    json.TimeField("W", order.created_ns);
  }
  json.Field("V", WordOf(order.self_trade_prevention));
  if (type == Exec::TRADE_PREVENTION) {
    WritePrevention(json, report, symbol);
  }
  const std::string_view expiry = ExpiryReason(order.status, order.end_reason, order.type);
  if (!expiry.empty()) {
    json.Field("eR", expiry);
  }
  json.EndObject();
}

void WriteStreamTerminated(JsonWriter& json, std::int64_t now_ns) {
  json.BeginObject();
  json.Field("e", "eventStreamTerminated");
  json.TimeField("E", now_ns);
  json.EndObject();
}

}  // namespace lockstep
