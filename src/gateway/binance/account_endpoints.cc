#include "gateway/binance/account_endpoints.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/key_store.h"
#include "gateway/binance/commission.h"
#include "gateway/binance/history_range.h"
#include "gateway/binance/order_json.h"
#include "gateway/binance/order_request.h"
#include "gateway/binance/rate_limit_json.h"
#include "protocol/json_writer.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kDefaultRows = 500;
constexpr std::uint32_t kMostRows = 1'000;
// Between startTime and endTime of the account's own lists.
constexpr int kLongestLookupHours = 24;
constexpr int kPpmScale = 6;
// Binance's old form of a fee: basis points.
constexpr std::int32_t kPpmPerBasisPoint = 100;

void SendOrders(const ApiCall& call, const ReferenceData& reference,
                const std::vector<StoredOrder>& orders) {
  ApiAnswer answer;
  JsonWriter json(answer.body, call.microseconds);
  json.BeginArray();
  for (const StoredOrder& order : orders) {
    WriteStored(json, order, reference);
  }
  json.EndArray();
  call.reply->Send(std::move(answer));
}

void WriteAccount(JsonWriter& json, const ApiCall& call, const GatewayState& state,
                  const QueryAnswer& balances, bool omit_zero) {
  // Fees are a symbol's here; an account's are those of the first.
  const auto& symbols = state.reference.symbols();
  const std::int32_t maker_ppm = symbols.empty() ? 0 : symbols.begin()->second.maker_fee_ppm;
  const std::int32_t taker_ppm = symbols.empty() ? 0 : symbols.begin()->second.taker_fee_ppm;
  json.BeginObject();
  json.Field("makerCommission", maker_ppm / kPpmPerBasisPoint);
  json.Field("takerCommission", taker_ppm / kPpmPerBasisPoint);
  json.Field("buyerCommission", 0);
  json.Field("sellerCommission", 0);
  json.Key("commissionRates");
  json.BeginObject();
  json.DecimalField("maker", maker_ppm, kPpmScale);
  json.DecimalField("taker", taker_ppm, kPpmScale);
  json.DecimalField("buyer", 0, kPpmScale);
  json.DecimalField("seller", 0, kPpmScale);
  json.EndObject();
  json.Field("canTrade", (call.identity.permissions & kPermissionTrade) != 0);
  json.Field("canWithdraw", false);
  json.Field("canDeposit", false);
  json.Field("brokered", false);
  json.Field("requireSelfTradePrevention", false);
  json.Field("preventSor", false);
  json.TimeField("updateTime", balances.time_ns);
  json.Field("accountType", "SPOT");
  json.Key("balances");
  json.BeginArray();
  auto row = balances.balances.begin();
  for (const auto& [id, asset] : state.reference.assets()) {
    const bool held = row != balances.balances.end() && row->asset == id;
    if (held || !omit_zero) {
      json.BeginObject();
      json.Field("asset", asset.name);
      json.DecimalField("free", held ? row->free : 0, asset.scale);
      json.DecimalField("locked", held ? row->locked : 0, asset.scale);
      json.EndObject();
    }
    if (held) {
      ++row;
    }
  }
  json.EndArray();
  json.Key("permissions");
  json.BeginArray();
  json.Value("SPOT");
  json.EndArray();
  json.Field("uid", call.identity.account.value());
  json.EndObject();
}

}  // namespace

void AccountEndpoints::OrderStatus(const ApiCall& call, ParameterReader& reader) {
  const SymbolInfo* const symbol = reader.Symbol();
  const OrderName name = ReadOrderName(reader);
  if (!IsComplete(call, reader)) {
    return;
  }
  const AccountId account = call.identity.account;
  history_.Ask(
      call,
      [account, symbol = symbol->id, name](const HistoryView& view) {
        std::optional<StoredOrder> order =
            name.order_id.IsNone() ? view.OrderByClientId(account, symbol, name.client_order_id)
                                   : view.Order(account, symbol, name.order_id);
        const bool is_other = order && !name.client_order_id.empty() &&
                              order->client_order_id != name.client_order_id;
        return is_other ? std::nullopt : order;
      },
      [this, kept = call](const std::optional<StoredOrder>& order) {
        if (!order) {
          kept.Refuse(MakeError(ErrorKind::kNoSuchOrder));
          return;
        }
        ApiAnswer answer;
        JsonWriter json(answer.body, kept.microseconds);
        WriteStored(json, *order, state_.reference);
        kept.reply->Send(std::move(answer));
      });
}

