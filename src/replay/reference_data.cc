#include "replay/reference_data.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "client/wire.h"
#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/SessionReject.h"
#include "lockstep_sbe/SymbolDefinition.h"

namespace lockstep {
namespace {

constexpr std::int64_t kAnswerTimeoutMs = 30'000;
// What a new quote asset gets: the most decimals there are, so that every notional is as exact as
// can be.
constexpr std::uint8_t kQuoteScale = 8;
// Whole units of each asset; more than any tape needs, and few enough that a dozen tapes stay
// within the largest balance.
constexpr std::int64_t kFunds = 1'000'000'000;

std::string NameText(const char* name) {
  const std::string_view all(name, 16);
  return std::string(all.substr(0, all.find('\0')));
}

Status RefusalOf(std::span<const std::byte> message) {
  if (auto reject = As<sbe::Reject>(message)) {
    return {StatusCode::kInvalidArgument,
            std::string("the exchange rejects it: ") + sbe::RejectReason::c_str(reject->reason())};
  }
  if (auto reject = As<sbe::SessionReject>(message)) {
    return {StatusCode::kInvalidArgument, std::string("the gateway refuses it: ") +
                                              sbe::SessionError::c_str(reject->sessionError())};
  }
  return Status::Ok();
}

// Sends `command` and waits for the answer of type Codec.
template <class Codec>
Status Request(SbeClient& client, std::span<const std::byte> command) {
  if (Status status = client.Send(command); !status.ok()) {
    return status;
  }
  for (;;) {
    const auto message = client.Receive(kAnswerTimeoutMs);
    if (!message) {
      return message.error();
    }
    if (TemplateIdOf(*message) == Codec::sbeTemplateId()) {
      return Status::Ok();
    }
    if (Status status = RefusalOf(*message); !status.ok()) {
      return status;
    }
  }
}

Status EnsureAsset(SbeClient& client, CommandBuilder& commands, ReferenceData& data,
                   const std::string& name, std::uint8_t scale) {
  if (data.assets.contains(name)) {
    return Status::Ok();
  }
  std::uint32_t next = 1;
  for (const auto& [other, info] : data.assets) {
    next = std::max(next, info.asset + 1);
  }
  data.assets[name] = {next, scale};
  return Request<sbe::AssetDefinition>(client, commands.CreateAsset(next, name, scale));
}

// Symbols speak of their assets by id.
void FillScales(ReferenceData& data) {
  for (auto& [name, symbol] : data.symbols) {
    for (const auto& [asset_name, asset] : data.assets) {
      if (asset.asset == symbol.base_asset) {
        symbol.base_scale = asset.scale;
      }
      if (asset.asset == symbol.quote_asset) {
        symbol.quote_scale = asset.scale;
      }
    }
  }
}

std::int64_t PowerOfTen(int exponent) {
  std::int64_t value = 1;
  for (int i = 0; i < exponent; ++i) {
    value *= 10;
  }
  return value;
}

}  // namespace

Result<ReferenceData> QueryReferenceData(SbeClient& client, CommandBuilder& commands) {
  if (Status status = client.Send(commands.Query(QueryKind::kReference)); !status.ok()) {
    return std::unexpected(status);
  }
  ReferenceData data;
  for (;;) {
    const auto message = client.Receive(kAnswerTimeoutMs);
    if (!message) {
      return std::unexpected(message.error());
    }
    if (auto asset = As<sbe::AssetDefinition>(*message)) {
      data.assets[NameText(asset->name())] = {asset->asset(), asset->scale()};
    } else if (auto symbol = As<sbe::SymbolDefinition>(*message)) {
      data.symbols[NameText(symbol->name())] = {.symbol = symbol->symbol(),
                                                .base_asset = symbol->baseAsset(),
                                                .quote_asset = symbol->quoteAsset(),
                                                .price_scale = symbol->priceScale(),
                                                .quantity_scale = symbol->quantityScale()};
    } else if (auto end = As<sbe::QueryEnd>(*message)) {
      data.position = end->header().position();
      data.digest = end->digest();
      FillScales(data);
      return data;
    } else if (Status status = RefusalOf(*message); !status.ok()) {
      return std::unexpected(status);
    }
  }
}

Result<SymbolInfo> EnsureMarket(SbeClient& client, CommandBuilder& commands,
                                const MarketWish& wish) {
  auto data = QueryReferenceData(client, commands);
  if (!data) {
    return std::unexpected(data.error());
  }
  if (const auto found = data->symbols.find(wish.symbol); found != data->symbols.end()) {
    if (found->second.price_scale < wish.price_scale ||
        found->second.quantity_scale < wish.quantity_scale) {
      return Error(StatusCode::kInvalidArgument,
                   wish.symbol + " has fewer decimals than the tape; choose another --symbol");
    }
    return found->second;
  }
  if (Status status = EnsureAsset(client, commands, *data, wish.base, wish.quantity_scale);
      !status.ok()) {
    return std::unexpected(status);
  }
  if (Status status = EnsureAsset(client, commands, *data, wish.quote, kQuoteScale); !status.ok()) {
    return std::unexpected(status);
  }
  SymbolInfo info;
  for (const auto& [name, other] : data->symbols) {
    info.symbol = std::max(info.symbol, other.symbol);
  }
  ++info.symbol;
  info.base_asset = data->assets[wish.base].asset;
  info.quote_asset = data->assets[wish.quote].asset;
  info.base_scale = data->assets[wish.base].scale;
  info.quote_scale = data->assets[wish.quote].scale;
  info.price_scale = wish.price_scale;
  info.quantity_scale = wish.quantity_scale;
  const Status status = Request<sbe::SymbolDefinition>(
      client, commands.CreateSymbol({.symbol = info.symbol,
                                     .name = wish.symbol,
                                     .base_asset = info.base_asset,
                                     .quote_asset = info.quote_asset,
                                     .price_scale = info.price_scale,
                                     .quantity_scale = info.quantity_scale}));
  if (!status.ok()) {
    return std::unexpected(status);
  }
  return info;
}

Status FundAccount(SbeClient& client, CommandBuilder& commands, const SymbolInfo& symbol,
                   std::uint64_t account, std::uint64_t first_number) {
  // Source numbers below this are other tools'.
  constexpr std::uint64_t kReplaySources = 1'000'000;
  const std::uint64_t source = kReplaySources + symbol.symbol;
  Status status = Request<sbe::BalanceUpdate>(
      client, commands.Deposit(account, symbol.base_asset, kFunds * PowerOfTen(symbol.base_scale),
                               source, first_number));
  if (!status.ok()) {
    return status;
  }
  return Request<sbe::BalanceUpdate>(
      client, commands.Deposit(account, symbol.quote_asset, kFunds * PowerOfTen(symbol.quote_scale),
                               source, first_number + 1));
}

}  // namespace lockstep
