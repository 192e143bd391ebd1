#include "client/spot_answers.h"

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/decimal.h"

namespace lockstep {
namespace {

using Json = rapidjson::Value;

constexpr int kScale = 8;

// Reads members and remembers the first that was not as it should be.
class Reader {
 public:
  [[nodiscard]] Status status() const {
    return wrong_.empty() ? Status::Ok()
                          : Status(StatusCode::kCorruption, "the answer's " + wrong_ + " is wrong");
  }

  const Json& Member(const Json& object, const char* name) {
    if (object.IsObject()) {
      const auto member = object.FindMember(name);
      if (member != object.MemberEnd()) {
        return member->value;
      }
    }
    Note(name);
    return nothing_;
  }
  static bool Has(const Json& object, const char* name) {
    return object.IsObject() && object.HasMember(name);
  }

  std::string Text(const Json& object, const char* name) {
    const Json& value = Member(object, name);
    return value.IsString() ? std::string(value.GetString(), value.GetStringLength()) : Note(name);
  }
  std::uint64_t Number(const Json& object, const char* name) {
    const Json& value = Member(object, name);
    if (!value.IsUint64()) {
      Note(name);
      return 0;
    }
    return value.GetUint64();
  }
  bool Boolean(const Json& object, const char* name) {
    const Json& value = Member(object, name);
    if (!value.IsBool()) {
      Note(name);
      return false;
    }
    return value.GetBool();
  }
  std::int64_t Amount(const Json& object, const char* name) {
    return AmountOf(Member(object, name), name);
  }
  std::int64_t AmountOf(const Json& value, const char* name) {
    std::int64_t units = 0;
    if (!value.IsString() || ParseDecimal({value.GetString(), value.GetStringLength()}, kScale,
                                          units) != DecimalError::kNone) {
      Note(name);
    }
    return units;
  }
  template <class Read>
  auto Rows(const Json& array, const char* name, Read read) {
    std::vector<decltype(read(array))> rows;
    if (!array.IsArray()) {
      Note(name);
      return rows;
    }
    rows.reserve(array.Size());
    for (const Json& row : array.GetArray()) {
      rows.push_back(read(row));
    }
    return rows;
  }

 private:
  std::string Note(const char* name) {
    if (wrong_.empty()) {
      wrong_ = name;
    }
    return {};
  }

