// The commands of the venue's operators: §7 of docs/matching.md.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "engine/engine_core.h"
#include "engine/hash.h"

namespace lockstep {
namespace {

constexpr std::uint8_t kActive = 1;
constexpr std::uint8_t kDisabled = 2;
constexpr std::uint8_t kHighestTradingStatus = 5;

// Printable, not empty, and nothing behind its end but zeros.
bool IsValidName(const char (&name)[16]) {
  std::size_t length = 0;
  while (length < sizeof(name) && name[length] != 0) {
    if (name[length] <= ' ' || name[length] > '~') {
      return false;
    }
    ++length;
  }
  return length > 0 &&
         std::all_of(name + length, name + sizeof(name), [](char c) { return c == 0; });
}

template <class Codec>
Filters FiltersFrom(Codec& codec) {
  auto& from = codec.filters();
  return {.min_price_ticks = from.minPrice(),
          .max_price_ticks = from.maxPrice(),
          .tick_multiple = from.tickMultiple(),
          .min_quantity_lots = from.minQuantity(),
          .max_quantity_lots = from.maxQuantity(),
          .lot_multiple = from.lotMultiple(),
          .min_notional = from.minNotional(),
          .max_notional = from.maxNotional(),
          .bid_up_ppm = from.bidMultiplierUpPpm(),
          .bid_down_ppm = from.bidMultiplierDownPpm(),
          .ask_up_ppm = from.askMultiplierUpPpm(),
          .ask_down_ppm = from.askMultiplierDownPpm(),
          .max_open_orders = from.maxOpenOrders(),
          .reserved = 0};
}

bool IsOrdered(std::int64_t low, std::int64_t high) {
  return low >= 0 && high >= 0 && (high == 0 || low <= high);
}

bool AreValidRules(const Filters& filters, std::int32_t maker_fee_ppm, std::int32_t taker_fee_ppm) {
  return IsOrdered(filters.min_price_ticks, filters.max_price_ticks) &&
         IsOrdered(filters.min_quantity_lots, filters.max_quantity_lots) &&
         IsOrdered(filters.min_notional, filters.max_notional) && filters.tick_multiple >= 0 &&
         filters.lot_multiple >= 0 && maker_fee_ppm >= -limits::kMaxFeePpm &&
         maker_fee_ppm <= limits::kMaxFeePpm && taker_fee_ppm >= -limits::kMaxFeePpm &&
         taker_fee_ppm <= limits::kMaxFeePpm;
}

bool IsTradingStatus(std::uint8_t status) { return status >= 1 && status <= kHighestTradingStatus; }

}  // namespace

RejectReason MatchingEngine::Impl::DispatchAdmin(std::span<const std::byte> command) {
  RejectReason reason = RejectReason::UNKNOWN_COMMAND;
  NameSymbol(command);
  switch (context_.template_id) {
    case sbe::CreateAsset::sbeTemplateId():
      reason = CreateAsset(command);
      break;
    case sbe::CreateSymbol::sbeTemplateId():
      reason = CreateSymbol(command);
      break;
    case sbe::SetSymbolStatus::sbeTemplateId():
      reason = SetSymbolStatus(command);
      break;
    case sbe::SetSymbolRules::sbeTemplateId():
      reason = SetSymbolRules(command);
      break;
    case sbe::CreateAccount::sbeTemplateId():
      reason = CreateAccount(command);
      break;
    case sbe::SetAccountStatus::sbeTemplateId():
      reason = SetAccountStatus(command);
      break;
    case sbe::Deposit::sbeTemplateId(): {
      const auto codec = Decode<sbe::Deposit>(command);
      reason = MoveFunds(codec.targetAccount(), codec.asset(), codec.amount(), codec.source(),
                         codec.number(), true);
      break;
    }
    case sbe::Withdraw::sbeTemplateId(): {
      const auto codec = Decode<sbe::Withdraw>(command);
      reason = MoveFunds(codec.targetAccount(), codec.asset(), codec.amount(), codec.source(),
                         codec.number(), false);
      break;
    }
    default:
      break;
  }
  if (reason != RejectReason::NONE) {
    events_.WriteReject(SymbolSequence(), reason, 0, {});
  }
  return reason;
}

RejectReason MatchingEngine::Impl::CreateAsset(std::span<const std::byte> command) {
  auto codec = Decode<sbe::CreateAsset>(command);
  Asset asset{};
  asset.id = codec.asset();
  asset.scale = codec.scale();
  codec.getName(asset.name, sizeof(asset.name));
  if (asset.id == 0 || asset.scale > limits::kMaxScale || !IsValidName(asset.name)) {
    return RejectReason::INVALID_DEFINITION;
  }
  for (std::uint32_t slot = 1; slot <= asset_count_; ++slot) {
    if (assets_[slot].id == asset.id ||
        std::memcmp(assets_[slot].name, asset.name, sizeof(asset.name)) == 0) {
      return RejectReason::ALREADY_EXISTS;
    }
  }
  if (asset_count_ == limits_.max_assets) {
    return RejectReason::EXCHANGE_FULL;
  }
  assets_[++asset_count_] = asset;
  digest_ += AssetDigest(asset);
  events_.WriteAssetDefinition(asset);
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::CreateSymbol(std::span<const std::byte> command) {
  auto codec = Decode<sbe::CreateSymbol>(command);
  SymbolRecord record{};
  codec.getName(record.name, sizeof(record.name));
  record.id = codec.symbol();
  if (record.id == 0 || !IsValidName(record.name)) {
    return RejectReason::INVALID_DEFINITION;
  }
  for (std::uint32_t slot = 1; slot <= symbol_count_; ++slot) {
    if (symbols_[slot].record.id == record.id ||
        std::memcmp(symbols_[slot].record.name, record.name, sizeof(record.name)) == 0) {
      return RejectReason::ALREADY_EXISTS;
    }
  }
  record.base_asset = FindAsset(codec.baseAsset());
  record.quote_asset = FindAsset(codec.quoteAsset());
  if (record.base_asset == 0 || record.quote_asset == 0) {
    return RejectReason::UNKNOWN_ASSET;
  }
  record.maker_fee_ppm = codec.makerFeePpm();
  record.taker_fee_ppm = codec.takerFeePpm();
  record.price_scale = codec.priceScale();
  record.quantity_scale = codec.quantityScale();
  record.status = codec.statusRaw();
  record.filters = FiltersFrom(codec);
  const std::uint8_t base_scale = assets_[record.base_asset].scale;
  const std::uint8_t quote_scale = assets_[record.quote_asset].scale;
  if (record.base_asset == record.quote_asset || record.quantity_scale > base_scale ||
      record.price_scale > limits::kMaxScale ||
      record.price_scale + record.quantity_scale > quote_scale + limits::kMaxScale ||
      !IsTradingStatus(record.status) ||
      !AreValidRules(record.filters, record.maker_fee_ppm, record.taker_fee_ppm)) {
    return RejectReason::INVALID_DEFINITION;
  }
  if (symbol_count_ == limits_.max_symbols) {
    return RejectReason::EXCHANGE_FULL;
  }
  const std::uint32_t slot = ++symbol_count_;
  symbols_[slot] = Symbol{};
  symbols_[slot].record = record;
  IndexSymbol(slot);
  digest_ += RulesDigest(symbols_[slot]);
  DefineSymbol(symbols_[slot]);
  return RejectReason::NONE;
}

// Enters a symbol whose record is set into the look-up tables.
void MatchingEngine::Impl::IndexSymbol(std::uint32_t slot) {
  Symbol& symbol = symbols_[slot];
  symbol.Prepare(assets_[symbol.record.base_asset].scale, assets_[symbol.record.quote_asset].scale);
  symbols_index_.Insert(DenseHash(0, symbol.record.id), slot);
  std::uint32_t at = slot - 1;
  for (; at > 0 && symbols_[symbols_by_id_[at - 1]].record.id > symbol.record.id; --at) {
    symbols_by_id_[at] = symbols_by_id_[at - 1];
  }
  symbols_by_id_[at] = slot;
}

// A public event: the definition as it stands now, with a sequence number of its own.
void MatchingEngine::Impl::DefineSymbol(Symbol& symbol) {
  AddPublicEvent(symbol, symbol.record.id, RulesDigest(symbol));
  events_.WriteSymbolDefinition(symbol, assets_[symbol.record.base_asset].id,
                                assets_[symbol.record.quote_asset].id);
}

RejectReason MatchingEngine::Impl::SetSymbolStatus(std::span<const std::byte> command) {
  auto codec = Decode<sbe::SetSymbolStatus>(command);
  if (symbol_ == 0) {
    return RejectReason::UNKNOWN_SYMBOL;
  }
  if (!IsTradingStatus(codec.statusRaw())) {
    return RejectReason::INVALID_DEFINITION;
  }
  Symbol& symbol = symbols_[symbol_];
  digest_ -= RulesDigest(symbol);
  symbol.record.status = codec.statusRaw();
  digest_ += RulesDigest(symbol);
  DefineSymbol(symbol);
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::SetSymbolRules(std::span<const std::byte> command) {
  auto codec = Decode<sbe::SetSymbolRules>(command);
  if (symbol_ == 0) {
    return RejectReason::UNKNOWN_SYMBOL;
  }
  const Filters filters = FiltersFrom(codec);
  if (!AreValidRules(filters, codec.makerFeePpm(), codec.takerFeePpm())) {
    return RejectReason::INVALID_DEFINITION;
  }
  Symbol& symbol = symbols_[symbol_];
  digest_ -= RulesDigest(symbol);
  symbol.record.filters = filters;
  symbol.record.maker_fee_ppm = codec.makerFeePpm();
  symbol.record.taker_fee_ppm = codec.takerFeePpm();
  digest_ += RulesDigest(symbol);
  DefineSymbol(symbol);
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::CreateAccount(std::span<const std::byte> command) {
  const auto codec = Decode<sbe::CreateAccount>(command);
  const std::uint64_t id = codec.newAccount();
  if (id == 0) {
    return RejectReason::INVALID_DEFINITION;
  }
  if (FindAccount(id) != 0) {
    return RejectReason::ALREADY_EXISTS;
  }
  if (accounts_.Full()) {
    return RejectReason::EXCHANGE_FULL;
  }
  const std::uint32_t slot = accounts_.Take();
  accounts_[slot] = {.id = id, .private_sequence = 0, .status = kActive, .reserved = {}};
  accounts_by_id_.Insert(DenseHash(0, id), slot);
  account_count_ = slot;
  digest_ += AccountDigest(slot, accounts_[slot]);
  events_.WriteAccountDefinition(id, kActive);
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::SetAccountStatus(std::span<const std::byte> command) {
  auto codec = Decode<sbe::SetAccountStatus>(command);
  const std::uint32_t slot = FindAccount(codec.targetAccount());
  if (slot == 0) {
    return RejectReason::UNKNOWN_ACCOUNT;
  }
  const std::uint8_t status = codec.statusRaw();
  if (status != kActive && status != kDisabled) {
    return RejectReason::INVALID_DEFINITION;
  }
  Account& account = accounts_[slot];
  digest_ -= AccountDigest(slot, account);
  account.status = status;
  digest_ += AccountDigest(slot, account);
  events_.WriteAccountDefinition(account.id, status);
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::MoveFunds(std::uint64_t target, std::uint32_t asset_id,
                                             std::int64_t amount, std::uint64_t source_id,
                                             std::uint64_t number, bool is_deposit) {
  const std::uint32_t slot = FindAccount(target);
  if (slot == 0) {
    return RejectReason::UNKNOWN_ACCOUNT;
  }
  const std::uint32_t asset = FindAsset(asset_id);
  if (asset == 0) {
    return RejectReason::UNKNOWN_ASSET;
  }
  if (amount <= 0 || source_id == 0 || number == 0) {
    return RejectReason::INVALID_AMOUNT;
  }
  Account& account = accounts_[slot];
  std::uint32_t source = 0;
  while (source < source_count_ && sources_[source].id != source_id) {
    ++source;
  }
  if (source < source_count_ && number <= sources_[source].last_number) {
    events_.WriteBalanceUpdate(account.id, 0, source_id, number, asset_id, 0,
                               ledger_.Of(slot, asset), true);
    return RejectReason::NONE;
  }
  const AssetTotals& totals = ledger_.Totals(asset);
  if (is_deposit && amount > limits::kMaxAmount - totals.net_deposits) {
    return RejectReason::INVALID_AMOUNT;
  }
  if (!is_deposit && ledger_.Of(slot, asset).free < amount) {
    return RejectReason::INSUFFICIENT_BALANCE;
  }
  if (source == source_count_) {
    if (source_count_ == limits_.max_sources) {
      return RejectReason::TOO_MANY_SOURCES;
    }
    sources_[source_count_++] = {.id = source_id, .last_number = 0};
  } else {
    digest_ -= SourceDigest(source_id, sources_[source].last_number);
  }
  sources_[source].last_number = number;
  digest_ += SourceDigest(source_id, number);
  const std::int64_t change = is_deposit ? amount : -amount;
  ledger_.AddDeposit(asset, change);
  ledger_.AddFree(slot, asset, change);
  ++account.private_sequence;
  digest_ += PrivateSequenceKey(slot);
  events_.WriteBalanceUpdate(account.id, account.private_sequence, source_id, number, asset_id,
                             change, ledger_.Of(slot, asset), false);
  return RejectReason::NONE;
}

}  // namespace lockstep
