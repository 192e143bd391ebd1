// The SBE commands of order requests. The header is the ingress adapter's business, but for the
// request id.
#include <string_view>

#include "gateway/binance/order_request.h"
#include "lockstep_sbe/Query.h"
#include "protocol/commands.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

// Kinds of docs/matching.md §9.
constexpr std::uint8_t kQueryOrder = 1;
constexpr std::uint8_t kQueryOpenOrders = 2;
constexpr std::uint8_t kQueryBalances = 3;
constexpr std::uint8_t kQueryAccount = 5;

}  // namespace

template <class Codec>
Codec CommandBytes::Begin(const RequestId& id) {
  // The buffer is zero: reserved fields and what is not set stay so.
  Codec codec = Encode<Codec>(buffer_.data(), buffer_.size());
  codec.header().requestIdHigh(id.high).requestIdLow(id.low);
  return codec;
}

template <class Codec>
void CommandBytes::End(const Codec& codec) {
  size_ = kMessageHeaderBytes + static_cast<std::size_t>(codec.encodedLength());
}

CommandBytes CommandBytes::Place(const PlaceRequest& request, const RequestId& id) {
  CommandBytes command;
  auto codec = command.Begin<sbe::NewOrder>(id);
  codec.price(request.price).quantity(request.quantity).quoteQuantity(request.quote_quantity);
  codec.symbol(request.symbol->id.value()).side(request.side).orderType(request.type);
  codec.timeInForce(request.time_in_force).selfTradePrevention(request.self_trade_prevention);
  codec.putClientOrderId(request.client_order_id);
  command.End(codec);
  return command;
}

CommandBytes CommandBytes::Cancel(const CancelRequest& request, const RequestId& id) {
  CommandBytes command;
  auto codec = command.Begin<sbe::CancelOrder>(id);
  codec.orderId(request.order.order_id.value()).symbol(request.symbol->id.value());
  codec.putOrigClientOrderId(request.order.client_order_id);
  codec.putClientOrderId(request.client_order_id);
  command.End(codec);
  return command;
}

CommandBytes CommandBytes::CancelAll(SymbolId symbol, const RequestId& id) {
  CommandBytes command;
  auto codec = command.Begin<sbe::CancelAll>(id);
  codec.symbol(symbol.value()).reason(sbe::EndReason::CANCEL_ALL);
  command.End(codec);
  return command;
}

CommandBytes CommandBytes::Amend(const AmendRequest& request, const RequestId& id) {
  CommandBytes command;
  auto codec = command.Begin<sbe::AmendOrder>(id);
  codec.orderId(request.order.order_id.value()).newQuantity(request.quantity);
  codec.symbol(request.symbol->id.value());
  codec.putOrigClientOrderId(request.order.client_order_id);
  codec.putClientOrderId(request.client_order_id);
  command.End(codec);
  return command;
}

CommandBytes CommandBytes::CancelReplace(const CancelReplaceRequest& request, const RequestId& id) {
  const PlaceRequest& place = request.place;
  CommandBytes command;
  auto codec = command.Begin<sbe::CancelReplace>(id);
  codec.cancelOrderId(request.cancel.order.order_id.value());
  codec.price(place.price).quantity(place.quantity).quoteQuantity(place.quote_quantity);
  codec.symbol(place.symbol->id.value()).side(place.side).orderType(place.type);
  codec.timeInForce(place.time_in_force).selfTradePrevention(place.self_trade_prevention);
  codec.mode(request.mode);
  codec.putCancelClientOrderId(request.cancel.order.client_order_id);
  codec.putClientOrderId(place.client_order_id);
  command.End(codec);
  return command;
}

CommandBytes CommandBytes::QueryBalances(const RequestId& id) {
  CommandBytes command;
  auto codec = command.Begin<sbe::Query>(id);
  codec.kind(kQueryBalances);
  codec.putOrigClientOrderId(std::string_view());
  command.End(codec);
  return command;
}

CommandBytes CommandBytes::QueryAccount(const RequestId& id) {
  CommandBytes command;
  auto codec = command.Begin<sbe::Query>(id);
  codec.kind(kQueryAccount);
  codec.putOrigClientOrderId(std::string_view());
  command.End(codec);
  return command;
}

CommandBytes CommandBytes::QueryOpenOrders(const RequestId& id) {
  CommandBytes command;
  auto codec = command.Begin<sbe::Query>(id);
  codec.kind(kQueryOpenOrders);
  codec.putOrigClientOrderId(std::string_view());
  command.End(codec);
  return command;
}

CommandBytes CommandBytes::QueryOrder(SymbolId symbol, const OrderName& order,
                                      const RequestId& id) {
  CommandBytes command;
  auto codec = command.Begin<sbe::Query>(id);
  codec.kind(kQueryOrder).orderId(order.order_id.value()).symbol(symbol.value());
  codec.putOrigClientOrderId(order.client_order_id);
  command.End(codec);
  return command;
}

}  // namespace lockstep
