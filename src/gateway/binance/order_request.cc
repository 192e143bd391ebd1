#include "gateway/binance/order_request.h"

#include <string_view>

#include "gateway/binance/made_order_id.h"
#include "gateway/binance/order_words.h"

namespace lockstep {
namespace {

constexpr std::string_view kPriceFilter = "PRICE_FILTER";
constexpr std::string_view kLotSize = "LOT_SIZE";
constexpr std::string_view kNotional = "NOTIONAL";

std::string ReadOrMakeId(ParameterReader& reader, std::string_view name, const RequestId& id,
                         std::uint64_t salt) {
  const auto sent = reader.ClientOrderId(name);
  return sent ? std::string(*sent) : MakeClientOrderId(id, salt);
}

template <class Value>
Value ReadWord(ParameterReader& reader, std::string_view name,
               std::optional<Value> (*parse)(std::string_view), ErrorKind error) {
  const std::string_view word = reader.Mandatory(name);
  const auto value = parse(word);
  if (!value) {
    reader.Fail(error);
    return {};
  }
  return *value;
}

// A price or quantity that must be there.
std::int64_t ReadAmount(ParameterReader& reader, std::string_view name, int scale,
                        std::string_view filter) {
  if (!reader.Has(name)) {
    reader.Fail(ErrorKind::kMandatoryParameter, name);
    return 0;
  }
  const auto value = reader.Decimal(name, scale, filter);
  if (value == 0) {
    reader.Fail(filter == kPriceFilter ? ErrorKind::kInvalidPrice : ErrorKind::kInvalidQuantity);
  }
  return value.value_or(0);
}

void ReadTimeInForce(ParameterReader& reader, PlaceRequest& request) {
  if (request.type == sbe::OrderType::LIMIT) {
    request.time_in_force =
        ReadWord(reader, "timeInForce", &ParseTimeInForce, ErrorKind::kInvalidTimeInForce);
    return;
  }
  request.time_in_force =
      request.type == sbe::OrderType::MARKET ? sbe::TimeInForce::IOC : sbe::TimeInForce::GTC;
  if (reader.Has("timeInForce")) {
    reader.Fail(ErrorKind::kTimeInForceNotRequired);
  }
}

void ReadQuantities(ParameterReader& reader, PlaceRequest& request) {
  const SymbolInfo& symbol = *request.symbol;
  if (request.type != sbe::OrderType::MARKET) {
    request.quantity = ReadAmount(reader, "quantity", symbol.quantity_scale, kLotSize);
    request.price = ReadAmount(reader, "price", symbol.price_scale, kPriceFilter);
    reader.Refuse("quoteOrderQty");
    return;
  }
  reader.Refuse("price");
  if (reader.Has("quoteOrderQty")) {
    reader.Refuse("quantity");
    request.quote_quantity = ReadAmount(reader, "quoteOrderQty", symbol.quote.scale, kNotional);
  } else {
    request.quantity = ReadAmount(reader, "quantity", symbol.quantity_scale, kLotSize);
  }
}

void ReadResponseType(ParameterReader& reader, PlaceRequest& request) {
  request.response =
      request.type == sbe::OrderType::LIMIT_MAKER ? ResponseType::kAck : ResponseType::kFull;
  const auto word = reader.Optional("newOrderRespType");
  if (!word) {
    return;
  }
  if (*word == "ACK") {
    request.response = ResponseType::kAck;
  } else if (*word == "RESULT") {
    request.response = ResponseType::kResult;
  } else if (*word == "FULL") {
    request.response = ResponseType::kFull;
  } else {
    reader.Fail(ErrorKind::kInvalidParameter, "newOrderRespType");
  }
}

// Parameters of features that are not here. icebergQty would change what the market shows, so it is
// refused; a strategy's number is the client's own note.
void ReadOthers(ParameterReader& reader) {
  if (reader.Has("icebergQty")) {
    reader.Fail(ErrorKind::kNewOrderRejected, "Iceberg orders are not supported for this symbol.");
  }
  for (const std::string_view name :
       {"stopPrice", "trailingDelta", "pegPriceType", "pegOffsetValue", "pegOffsetType"}) {
    reader.Refuse(name);
  }
  reader.Ignore("strategyId");
  reader.Ignore("strategyType");
}

PlaceRequest ReadPlaceOf(ParameterReader& reader, const SymbolInfo* symbol, const RequestId& id) {
  PlaceRequest request;
  request.symbol = symbol;
  request.side = ReadWord(reader, "side", &ParseSide, ErrorKind::kInvalidSide);
  const std::string_view type = reader.Mandatory("type");
  if (const std::string_view unsupported = UnsupportedOrderType(type); !unsupported.empty()) {
    reader.Fail(ErrorKind::kNewOrderRejected, unsupported);
  }
  request.type = ReadWord(reader, "type", &ParseOrderType, ErrorKind::kInvalidOrderType);
  if (reader.failed()) {
    return request;
  }
  ReadTimeInForce(reader, request);
  ReadQuantities(reader, request);
  request.client_order_id = ReadOrMakeId(reader, "newClientOrderId", id, 0);
  if (const auto mode = reader.Optional("selfTradePreventionMode")) {
    const auto value = ParseSelfTradePrevention(*mode);
    if (!value) {
      reader.Fail(ErrorKind::kInvalidParameter, "selfTradePreventionMode");
    }
    request.self_trade_prevention = value.value_or(sbe::SelfTradePrevention::NONE);
  }
  ReadResponseType(reader, request);
  ReadOthers(reader);
  return request;
}

OrderName ReadOrderNameOf(ParameterReader& reader, std::string_view id_name,
                          std::string_view client_id_name) {
  OrderName order;
  if (!reader.Has(id_name) && !reader.Has(client_id_name)) {
    reader.Fail(ErrorKind::kOneOfParameters, client_id_name, id_name);
    return order;
  }
  if (const auto id = reader.Integer(id_name)) {
    order.order_id = OrderId(static_cast<std::uint64_t>(*id));
  }
  if (const auto id = reader.ClientOrderId(client_id_name)) {
    order.client_order_id = *id;
  }
  return order;
}

sbe::OrderStatus::Value ReadRestrictions(ParameterReader& reader) {
  const auto word = reader.Optional("cancelRestrictions");
  if (!word) {
    return sbe::OrderStatus::NONE;
  }
  if (*word == "ONLY_NEW") {
    return sbe::OrderStatus::NEW;
  }
  if (*word == "ONLY_PARTIALLY_FILLED") {
    return sbe::OrderStatus::PARTIALLY_FILLED;
  }
  reader.Fail(ErrorKind::kInvalidCancelRestrictions);
  return sbe::OrderStatus::NONE;
}

}  // namespace

OrderName ReadOrderName(ParameterReader& reader) {
  return ReadOrderNameOf(reader, "orderId", "origClientOrderId");
}

PlaceRequest ReadPlace(ParameterReader& reader, const RequestId& id) {
  return ReadPlaceOf(reader, reader.Symbol(), id);
}

CancelRequest ReadCancel(ParameterReader& reader, const RequestId& id) {
  CancelRequest request;
  request.symbol = reader.Symbol();
  request.order = ReadOrderName(reader);
  request.client_order_id = ReadOrMakeId(reader, "newClientOrderId", id, 0);
  request.only_in_status = ReadRestrictions(reader);
  return request;
}

AmendRequest ReadAmend(ParameterReader& reader, const RequestId& id) {
  AmendRequest request;
  request.symbol = reader.Symbol();
  if (reader.failed()) {
    return request;
  }
  request.order = ReadOrderName(reader);
  request.quantity = ReadAmount(reader, "newQty", request.symbol->quantity_scale, kLotSize);
  request.client_order_id = ReadOrMakeId(reader, "newClientOrderId", id, 0);
  return request;
}

CancelReplaceRequest ReadCancelReplace(ParameterReader& reader, const RequestId& id) {
  CancelReplaceRequest request;
  const SymbolInfo* const symbol = reader.Symbol();
  request.place = ReadPlaceOf(reader, symbol, id);
  request.cancel.symbol = symbol;
  const std::string_view mode = reader.Mandatory("cancelReplaceMode");
  if (mode == "ALLOW_FAILURE") {
    request.mode = sbe::CancelReplaceMode::ALLOW_FAILURE;
  } else if (mode != "STOP_ON_FAILURE") {
    reader.Fail(ErrorKind::kInvalidParameter, "cancelReplaceMode");
  }
  request.cancel.order = ReadOrderNameOf(reader, "cancelOrderId", "cancelOrigClientOrderId");
  request.cancel.client_order_id =
      ReadOrMakeId(reader, "cancelNewClientOrderId", id, kCancelReplaceSalt);
  request.cancel.only_in_status = ReadRestrictions(reader);
  if (const auto over = reader.Optional("orderRateLimitExceededMode")) {
    request.cancel_only_over_limit = *over == "CANCEL_ONLY";
    if (!request.cancel_only_over_limit && *over != "DO_NOTHING") {
      reader.Fail(ErrorKind::kInvalidParameter, "orderRateLimitExceededMode");
    }
  }
  return request;
}

}  // namespace lockstep
