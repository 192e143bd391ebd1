#include "testing/support/commands.h"

#include <array>
#include <string_view>

#include "base/assert.h"
#include "base/limits.h"
#include "lockstep_sbe/Query.h"
#include "protocol/commands.h"
#include "protocol/entry.h"

namespace lockstep::testing {
namespace {

// Room for any command, even one whose texts are longer than is allowed.
using Buffer = std::array<std::byte, 1'024>;

template <class Codec>
Codec Begin(Buffer& buffer, std::uint64_t account, const Origin& origin) {
  Codec codec = Encode<Codec>(buffer.data(), buffer.size());
  codec.header()
      .originNode(origin.node)
      .originSession(origin.session)
      .requestIdHigh(origin.request_high)
      .requestIdLow(origin.request_low)
      .account(account)
      .gatewayReceivedNs(origin.received_ns);
  return codec;
}

template <class Codec>
Command Finish(const Buffer& buffer, Codec& codec) {
  const auto length = static_cast<std::ptrdiff_t>(kMessageHeaderBytes + codec.encodedLength());
  return {buffer.begin(), buffer.begin() + length};
}

template <class Enum>
auto Raw(std::uint8_t value) {
  return static_cast<typename Enum::Value>(value);
}

template <class Codec>
void PutOrder(Codec& codec, const NewOrder& order) {
  codec.price(order.price)
      .quantity(order.quantity)
      .quoteQuantity(order.quote_quantity)
      .symbol(order.symbol)
      .side(Raw<sbe::Side>(order.side))
      .orderType(Raw<sbe::OrderType>(order.type))
      .timeInForce(Raw<sbe::TimeInForce>(order.time_in_force))
      .selfTradePrevention(Raw<sbe::SelfTradePrevention>(order.stp));
}

void PutFilters(sbe::SymbolFilters& filters, const SymbolRules& rules) {
  filters.minPrice(rules.min_price)
      .maxPrice(rules.max_price)
      .tickMultiple(rules.tick_multiple)
      .minQuantity(rules.min_quantity)
      .maxQuantity(rules.max_quantity)
      .lotMultiple(rules.lot_multiple)
      .minNotional(rules.min_notional)
      .maxNotional(rules.max_notional)
      .bidMultiplierUpPpm(rules.bid_up_ppm)
      .bidMultiplierDownPpm(rules.bid_down_ppm)
      .askMultiplierUpPpm(rules.ask_up_ppm)
      .askMultiplierDownPpm(rules.ask_down_ppm)
      .maxOpenOrders(rules.max_open_orders);
}

template <class Codec>
Command FundsBytes(const MoveFunds& command) {
  Buffer buffer{};
  auto codec = Begin<Codec>(buffer, 0, command.origin);
  codec.targetAccount(command.target)
      .amount(command.amount)
      .source(command.source)
      .number(command.number)
      .asset(command.asset);
  return Finish(buffer, codec);
}

}  // namespace

Command Bytes(const NewOrder& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::NewOrder>(buffer, command.account, command.origin);
  PutOrder(codec, command);
  codec.putClientOrderId(std::string_view(command.client_order_id));
  return Finish(buffer, codec);
}

Command Bytes(const CancelOrder& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::CancelOrder>(buffer, command.account, command.origin);
  codec.orderId(command.order_id).symbol(command.symbol);
  codec.putOrigClientOrderId(std::string_view(command.orig_client_order_id))
      .putClientOrderId(std::string_view(command.client_order_id));
  return Finish(buffer, codec);
}

Command Bytes(const CancelAll& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::CancelAll>(buffer, command.account, command.origin);
  codec.symbol(command.symbol).reason(Raw<sbe::EndReason>(command.reason));
  return Finish(buffer, codec);
}

Command Bytes(const AmendOrder& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::AmendOrder>(buffer, command.account, command.origin);
  codec.orderId(command.order_id).newQuantity(command.new_quantity).symbol(command.symbol);
  codec.putOrigClientOrderId(std::string_view(command.orig_client_order_id))
      .putClientOrderId(std::string_view(command.client_order_id));
  return Finish(buffer, codec);
}

Command Bytes(const ReplaceOrder& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::ReplaceOrder>(buffer, command.account, command.origin);
  codec.orderId(command.order_id)
      .newPrice(command.new_price)
      .newQuantity(command.new_quantity)
      .symbol(command.symbol);
  codec.putOrigClientOrderId(std::string_view(command.orig_client_order_id));
  return Finish(buffer, codec);
}

Command Bytes(const CancelReplace& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::CancelReplace>(buffer, command.order.account, command.order.origin);
  PutOrder(codec, command.order);
  codec.cancelOrderId(command.cancel_order_id).mode(Raw<sbe::CancelReplaceMode>(command.mode));
  codec.putCancelClientOrderId(std::string_view(command.cancel_client_order_id))
      .putClientOrderId(std::string_view(command.order.client_order_id));
  return Finish(buffer, codec);
}

Command Bytes(const CreateAsset& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::CreateAsset>(buffer, 0, command.origin);
  codec.asset(command.asset).scale(command.scale).putName(command.name);
  return Finish(buffer, codec);
}

Command Bytes(const CreateSymbol& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::CreateSymbol>(buffer, 0, command.origin);
  codec.symbol(command.symbol)
      .baseAsset(command.base_asset)
      .quoteAsset(command.quote_asset)
      .makerFeePpm(command.rules.maker_fee_ppm)
      .takerFeePpm(command.rules.taker_fee_ppm)
      .priceScale(command.price_scale)
      .quantityScale(command.quantity_scale)
      .status(Raw<sbe::TradingStatus>(command.status))
      .putName(command.name);
  PutFilters(codec.filters(), command.rules);
  return Finish(buffer, codec);
}

Command Bytes(const SetSymbolStatus& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::SetSymbolStatus>(buffer, 0, command.origin);
  codec.symbol(command.symbol).status(Raw<sbe::TradingStatus>(command.status));
  return Finish(buffer, codec);
}

Command Bytes(const SetSymbolRules& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::SetSymbolRules>(buffer, 0, command.origin);
  codec.symbol(command.symbol)
      .makerFeePpm(command.rules.maker_fee_ppm)
      .takerFeePpm(command.rules.taker_fee_ppm);
  PutFilters(codec.filters(), command.rules);
  return Finish(buffer, codec);
}

Command Bytes(const CreateAccount& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::CreateAccount>(buffer, 0, command.origin);
  codec.newAccount(command.target);
  return Finish(buffer, codec);
}

Command Bytes(const SetAccountStatus& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::SetAccountStatus>(buffer, 0, command.origin);
  codec.targetAccount(command.target).status(Raw<sbe::AccountStatus>(command.status));
  return Finish(buffer, codec);
}

Command Bytes(const MoveFunds& command) {
  return command.withdraw ? FundsBytes<sbe::Withdraw>(command) : FundsBytes<sbe::Deposit>(command);
}

Command Bytes(const Tick& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::Tick>(buffer, 0, command.origin);
  return Finish(buffer, codec);
}

Command Bytes(const Query& command) {
  Buffer buffer{};
  auto codec = Begin<sbe::Query>(buffer, command.account, command.origin);
  codec.orderId(command.order_id)
      .afterOrderId(command.after_order_id)
      .symbol(command.symbol)
      .maxRows(command.max_rows)
      .kind(command.kind);
  codec.putOrigClientOrderId(std::string_view(command.orig_client_order_id));
  return Finish(buffer, codec);
}

std::vector<std::byte> Entry(std::span<const Command> commands) {
  std::vector<std::byte> buffer(limits::kMaxBatchBytes);
  EntryBuilder builder(buffer.data(), buffer.size());
  builder.Begin(1, 1, 1);
  for (const Command& command : commands) {
    LOCKSTEP_ASSERT(builder.Add(command));
  }
  const auto entry = builder.Finish();
  return {entry.begin(), entry.end()};
}

}  // namespace lockstep::testing
