#include "gateway/admin/admin_requests.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "gateway/admin/admin_error.h"
#include "gateway/admin/admin_words.h"
#include "protocol/decimal.h"

namespace lockstep {
namespace {

constexpr int kPpmScale = 6;
constexpr std::size_t kMaxNameBytes = 16;
constexpr std::string_view kNameRange = "^[A-Z0-9-_.]{1,16}$";
constexpr std::string_view kDecimalRange = "^-?([0-9]{1,20})(\\.[0-9]{1,20})?$";

// What traders' requests can name: the dialect takes no other symbols.
bool IsName(std::string_view text) {
  return text.size() <= kMaxNameBytes && std::ranges::all_of(text, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                  c == '.';
         });
}

std::string ReadName(ParameterReader& reader, std::string_view name) {
  const std::string_view text = reader.Mandatory(name);
  if (!IsName(text)) {
    reader.Fail(ErrorKind::kIllegalCharacters, name, kNameRange);
  }
  return std::string(text);
}

// A whole number within both bounds.
std::optional<std::int64_t> ReadInteger(ParameterReader& reader, std::string_view name,
                                        std::int64_t least, std::int64_t most) {
  const auto value = reader.Integer(name);
  if (value && (*value < least || *value > most)) {
    reader.Fail(ErrorKind::kInvalidParameter, name);
    return std::nullopt;
  }
  return value;
}

std::int64_t MandatoryInteger(ParameterReader& reader, std::string_view name, std::int64_t least,
                              std::int64_t most) {
  static_cast<void>(reader.Mandatory(name));
  return ReadInteger(reader, name, least, most).value_or(0);
}

// A decimal in units of 10^-scale, at least `least` of them.
std::optional<std::int64_t> ReadUnits(ParameterReader& reader, std::string_view name, int scale,
                                      std::int64_t least, std::int64_t most) {
  const auto text = reader.Optional(name);
  if (!text) {
    return std::nullopt;
  }
  std::int64_t units = 0;
  switch (ParseDecimal(*text, scale, units)) {
    case DecimalError::kNone:
      if (units >= least && units <= most) {
        return units;
      }
      reader.Fail(ErrorKind::kInvalidParameter, name);
      break;
    case DecimalError::kMalformed:
      reader.Fail(ErrorKind::kIllegalCharacters, name, kDecimalRange);
      break;
    case DecimalError::kTooPrecise:
      reader.Fail(ErrorKind::kTooPrecise, name);
      break;
    case DecimalError::kOutOfRange:
      reader.Fail(ErrorKind::kInvalidParameter, name);
      break;
  }
  return std::nullopt;
}

// Sets what is given, leaves the rest. Whether something was given.
bool SetUnits(ParameterReader& reader, std::string_view name, int scale, std::int64_t& to) {
  const auto units = ReadUnits(reader, name, scale, 0, INT64_MAX);
  to = units.value_or(to);
  return units.has_value();
}

bool SetPpm(ParameterReader& reader, std::string_view name, std::uint32_t& to) {
  const auto ppm = ReadUnits(reader, name, kPpmScale, 0, UINT32_MAX);
  to = static_cast<std::uint32_t>(ppm.value_or(to));
  return ppm.has_value();
}

bool SetFee(ParameterReader& reader, std::string_view name, std::int32_t& to) {
  const auto ppm = ReadUnits(reader, name, kPpmScale, -limits::kMaxFeePpm, limits::kMaxFeePpm);
  to = static_cast<std::int32_t>(ppm.value_or(to));
  return ppm.has_value();
}

void CheckOrdered(ParameterReader& reader, std::int64_t low, std::int64_t high,
                  std::string_view name_of_high) {
  if (high != 0 && low > high) {
    reader.Fail(ErrorKind::kInvalidParameter, name_of_high);
  }
}

struct Scales {
  int price;
  int quantity;
  int notional;
};

// Whether something was given.
bool SetFilters(ParameterReader& reader, const Scales& scales, FilterInfo& filters) {
  bool any = SetUnits(reader, "tickSize", scales.price, filters.tick_multiple);
  any = SetUnits(reader, "minPrice", scales.price, filters.min_price) || any;
  any = SetUnits(reader, "maxPrice", scales.price, filters.max_price) || any;
  any = SetUnits(reader, "stepSize", scales.quantity, filters.lot_multiple) || any;
  any = SetUnits(reader, "minQty", scales.quantity, filters.min_quantity) || any;
  any = SetUnits(reader, "maxQty", scales.quantity, filters.max_quantity) || any;
  any = SetUnits(reader, "minNotional", scales.notional, filters.min_notional) || any;
  any = SetUnits(reader, "maxNotional", scales.notional, filters.max_notional) || any;
  any = SetPpm(reader, "bidMultiplierUp", filters.bid_multiplier_up_ppm) || any;
  any = SetPpm(reader, "bidMultiplierDown", filters.bid_multiplier_down_ppm) || any;
  any = SetPpm(reader, "askMultiplierUp", filters.ask_multiplier_up_ppm) || any;
  any = SetPpm(reader, "askMultiplierDown", filters.ask_multiplier_down_ppm) || any;
  if (const auto most = ReadInteger(reader, "maxNumOrders", 0, UINT32_MAX)) {
    filters.max_open_orders = static_cast<std::uint32_t>(*most);
    any = true;
  }
  CheckOrdered(reader, filters.min_price, filters.max_price, "maxPrice");
  CheckOrdered(reader, filters.min_quantity, filters.max_quantity, "maxQty");
  CheckOrdered(reader, filters.min_notional, filters.max_notional, "maxNotional");
  return any;
}

const AssetInfo* ReadAsset(ParameterReader& reader, const ReferenceData& reference,
                           std::string_view name) {
  const std::string_view text = reader.Mandatory(name);
  const AssetInfo* const asset = reference.FindAsset(text);
  if (asset == nullptr && !reader.failed()) {
    reader.Fail(MakeAdminError(AdminErrorKind::kUnknownAsset, text));
  }
  return asset;
}

std::optional<sbe::TradingStatus::Value> ReadTradingStatus(ParameterReader& reader,
                                                           std::string_view name) {
  const auto word = reader.Optional(name);
  const auto status = word ? TradingStatusOf(*word) : std::nullopt;
  if (word && !status) {
    reader.Fail(ErrorKind::kInvalidParameter, name);
  }
  return status;
}

template <class Id>
Id NextFree(const auto& by_id) {
  return Id(by_id.empty() ? 1 : by_id.rbegin()->first.value() + 1);
}

template <class Id>
Id ReadNewId(ParameterReader& reader, std::string_view name, const auto& by_id) {
  const auto given = ReadInteger(reader, name, 1, UINT32_MAX);
  return given ? Id(static_cast<std::uint32_t>(*given)) : NextFree<Id>(by_id);
}

RulesRequest RulesOf(const SymbolInfo* symbol) {
  RulesRequest request{.symbol = symbol, .rules = {}};
  if (symbol != nullptr) {
    request.rules = {.filters = symbol->filters,
                     .maker_fee_ppm = symbol->maker_fee_ppm,
                     .taker_fee_ppm = symbol->taker_fee_ppm};
  }
  return request;
}

}  // namespace