  Json nothing_;
  std::string wrong_;
};

std::optional<ApiRefusal> RefusalOf(const Json& json) {
  if (!json.IsObject()) {
    return std::nullopt;
  }
  const auto code = json.FindMember("code");
  const auto message = json.FindMember("msg");
  if (code == json.MemberEnd() || message == json.MemberEnd() || !code->value.IsInt() ||
      !message->value.IsString()) {
    return std::nullopt;
  }
  return ApiRefusal{.code = code->value.GetInt(), .message = message->value.GetString()};
}

// Parses, turns refusals away, and reads with `read(json, reader)`.
template <class Read>
auto Parse(std::string_view body, Read read)
    -> Result<decltype(read(std::declval<const Json&>(), std::declval<Reader&>()))> {
  rapidjson::Document document;
  document.Parse(body.data(), body.size());
  if (document.HasParseError()) {
    return Error(StatusCode::kCorruption, "the answer is no JSON: " + std::string(body));
  }
  if (const auto refusal = RefusalOf(document)) {
    return Error(StatusCode::kInvalidArgument,
                 std::to_string(refusal->code) + " " + refusal->message);
  }
  Reader reader;
  auto value = read(document, reader);
  if (Status status = reader.status(); !status.ok()) {
    return Error(status.code(), status.message() + ": " + std::string(body));
  }
  return value;
}

SpotFill ReadFill(const Json& json, Reader& reader) {
  return {.trade_id = reader.Number(json, "tradeId"),
          .price_e8 = reader.Amount(json, "price"),
          .quantity_e8 = reader.Amount(json, "qty"),
          .commission_e8 = reader.Amount(json, "commission"),
          .commission_asset = reader.Text(json, "commissionAsset")};
}

SpotOrder ReadOrder(const Json& json, Reader& reader) {
  SpotOrder order;
  const char* const time = Reader::Has(json, "transactTime") ? "transactTime" : "time";
  order.time_ms = static_cast<std::int64_t>(reader.Number(json, time));
  order.order_id = reader.Number(json, "orderId");
  order.client_order_id = reader.Text(json, "clientOrderId");
  if (Reader::Has(json, "origClientOrderId")) {
    order.original_client_order_id = reader.Text(json, "origClientOrderId");
  }
  if (!Reader::Has(json, "status")) {
    return order;  // an ACK
  }
  order.status = reader.Text(json, "status");
  order.side = reader.Text(json, "side");
  order.price_e8 = reader.Amount(json, "price");
  order.quantity_e8 = reader.Amount(json, "origQty");
  order.executed_e8 = reader.Amount(json, "executedQty");
  order.executed_quote_e8 = reader.Amount(json, "cummulativeQuoteQty");
  if (Reader::Has(json, "fills")) {
    order.fills = reader.Rows(reader.Member(json, "fills"), "fills",
                              [&reader](const Json& row) { return ReadFill(row, reader); });
  }
  return order;
}

SpotTrade ReadTrade(const Json& json, Reader& reader) {
  return {.trade_id = reader.Number(json, "id"),
          .order_id = reader.Number(json, "orderId"),
          .price_e8 = reader.Amount(json, "price"),
          .quantity_e8 = reader.Amount(json, "qty"),
          .quote_e8 = reader.Amount(json, "quoteQty"),
          .commission_e8 = reader.Amount(json, "commission"),
          .commission_asset = reader.Text(json, "commissionAsset"),
          .is_buyer = reader.Boolean(json, "isBuyer"),
          .is_maker = reader.Boolean(json, "isMaker")};
}

SpotDepth::Level ReadLevel(const Json& json, Reader& reader) {
  if (!json.IsArray() || json.Size() != 2) {
    return {reader.AmountOf(json, "level"), 0};
  }
  return {reader.AmountOf(json[0], "price"), reader.AmountOf(json[1], "quantity")};
}

std::optional<SpotOrder> ReadHalf(const Json& json, const char* name, Reader& reader) {
  const Json& half = reader.Member(json, name);
  if (half.IsNull() || RefusalOf(half)) {
    return std::nullopt;
  }
  return ReadOrder(half, reader);
}

SpotReport ReadReport(const Json& event, Reader& reader) {
  SpotReport report;
  report.execution_type = reader.Text(event, "x");
  report.last_price_e8 = reader.Amount(event, "L");
  report.last_quantity_e8 = reader.Amount(event, "l");
  report.order.time_ms = static_cast<std::int64_t>(reader.Number(event, "T"));
  report.order.order_id = reader.Number(event, "i");
  report.order.client_order_id = reader.Text(event, "c");
  report.order.original_client_order_id = reader.Text(event, "C");
  report.order.status = reader.Text(event, "X");
  report.order.side = reader.Text(event, "S");
  report.order.price_e8 = reader.Amount(event, "p");
  report.order.quantity_e8 = reader.Amount(event, "q");
  report.order.executed_e8 = reader.Amount(event, "z");
  report.order.executed_quote_e8 = reader.Amount(event, "Z");
  return report;
}

}  // namespace

std::optional<ApiRefusal> ParseRefusal(std::string_view body) {
  rapidjson::Document document;
  document.Parse(body.data(), body.size());
  return document.HasParseError() ? std::nullopt : RefusalOf(document);
}

Result<SpotOrder> ParseOrder(std::string_view body) { return Parse(body, &ReadOrder); }

Result<std::vector<SpotOrder>> ParseOrders(std::string_view body) {
  return Parse(body, [](const Json& json, Reader& reader) {
    return reader.Rows(json, "list of orders",
                       [&reader](const Json& row) { return ReadOrder(row, reader); });
  });
}

Result<SpotOrder> ParseAmendedOrder(std::string_view body) {
  return Parse(body, [](const Json& json, Reader& reader) {
    const Json& amended = reader.Member(json, "amendedOrder");
    SpotOrder order;
    order.time_ms = static_cast<std::int64_t>(reader.Number(json, "transactTime"));
    order.order_id = reader.Number(amended, "orderId");
    order.client_order_id = reader.Text(amended, "clientOrderId");
    order.original_client_order_id = reader.Text(amended, "origClientOrderId");
    order.status = reader.Text(amended, "status");
    order.side = reader.Text(amended, "side");
    order.price_e8 = reader.Amount(amended, "price");
    order.quantity_e8 = reader.Amount(amended, "qty");
    order.executed_e8 = reader.Amount(amended, "executedQty");
    order.executed_quote_e8 = reader.Amount(amended, "cumulativeQuoteQty");
    return order;
  });
}

Result<SpotCancelReplace> ParseCancelReplace(std::string_view body) {
  rapidjson::Document document;
  document.Parse(body.data(), body.size());
  if (document.HasParseError()) {
    return Error(StatusCode::kCorruption, "the answer is no JSON: " + std::string(body));
  }
  Reader reader;
  const Json* halves = &document;
  if (const auto refusal = RefusalOf(document)) {
    if (!Reader::Has(document, "data")) {
      return Error(StatusCode::kInvalidArgument,
                   std::to_string(refusal->code) + " " + refusal->message);
    }
    halves = &reader.Member(document, "data");
  }
  SpotCancelReplace answer;
  answer.cancelled = ReadHalf(*halves, "cancelResponse", reader);
  answer.placed = ReadHalf(*halves, "newOrderResponse", reader);
  if (Status status = reader.status(); !status.ok()) {
    return Error(status.code(), status.message() + ": " + std::string(body));
  }
  return answer;
}

Result<std::vector<SpotTrade>> ParseTrades(std::string_view body) {
  return Parse(body, [](const Json& json, Reader& reader) {
    return reader.Rows(json, "list of trades",
                       [&reader](const Json& row) { return ReadTrade(row, reader); });
  });
}

Result<std::vector<SpotBalance>> ParseBalances(std::string_view body) {
  return Parse(body, [](const Json& json, Reader& reader) {
    return reader.Rows(reader.Member(json, "balances"), "balances",
                       [&reader](const Json& row) -> SpotBalance {
                         return {.asset = reader.Text(row, "asset"),
                                 .free_e8 = reader.Amount(row, "free"),
                                 .locked_e8 = reader.Amount(row, "locked")};
                       });
  });
}

Result<SpotDepth> ParseDepth(std::string_view body) {
  return Parse(body, [](const Json& json, Reader& reader) {
    const auto level = [&reader](const Json& row) { return ReadLevel(row, reader); };
    SpotDepth depth;
    depth.last_update_id = reader.Number(json, "lastUpdateId");
    depth.bids = reader.Rows(reader.Member(json, "bids"), "bids", level);
    depth.asks = reader.Rows(reader.Member(json, "asks"), "asks", level);
    return depth;
  });
}

Result<std::int64_t> ParseServerTimeMs(std::string_view body) {
  return Parse(body, [](const Json& json, Reader& reader) {
    return static_cast<std::int64_t>(reader.Number(json, "serverTime"));
  });
}

Result<SpotSymbol> ParseSymbol(std::string_view body) {
  return Parse(body, [](const Json& json, Reader& reader) {
    SpotSymbol symbol;
    const Json& symbols = reader.Member(json, "symbols");
    if (!symbols.IsArray() || symbols.Empty()) {
      reader.Member({}, "symbols");
      return symbol;
    }
    const Json& first = symbols[0];
    symbol.name = reader.Text(first, "symbol");
    symbol.base_asset = reader.Text(first, "baseAsset");
    symbol.quote_asset = reader.Text(first, "quoteAsset");
    reader.Rows(reader.Member(first, "filters"), "filters", [&](const Json& filter) {
      const std::string type = reader.Text(filter, "filterType");
      if (type == "PRICE_FILTER") {
        symbol.tick_e8 = reader.Amount(filter, "tickSize");
      } else if (type == "LOT_SIZE") {
        symbol.lot_e8 = reader.Amount(filter, "stepSize");
      }
      return type;
    });
    return symbol;
  });
}

Result<std::optional<SpotReport>> ParseReport(std::string_view message) {
  return Parse(message, [](const Json& json, Reader& reader) -> std::optional<SpotReport> {
    if (!Reader::Has(json, "event")) {
      return std::nullopt;
    }
    const Json& event = reader.Member(json, "event");
    if (reader.Text(event, "e") != "executionReport") {
      return std::nullopt;
    }
    return ReadReport(event, reader);
  });
}

}  // namespace lockstep
