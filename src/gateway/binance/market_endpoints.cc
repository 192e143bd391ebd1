#include "gateway/binance/market_endpoints.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/binance/history_range.h"
#include "gateway/binance/market_json.h"
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

MarketQuery MarketEndpoints::ReadTickerQuery(const ApiCall&, ParameterReader& reader) const {
  MarketQuery query;
  const SymbolInfo* const one = reader.OptionalSymbol();
  const auto several = reader.Symbols();
  const auto status = reader.Optional("symbolStatus");
  if (one != nullptr && reader.Has("symbols")) {
    reader.Fail(ErrorKind::kBadCombination);
  }
  if (status && *status != "TRADING" && *status != "HALT" && *status != "BREAK") {
    reader.Fail(ErrorKind::kInvalidSymbolStatus);
  }
  if (one != nullptr) {
    query.symbols = {one->id};
  }
  for (const SymbolInfo* symbol : several) {
    query.symbols.push_back(symbol->id);
  }
  query.as_array = one == nullptr;
  return query;
}

void MarketEndpoints::Depth(const ApiCall& call, ParameterReader& reader) {
  const SymbolInfo* const symbol = reader.Symbol();
  MarketQuery query{.kind = MarketQueryKind::kDepth,
                    .symbols = {},
                    .as_array = false,
                    .limit = reader.Limit("limit", kDefaultDepth, kMostDepth)};
  reader.Ignore("symbolStatus");
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
  MarketQuery query = ReadTickerQuery(call, reader);
  query.kind = MarketQueryKind::kTicker24h;
  if (const auto type = reader.Optional("type")) {
    if (*type == "MINI") {
      query.kind = MarketQueryKind::kMiniTicker;
    } else if (*type != "FULL") {
      reader.Fail(ErrorKind::kInvalidTickerType);
    }
  }
  AskFeed(call, reader, std::move(query));
}

void MarketEndpoints::Ticker(const ApiCall& call, ParameterReader& reader, MarketQueryKind kind) {
  MarketQuery query = ReadTickerQuery(call, reader);
  query.kind = kind;
  AskFeed(call, reader, std::move(query));
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