AssetInfo ReadNewAsset(ParameterReader& reader, const ReferenceData& reference) {
  AssetInfo asset;
  asset.name = ReadName(reader, "asset");
  asset.scale = static_cast<int>(MandatoryInteger(reader, "scale", 0, limits::kMaxScale));
  asset.id = ReadNewId<AssetId>(reader, "assetId", reference.assets());
  return asset;
}

NewSymbol ReadNewSymbol(ParameterReader& reader, const ReferenceData& reference) {
  NewSymbol symbol;
  symbol.name = ReadName(reader, "symbol");
  symbol.base = ReadAsset(reader, reference, "baseAsset");
  symbol.quote = ReadAsset(reader, reference, "quoteAsset");
  if (reader.failed()) {
    return symbol;
  }
  if (symbol.base == symbol.quote) {
    reader.Fail(ErrorKind::kInvalidParameter, "quoteAsset");
  }
  // An amount is price times quantity: it must not be finer than what the engine can reckon with.
  const int quantity_scale =
      static_cast<int>(MandatoryInteger(reader, "quantityScale", 0, symbol.base->scale));
  const int price_scale = static_cast<int>(MandatoryInteger(
      reader, "priceScale", 0,
      std::min<std::int64_t>(limits::kMaxScale,
                             symbol.quote->scale + limits::kMaxScale - quantity_scale)));
  symbol.quantity_scale = static_cast<std::uint8_t>(quantity_scale);
  symbol.price_scale = static_cast<std::uint8_t>(price_scale);
  symbol.status = ReadTradingStatus(reader, "status").value_or(sbe::TradingStatus::TRADING);
  const Scales scales{
      .price = price_scale, .quantity = quantity_scale, .notional = symbol.quote->scale};
  static_cast<void>(SetFilters(reader, scales, symbol.rules.filters));
  static_cast<void>(SetFee(reader, "makerFee", symbol.rules.maker_fee_ppm));
  static_cast<void>(SetFee(reader, "takerFee", symbol.rules.taker_fee_ppm));
  symbol.id = ReadNewId<SymbolId>(reader, "symbolId", reference.symbols());
  return symbol;
}

