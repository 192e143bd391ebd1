#include "gateway/admin/admin_commands.h"

#include <algorithm>

#include "protocol/commands.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

constexpr std::size_t kNameBytes = 16;

// The buffer is zero behind the name.
void PutName(char* to, const std::string& name) {
  std::copy_n(name.data(), std::min(name.size(), kNameBytes), to);
}

template <class Codec>
void PutRules(Codec& codec, const SymbolRules& rules) {
  const FilterInfo& from = rules.filters;
  codec.makerFeePpm(rules.maker_fee_ppm).takerFeePpm(rules.taker_fee_ppm);
  codec.filters()
      .minPrice(from.min_price)
      .maxPrice(from.max_price)
      .tickMultiple(from.tick_multiple)
      .minQuantity(from.min_quantity)
      .maxQuantity(from.max_quantity)
      .lotMultiple(from.lot_multiple)
      .minNotional(from.min_notional)
      .maxNotional(from.max_notional)
      .bidMultiplierUpPpm(from.bid_multiplier_up_ppm)
      .bidMultiplierDownPpm(from.bid_multiplier_down_ppm)
      .askMultiplierUpPpm(from.ask_multiplier_up_ppm)
      .askMultiplierDownPpm(from.ask_multiplier_down_ppm)
      .maxOpenOrders(from.max_open_orders);
}

}  // namespace

template <class Codec>
Codec AdminCommand::Begin(const RequestId& id) {
  // The buffer is zero: reserved fields and what is not set stay so.
  Codec codec = Encode<Codec>(buffer_.data(), buffer_.size());
  codec.header().requestIdHigh(id.high).requestIdLow(id.low);
  return codec;
}

template <class Codec>
void AdminCommand::End(const Codec& codec) {
  size_ = kMessageHeaderBytes + static_cast<std::size_t>(codec.encodedLength());
}

AdminCommand AdminCommand::CreateAsset(const AssetInfo& asset, const RequestId& id) {
  AdminCommand command;
  auto codec = command.Begin<sbe::CreateAsset>(id);
  codec.asset(asset.id.value()).scale(static_cast<std::uint8_t>(asset.scale));
  PutName(codec.name(), asset.name);
  command.End(codec);
  return command;
}

AdminCommand AdminCommand::CreateSymbol(const NewSymbol& symbol, const RequestId& id) {
  AdminCommand command;
  auto codec = command.Begin<sbe::CreateSymbol>(id);
  codec.symbol(symbol.id.value());
  codec.baseAsset(symbol.base->id.value()).quoteAsset(symbol.quote->id.value());
  codec.priceScale(symbol.price_scale).quantityScale(symbol.quantity_scale);
  codec.status(symbol.status);
  PutRules(codec, symbol.rules);
  PutName(codec.name(), symbol.name);
  command.End(codec);
  return command;
}

AdminCommand AdminCommand::SetSymbolStatus(SymbolId symbol, sbe::TradingStatus::Value status,
                                           const RequestId& id) {
  AdminCommand command;
  auto codec = command.Begin<sbe::SetSymbolStatus>(id);
  codec.symbol(symbol.value()).status(status);
  command.End(codec);
  return command;
}

AdminCommand AdminCommand::SetSymbolRules(SymbolId symbol, const SymbolRules& rules,
                                          const RequestId& id) {
  AdminCommand command;
  auto codec = command.Begin<sbe::SetSymbolRules>(id);
  codec.symbol(symbol.value());
  PutRules(codec, rules);
  command.End(codec);
  return command;
}

AdminCommand AdminCommand::CreateAccount(AccountId account, const RequestId& id) {
  AdminCommand command;
  auto codec = command.Begin<sbe::CreateAccount>(id);
  codec.newAccount(account.value());
  command.End(codec);
  return command;
}

AdminCommand AdminCommand::SetAccountStatus(AccountId account, sbe::AccountStatus::Value status,
                                            const RequestId& id) {
  AdminCommand command;
  auto codec = command.Begin<sbe::SetAccountStatus>(id);
  codec.targetAccount(account.value()).status(status);
  command.End(codec);
  return command;
}

template <class Codec>
AdminCommand AdminCommand::MoveFunds(const FundsMove& move, const RequestId& id) {
  AdminCommand command;
  auto codec = command.Begin<Codec>(id);
  codec.targetAccount(move.account.value()).amount(move.amount);
  codec.source(move.source).number(move.number).asset(move.asset->id.value());
  command.End(codec);
  return command;
}

AdminCommand AdminCommand::Deposit(const FundsMove& move, const RequestId& id) {
  return MoveFunds<sbe::Deposit>(move, id);
}

AdminCommand AdminCommand::Withdraw(const FundsMove& move, const RequestId& id) {
  return MoveFunds<sbe::Withdraw>(move, id);
}

AdminCommand AdminCommand::CancelAll(const RequestId& id) {
  AdminCommand command;
  auto codec = command.Begin<sbe::CancelAll>(id);
  codec.reason(sbe::EndReason::CANCEL_ALL);
  command.End(codec);
  return command;
}

}  // namespace lockstep
