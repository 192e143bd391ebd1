#include "client/command_builder.h"

#include <sys/random.h>

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "lockstep_sbe/AmendOrder.h"
#include "lockstep_sbe/CancelAll.h"
#include "lockstep_sbe/CancelOrder.h"
#include "lockstep_sbe/CreateAccount.h"
#include "lockstep_sbe/CreateAsset.h"
#include "lockstep_sbe/CreateSymbol.h"
#include "lockstep_sbe/Deposit.h"
#include "lockstep_sbe/NewOrder.h"
#include "lockstep_sbe/Query.h"
#include "lockstep_sbe/ReplaceOrder.h"
#include "lockstep_sbe/Subscribe.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

std::uint64_t RandomHigh() {
  std::uint64_t value = 0;
  // 8 bytes never come in parts; before the kernel's pool is ready the call waits.
  LOCKSTEP_ASSERT(getrandom(&value, sizeof(value), 0) == sizeof(value));
  return value;
}

// Names are 16 bytes on the wire, zero-filled; the buffer is zero already.
void PutName(char* to, std::string_view name) {
  std::memcpy(to, name.data(), std::min<std::size_t>(name.size(), 16));
}

}  // namespace

CommandBuilder::CommandBuilder() : CommandBuilder(RandomHigh()) {}

CommandBuilder CommandBuilder::WithoutRequestIds() {
  CommandBuilder builder(0);
  builder.step_ = 0;
  return builder;
}

template <class Codec>
Codec CommandBuilder::Begin() {
  request_id_.low += step_;
  std::memset(buffer_.data(), 0, kMessageHeaderBytes + Codec::sbeBlockLength());
  return Encode<Codec>(buffer_.data(), buffer_.size());
}

template <class Codec>
Codec CommandBuilder::BeginCommand() {
  Codec codec = Begin<Codec>();
  codec.header().requestIdHigh(request_id_.high).requestIdLow(request_id_.low);
  return codec;
}

template <class Codec>
std::span<const std::byte> CommandBuilder::End(Codec& codec) const {
  return {buffer_.data(), kMessageHeaderBytes + static_cast<std::size_t>(codec.encodedLength())};
}

std::span<const std::byte> CommandBuilder::NewOrder(const NewOrderFields& fields) {
  auto codec = BeginCommand<sbe::NewOrder>();
  codec.price(fields.price_ticks).quantity(fields.quantity_lots);
  codec.quoteQuantity(fields.quote_quantity).symbol(fields.symbol).side(fields.side);
  codec.orderType(fields.order_type).timeInForce(fields.time_in_force);
  codec.selfTradePrevention(fields.self_trade_prevention);
  // One byte more than allowed still reaches the exchange, which then says what is wrong.
  codec.putClientOrderId(fields.client_order_id.substr(0, limits::kMaxClientOrderIdBytes + 1));
  return End(codec);
}

std::span<const std::byte> CommandBuilder::CancelOrder(std::uint32_t symbol,
                                                       const OrderRef& order) {
  auto codec = BeginCommand<sbe::CancelOrder>();
  codec.orderId(order.order_id).symbol(symbol);
  codec.putOrigClientOrderId(order.client_order_id);
  codec.putClientOrderId(std::string_view{});
  return End(codec);
}

std::span<const std::byte> CommandBuilder::CancelAll(std::uint32_t symbol) {
  auto codec = BeginCommand<sbe::CancelAll>();
  codec.symbol(symbol);
  return End(codec);
}

std::span<const std::byte> CommandBuilder::AmendOrder(std::uint32_t symbol, const OrderRef& order,
                                                      std::int64_t new_quantity_lots) {
  auto codec = BeginCommand<sbe::AmendOrder>();
  codec.orderId(order.order_id).newQuantity(new_quantity_lots).symbol(symbol);
  codec.putOrigClientOrderId(order.client_order_id);
  codec.putClientOrderId(std::string_view{});
  return End(codec);
}

std::span<const std::byte> CommandBuilder::ReplaceOrder(std::uint32_t symbol, const OrderRef& order,
                                                        std::int64_t new_price_ticks,
                                                        std::int64_t new_quantity_lots) {
  auto codec = BeginCommand<sbe::ReplaceOrder>();
  codec.orderId(order.order_id)
      .newPrice(new_price_ticks)
      .newQuantity(new_quantity_lots)
      .symbol(symbol);
  codec.putOrigClientOrderId(order.client_order_id);
  return End(codec);
}

std::span<const std::byte> CommandBuilder::CreateAsset(std::uint32_t asset, std::string_view name,
                                                       std::uint8_t scale) {
  auto codec = BeginCommand<sbe::CreateAsset>();
  codec.asset(asset).scale(scale);
  PutName(codec.name(), name);
  return End(codec);
}

std::span<const std::byte> CommandBuilder::CreateSymbol(const SymbolFields& fields) {
  auto codec = BeginCommand<sbe::CreateSymbol>();
  codec.symbol(fields.symbol).baseAsset(fields.base_asset).quoteAsset(fields.quote_asset);
  codec.makerFeePpm(fields.maker_fee_ppm).takerFeePpm(fields.taker_fee_ppm);
  codec.priceScale(fields.price_scale).quantityScale(fields.quantity_scale);
  codec.status(sbe::TradingStatus::TRADING);
  codec.filters().minNotional(fields.min_notional);
  PutName(codec.name(), fields.name);
  return End(codec);
}

std::span<const std::byte> CommandBuilder::CreateAccount(std::uint64_t account) {
  auto codec = BeginCommand<sbe::CreateAccount>();
  codec.newAccount(account);
  return End(codec);
}

std::span<const std::byte> CommandBuilder::Deposit(std::uint64_t account, std::uint32_t asset,
                                                   std::int64_t amount, std::uint64_t source,
                                                   std::uint64_t number) {
  auto codec = BeginCommand<sbe::Deposit>();
  codec.targetAccount(account).amount(amount).source(source).number(number).asset(asset);
  return End(codec);
}

std::span<const std::byte> CommandBuilder::Query(QueryKind kind, std::uint32_t symbol,
                                                 const OrderRef& order,
                                                 std::uint64_t after_order_id) {
  auto codec = BeginCommand<sbe::Query>();
  codec.orderId(order.order_id).afterOrderId(after_order_id).symbol(symbol);
  codec.kind(static_cast<std::uint8_t>(kind));
  codec.putOrigClientOrderId(order.client_order_id);
  return End(codec);
}

std::span<const std::byte> CommandBuilder::Subscribe(std::uint32_t symbol, std::uint8_t kind) {
  auto codec = Begin<sbe::Subscribe>();
  codec.requestIdHigh(request_id_.high).requestIdLow(request_id_.low).symbol(symbol);
  codec.kind(static_cast<sbe::MarketDataKind::Value>(kind));
  return End(codec);
}

}  // namespace lockstep