StatusRequest ReadSymbolStatus(ParameterReader& reader, const ReferenceData& reference) {
  StatusRequest request;
  const bool all = reader.Boolean("all").value_or(false);
  if (all) {
    reader.Refuse("symbol");
  } else {
    reader.Refuse("from");
  }
  const SymbolInfo* const one = all ? nullptr : reader.Symbol();
  static_cast<void>(reader.Mandatory("status"));
  request.status = ReadTradingStatus(reader, "status").value_or(sbe::TradingStatus::NONE);
  const auto from = all ? ReadTradingStatus(reader, "from") : std::nullopt;
  if (one != nullptr) {
    request.symbols = {one};
  }
  if (all) {
    for (const auto& [id, symbol] : reference.symbols()) {
      const bool chosen =
          from ? symbol.status == *from : symbol.status != sbe::TradingStatus::CLOSED;
      if (chosen) {
        request.symbols.push_back(&symbol);
      }
    }
  }
  return request;
}

RulesRequest ReadFilters(ParameterReader& reader) {
  RulesRequest request = RulesOf(reader.Symbol());
  if (request.symbol != nullptr) {
    const Scales scales{.price = request.symbol->price_scale,
                        .quantity = request.symbol->quantity_scale,
                        .notional = request.symbol->quote.scale};
    if (!SetFilters(reader, scales, request.rules.filters)) {
      reader.Fail(MakeAdminError(AdminErrorKind::kNothingToChange));
    }
  }
  return request;
}

RulesRequest ReadFees(ParameterReader& reader) {
  RulesRequest request = RulesOf(reader.Symbol());
  const bool maker = SetFee(reader, "makerFee", request.rules.maker_fee_ppm);
  const bool taker = SetFee(reader, "takerFee", request.rules.taker_fee_ppm);
  if (!maker && !taker) {
    reader.Fail(MakeAdminError(AdminErrorKind::kNothingToChange));
  }
  return request;
}

AccountId ReadAccountId(ParameterReader& reader) {
  return AccountId(static_cast<std::uint64_t>(MandatoryInteger(reader, "accountId", 1, INT64_MAX)));
}

sbe::AccountStatus::Value ReadAccountStatus(ParameterReader& reader) {
  const auto status = AccountStatusOf(reader.Mandatory("status"));
  if (!status) {
    reader.Fail(ErrorKind::kInvalidParameter, "status");
  }
  return status.value_or(sbe::AccountStatus::NONE);
}

FundsMove ReadFundsMove(ParameterReader& reader, const ReferenceData& reference) {
  FundsMove move;
  move.account = ReadAccountId(reader);
  move.asset = ReadAsset(reader, reference, "asset");
  static_cast<void>(reader.Mandatory("amount"));
  if (move.asset != nullptr) {
    move.amount = ReadUnits(reader, "amount", move.asset->scale, 1, INT64_MAX).value_or(0);
  }
  move.source = static_cast<std::uint64_t>(MandatoryInteger(reader, "source", 1, INT64_MAX));
  move.number = static_cast<std::uint64_t>(MandatoryInteger(reader, "number", 1, INT64_MAX));
  return move;
}

}  // namespace lockstep
