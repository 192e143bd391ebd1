// docs/matching.md §7.
#include <algorithm>
#include <string_view>

#include "base/limits.h"
#include "protocol/commands.h"
#include "testing/model/model_engine.h"

namespace lockstep::model {

using enum sbe::RejectReason::Value;

namespace {

// Names are padded with NUL; what stands before the padding must be there and be printable without
// blanks.
bool ReadName(std::string_view padded, std::string& name) {
  name = padded.substr(0, std::min(padded.find('\0'), padded.size()));
  const std::string_view padding = padded.substr(name.size());
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; }) &&
         std::all_of(padding.begin(), padding.end(), [](char c) { return c == '\0'; });
}

template <class Codec>
std::string_view PaddedName(const Codec& codec) {
  return {codec.name(), 16};
}

bool IsTradingStatus(std::uint8_t raw) {
  return raw >= sbe::TradingStatus::TRADING && raw <= sbe::TradingStatus::CLOSED;
}

Filters ReadFilters(sbe::SymbolFilters& codec) {
  Filters filters;
  filters.min_price = codec.minPrice();
  filters.max_price = codec.maxPrice();
  filters.tick_multiple = codec.tickMultiple();
  filters.min_quantity = codec.minQuantity();
  filters.max_quantity = codec.maxQuantity();
  filters.lot_multiple = codec.lotMultiple();
  filters.min_notional = codec.minNotional();
  filters.max_notional = codec.maxNotional();
  filters.bid_up_ppm = codec.bidMultiplierUpPpm();
  filters.bid_down_ppm = codec.bidMultiplierDownPpm();
  filters.ask_up_ppm = codec.askMultiplierUpPpm();
  filters.ask_down_ppm = codec.askMultiplierDownPpm();
  filters.max_open_orders = codec.maxOpenOrders();
  return filters;
}

bool AreRules(const Filters& filters, std::int32_t maker_fee_ppm, std::int32_t taker_fee_ppm) {
  for (const std::int64_t fee_ppm : {maker_fee_ppm, taker_fee_ppm}) {
    if (fee_ppm > limits::kMaxFeePpm || fee_ppm < -limits::kMaxFeePpm) {
      return false;
    }
  }
  for (const std::int64_t filter :
       {filters.min_price, filters.max_price, filters.tick_multiple, filters.min_quantity,
        filters.max_quantity, filters.lot_multiple, filters.min_notional, filters.max_notional}) {
    if (filter < 0) {
      return false;
    }
  }
  const auto in_order = [](std::int64_t least, std::int64_t most) {
    return least == 0 || most == 0 || least <= most;
  };
  return in_order(filters.min_price, filters.max_price) &&
         in_order(filters.min_quantity, filters.max_quantity) &&
         in_order(filters.min_notional, filters.max_notional);
}

}  // namespace

void ModelEngine::CreateAsset(std::span<const std::byte> command) {
  const auto codec = Decode<sbe::CreateAsset>(command);
  std::string name;
  if (codec.asset() == 0 || codec.scale() > limits::kMaxScale ||
      !ReadName(PaddedName(codec), name)) {
    return Reject(INVALID_DEFINITION);
  }
  const bool name_exists = std::any_of(
      assets_.begin(), assets_.end(), [&](const auto& entry) { return entry.second.name == name; });
  if (assets_.contains(codec.asset()) || name_exists) {
    return Reject(ALREADY_EXISTS);
  }
  if (assets_.size() >= limits_.max_assets) {
    return Reject(EXCHANGE_FULL);
  }
  Asset& asset = assets_[codec.asset()];
  asset.name = name;
  asset.scale = codec.scale();
  events_.AssetDefinition(AnswerPlace(), codec.asset(), asset, false);
}

void ModelEngine::CreateSymbol(std::span<const std::byte> command) {
  auto codec = Decode<sbe::CreateSymbol>(command);
  std::string name;
  if (codec.symbol() == 0 || !ReadName(PaddedName(codec), name)) {
    return Reject(INVALID_DEFINITION);
  }
  const bool name_exists = std::any_of(symbols_.begin(), symbols_.end(), [&](const auto& entry) {
    return entry.second.name == name;
  });
  if (symbols_.contains(codec.symbol()) || name_exists) {
    return Reject(ALREADY_EXISTS);
  }
  if (!assets_.contains(codec.baseAsset()) || !assets_.contains(codec.quoteAsset())) {
    return Reject(UNKNOWN_ASSET);
  }
  const int base_scale = assets_.at(codec.baseAsset()).scale;
  const int quote_scale = assets_.at(codec.quoteAsset()).scale;
  const Filters filters = ReadFilters(codec.filters());
  if (codec.baseAsset() == codec.quoteAsset() || codec.quantityScale() > base_scale ||
      codec.priceScale() > limits::kMaxScale ||
      codec.priceScale() + codec.quantityScale() > quote_scale + 8 ||
      !AreRules(filters, codec.makerFeePpm(), codec.takerFeePpm()) ||
      !IsTradingStatus(codec.statusRaw())) {
    return Reject(INVALID_DEFINITION);
  }
  if (symbols_.size() >= limits_.max_symbols) {
    return Reject(EXCHANGE_FULL);
  }
  Symbol& symbol = symbols_[codec.symbol()];
  symbol.id = codec.symbol();
  symbol.name = name;
  symbol.base_asset = codec.baseAsset();
  symbol.quote_asset = codec.quoteAsset();
  symbol.price_scale = codec.priceScale();
  symbol.quantity_scale = codec.quantityScale();
  symbol.maker_fee_ppm = codec.makerFeePpm();
  symbol.taker_fee_ppm = codec.takerFeePpm();
  symbol.status = static_cast<TradingStatus>(codec.statusRaw());
  symbol.filters = filters;
  symbol.notional = Notional(quote_scale, symbol.price_scale, symbol.quantity_scale);
  symbol.base_units_per_lot = PowerOfTen(base_scale - symbol.quantity_scale);
  AnswerWithSymbol(symbol);
}