void AccountEndpoints::OpenOrders(const ApiCall& call, ParameterReader& reader) {
  const SymbolInfo* const symbol = reader.OptionalSymbol();
  if (!IsComplete(call, reader)) {
    return;
  }
  const auto of_symbol = symbol == nullptr ? std::nullopt : std::optional(symbol->id);
  history_.Ask(
      call,
      [account = call.identity.account, of_symbol](const HistoryView& view) {
        return view.OpenOrders(account, of_symbol);
      },
      [this, kept = call](const std::vector<StoredOrder>& orders) {
        SendOrders(kept, state_.reference, orders);
      });
}

void AccountEndpoints::AllOrders(const ApiCall& call, ParameterReader& reader) {
  const SymbolInfo* const symbol = reader.Symbol();
  const HistoryRange range = ReadRange(
      reader, {.from_id_name = "orderId", .if_not_sent = kDefaultRows, .most = kMostRows});
  CheckLookup(reader, range, kLongestLookupHours);
  if (!IsComplete(call, reader)) {
    return;
  }
  history_.Ask(
      call,
      [account = call.identity.account, symbol = symbol->id, range](const HistoryView& view) {
        return view.Orders(account, symbol, range);
      },
      [this, kept = call](const std::vector<StoredOrder>& orders) {
        SendOrders(kept, state_.reference, orders);
      });
}

void AccountEndpoints::MyTrades(const ApiCall& call, ParameterReader& reader) {
  const SymbolInfo* const symbol = reader.Symbol();
  const auto order_id = reader.Integer("orderId");
  const HistoryRange range =
      ReadRange(reader, {.from_id_name = "fromId", .if_not_sent = kDefaultRows, .most = kMostRows});
  CheckLookup(reader, range, kLongestLookupHours);
  if (!IsComplete(call, reader)) {
    return;
  }
  const auto of_order =
      order_id ? std::optional(OrderId(static_cast<std::uint64_t>(*order_id))) : std::nullopt;
  history_.Ask(
      call,
      [account = call.identity.account, symbol = symbol->id, of_order,
       range](const HistoryView& view) { return view.Fills(account, symbol, of_order, range); },
      [this, kept = call](const std::vector<StoredFill>& fills) {
        ApiAnswer answer;
        JsonWriter json(answer.body, kept.microseconds);
        json.BeginArray();
        for (const StoredFill& fill : fills) {
          WriteMyTrade(json, fill, state_.reference);
        }
        json.EndArray();
        kept.reply->Send(std::move(answer));
      });
}

void AccountEndpoints::Account(const ApiCall& call, ParameterReader& reader) {
  const bool omit_zero = reader.Boolean("omitZeroBalances").value_or(false);
  if (!IsComplete(call, reader)) {
    return;
  }
  const bool asked =
      queries_.AskBalances(call.identity.account, call.received_ns,
                           [this, kept = call, omit_zero](const QueryAnswer& balances) {
                             if (balances.reason != sbe::RejectReason::NONE) {
                               kept.Refuse(MakeError(ErrorKind::kRejectedApiKey));
                               return;
                             }
                             ApiAnswer answer;
                             JsonWriter json(answer.body, kept.microseconds);
                             WriteAccount(json, kept, state_, balances, omit_zero);
                             kept.reply->Send(std::move(answer));
                           });
  if (!asked) {
    call.Refuse(MakeError(ErrorKind::kBusy));
  }
}

void AccountEndpoints::OrderRateLimit(const ApiCall& call, ParameterReader& reader) {
  if (!IsComplete(call, reader)) {
    return;
  }
  ApiAnswer answer;
  JsonWriter json(answer.body);
  json.BeginArray();
  WriteOrderLimits(json, state_.limits.settings(),
                   state_.limits.Orders(call.identity.account, call.received_ns));
  json.EndArray();
  call.reply->Send(std::move(answer));
}

void AccountEndpoints::Commission(const ApiCall& call, ParameterReader& reader) const {
  const SymbolInfo* const symbol = reader.Symbol();
  if (!IsComplete(call, reader)) {
    return;
  }
  ApiAnswer answer;
  WriteCommission(answer.body, *symbol);
  call.reply->Send(std::move(answer));
}

}  // namespace lockstep
