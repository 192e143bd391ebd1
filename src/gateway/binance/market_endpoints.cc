#include "gateway/binance/market_endpoints.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/binance/history_range.h"
#include "gateway/binance/market_json.h"
#include "gateway/binance/order_words.h"
#include "protocol/json_writer.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kDefaultDepth = 100;
constexpr std::uint32_t kMostDepth = 5'000;
constexpr std::uint32_t kDefaultRows = 500;
constexpr std::uint32_t kMostRows = 1'000;

template <class Row>
void SendRows(const ApiCall& call, const ReferenceData& reference, SymbolId symbol_id,
              const std::vector<Row>& rows) {
  const SymbolInfo& symbol = *reference.FindSymbol(symbol_id);
  ApiAnswer answer;
  JsonWriter json(answer.body, call.microseconds);
  json.BeginArray();
  for (const Row& row : rows) {
    WriteMarketRow(json, row, symbol);
  }
  json.EndArray();
  call.reply->Send(std::move(answer));
}

// The status that symbols must have to be shown, if any was sent; the one that was asked for must
// have it.
std::optional<std::string_view> ReadSymbolStatus(ParameterReader& reader, const SymbolInfo* one) {
  const auto status = reader.Optional("symbolStatus");
  if (status && *status != "TRADING" && *status != "HALT" && *status != "BREAK") {
    reader.Fail(ErrorKind::kInvalidSymbolStatus);
  }
  if (status && one != nullptr && *status != WordOf(one->status)) {
    reader.Fail(ErrorKind::kSymbolStatusMismatch);
  }
  return status;
}

}  // namespace

void MarketEndpoints::AskFeed(const ApiCall& call, ParameterReader& reader, MarketQuery query) {
  if (!IsComplete(call, reader)) {
    return;
  }
  query.microseconds = call.microseconds;
  feed_.Ask(std::move(query), [&trading = trading_, reply = call.reply](std::string json) {
    trading.Post([reply, body = std::move(json)]() mutable {
      reply->Send({.status = 200, .body = std::move(body)});
    });
  });
}

void MarketEndpoints::AskTickers(const ApiCall& call, ParameterReader& reader, MarketQuery query) {
  const SymbolInfo* const one = reader.OptionalSymbol();
  std::vector<const SymbolInfo*> named = reader.Symbols();
  if (one != nullptr && reader.Has("symbols")) {
    reader.Fail(ErrorKind::kBadCombination);
  }
  const auto status = ReadSymbolStatus(reader, one);
  query.as_array = one == nullptr;
  if (one != nullptr) {
    named = {one};
  } else if (status && named.empty()) {
    for (const auto& [id, symbol] : state_.reference.symbols()) {
      named.push_back(&symbol);
    }
  }
  for (const SymbolInfo* symbol : named) {
    if (!status || *status == WordOf(symbol->status)) {
      query.symbols.push_back(symbol->id);
    }
  }
  if (status && query.symbols.empty()) {  // which the feed would take for all of them
    if (IsComplete(call, reader)) {
      call.reply->Send({.status = 200, .body = "[]"});
    }
    return;
  }
  AskFeed(call, reader, std::move(query));
}

void MarketEndpoints::Depth(const ApiCall& call, ParameterReader& reader) {
  const SymbolInfo* const symbol = reader.Symbol();
  MarketQuery query{.kind = MarketQueryKind::kDepth,
                    .symbols = {},
                    .as_array = false,
                    .limit = reader.Limit("limit", kDefaultDepth, kMostDepth)};
  ReadSymbolStatus(reader, symbol);
  if (symbol != nullptr) {
    query.symbols = {symbol->id};
  }
  AskFeed(call, reader, std::move(query));
}

void MarketEndpoints::AveragePrice(const ApiCall& call, ParameterReader& reader) {
  MarketQuery query{.kind = MarketQueryKind::kAvgPrice, .symbols = {}};
  if (const SymbolInfo* const symbol = reader.Symbol()) {
    query.symbols = {symbol->id};
  }
  AskFeed(call, reader, std::move(query));
}

void MarketEndpoints::Ticker24h(const ApiCall& call, ParameterReader& reader) {
  MarketQuery query{.kind = MarketQueryKind::kTicker24h, .symbols = {}};
  if (const auto type = reader.Optional("type")) {
    if (*type == "MINI") {
      query.kind = MarketQueryKind::kMiniTicker;
    } else if (*type != "FULL") {
      reader.Fail(ErrorKind::kInvalidTickerType);
    }
  }
  AskTickers(call, reader, std::move(query));
}

void MarketEndpoints::Ticker(const ApiCall& call, ParameterReader& reader, MarketQueryKind kind) {
  AskTickers(call, reader, {.kind = kind, .symbols = {}});
}

void MarketEndpoints::Trades(const ApiCall& call, ParameterReader& reader, bool historical) {
  const SymbolInfo* const symbol = reader.Symbol();
  HistoryRange range;
  if (historical) {
    if (const auto id = reader.Integer("fromId")) {
      range.from_id = static_cast<std::uint64_t>(*id);
    }
  }
  range.limit = reader.Limit("limit", kDefaultRows, kMostRows);
  if (!IsComplete(call, reader)) {
    return;
  }
  const SymbolId id = symbol->id;
  history_.Ask(
      call, [id, range](const HistoryView& view) { return view.Trades(id, range); },
      [this, kept = call, id](const std::vector<StoredTrade>& rows) {
        SendRows(kept, state_.reference, id, rows);
      });
}

void MarketEndpoints::AggregateTrades(const ApiCall& call, ParameterReader& reader) {
  const SymbolInfo* const symbol = reader.Symbol();
  const HistoryRange range =
      ReadRange(reader, {.from_id_name = "fromId", .if_not_sent = kDefaultRows, .most = kMostRows});
  if (!IsComplete(call, reader)) {
    return;
  }
  const SymbolId id = symbol->id;
  history_.Ask(
      call, [id, range](const HistoryView& view) { return view.AggregateTrades(id, range); },
      [this, kept = call, id](const std::vector<StoredAggregateTrade>& rows) {
        SendRows(kept, state_.reference, id, rows);
      });
}

void MarketEndpoints::Klines(const ApiCall& call, ParameterReader& reader) {
  const SymbolInfo* const symbol = reader.Symbol();
  const auto interval = ParseCandleInterval(reader.Mandatory("interval"));
  if (!interval) {
    reader.Fail(ErrorKind::kInvalidInterval);
  }
  const HistoryRange range =
      ReadRange(reader, {.from_id_name = {}, .if_not_sent = kDefaultRows, .most = kMostRows});
  if (const auto zone = reader.Optional("timeZone"); zone && *zone != "0" && *zone != "0:00") {
    reader.Fail(ErrorKind::kInvalidParameter, "timeZone");
  }
  if (!IsComplete(call, reader)) {
    return;
  }
  const SymbolId id = symbol->id;
  history_.Ask(
      call,
      [id, interval = *interval, range, now_ns = call.received_ns](const HistoryView& view) {
        std::vector<KlineRow> rows;
        for (const Candle& candle : view.Candles(id, interval, range, now_ns)) {
          rows.push_back(
              {.candle = candle, .close_ns = NextCandleOpenNs(interval, candle.open_ns)});
        }
        return rows;
      },
      [this, kept = call, id](const std::vector<KlineRow>& rows) {
        SendRows(kept, state_.reference, id, rows);
      });
}

}  // namespace lockstep