void ModelEngine::AnswerWithSymbol(Symbol& symbol) {
  ++symbol.sequence;
  events_.SymbolDefinition(AnswerPlace(), symbol, false);
}

void ModelEngine::SetSymbolStatus(std::span<const std::byte> command) {
  const auto codec = Decode<sbe::SetSymbolStatus>(command);
  Symbol* symbol = FindSymbol(codec.symbol());
  if (symbol == nullptr) {
    return Reject(UNKNOWN_SYMBOL);
  }
  if (!IsTradingStatus(codec.statusRaw())) {
    return Reject(INVALID_DEFINITION);
  }
  symbol->status = static_cast<TradingStatus>(codec.statusRaw());
  AnswerWithSymbol(*symbol);
}

void ModelEngine::SetSymbolRules(std::span<const std::byte> command) {
  auto codec = Decode<sbe::SetSymbolRules>(command);
  Symbol* symbol = FindSymbol(codec.symbol());
  if (symbol == nullptr) {
    return Reject(UNKNOWN_SYMBOL);
  }
  const Filters filters = ReadFilters(codec.filters());
  if (!AreRules(filters, codec.makerFeePpm(), codec.takerFeePpm())) {
    return Reject(INVALID_DEFINITION);
  }
  symbol->filters = filters;
  symbol->maker_fee_ppm = codec.makerFeePpm();
  symbol->taker_fee_ppm = codec.takerFeePpm();
  AnswerWithSymbol(*symbol);
}

void ModelEngine::CreateAccount(std::span<const std::byte> command) {
  const auto codec = Decode<sbe::CreateAccount>(command);
  if (codec.newAccount() == 0) {
    return Reject(INVALID_DEFINITION);
  }
  if (accounts_.contains(codec.newAccount())) {
    return Reject(ALREADY_EXISTS);
  }
  if (accounts_.size() >= limits_.max_accounts) {
    return Reject(EXCHANGE_FULL);
  }
  accounts_[codec.newAccount()];
  events_.AccountDefinition(AnswerPlace(), codec.newAccount(), sbe::AccountStatus::ACTIVE);
}

void ModelEngine::SetAccountStatus(std::span<const std::byte> command) {
  const auto codec = Decode<sbe::SetAccountStatus>(command);
  const auto account = accounts_.find(codec.targetAccount());
  if (account == accounts_.end()) {
    return Reject(UNKNOWN_ACCOUNT);
  }
  const auto status = static_cast<AccountStatus>(codec.statusRaw());
  if (status != sbe::AccountStatus::ACTIVE && status != sbe::AccountStatus::DISABLED) {
    return Reject(INVALID_DEFINITION);
  }
  account->second.status = status;
  events_.AccountDefinition(AnswerPlace(), codec.targetAccount(), status);
}

void ModelEngine::Deposit(std::span<const std::byte> command) {
  MoveFunds(Decode<sbe::Deposit>(command), true);
}

void ModelEngine::Withdraw(std::span<const std::byte> command) {
  MoveFunds(Decode<sbe::Withdraw>(command), false);
}

template <class Codec>
void ModelEngine::MoveFunds(const Codec& codec, bool deposit) {
  const auto account = accounts_.find(codec.targetAccount());
  if (account == accounts_.end()) {
    return Reject(UNKNOWN_ACCOUNT);
  }
  const auto asset = assets_.find(codec.asset());
  if (asset == assets_.end()) {
    return Reject(UNKNOWN_ASSET);
  }
  if (codec.amount() <= 0 || codec.source() == 0 || codec.number() == 0) {
    return Reject(INVALID_AMOUNT);
  }
  Balance& balance = BalanceOf(codec.targetAccount(), codec.asset());
  EventPlace place = Place(codec.targetAccount(), 0);
  BalanceChange change{codec.asset(), codec.source(), codec.number(), 0, false, {}};
  const auto source = sources_.find(codec.source());
  if (source != sources_.end() && codec.number() <= source->second) {
    change.already_applied = true;
    change.after = balance;
    return events_.BalanceUpdate(place, change);
  }
  if (deposit && asset->second.deposits_less_withdrawals + codec.amount() > limits::kMaxAmount) {
    return Reject(INVALID_AMOUNT);
  }
  if (!deposit && balance.free < codec.amount()) {
    return Reject(INSUFFICIENT_BALANCE);
  }
  if (source == sources_.end() && sources_.size() >= limits_.max_sources) {
    return Reject(TOO_MANY_SOURCES);
  }
  sources_[codec.source()] = codec.number();
  change.change = deposit ? codec.amount() : -codec.amount();
  balance.free += change.change;
  asset->second.deposits_less_withdrawals += change.change;
  change.after = balance;
  place.private_sequence = ++account->second.private_sequence;
  events_.BalanceUpdate(place, change);
}

}  // namespace lockstep::model
