// The public endpoints on books, prices, trades and candles.
#pragma once

#include "gateway/binance/api_call.h"
#include "gateway/binance/gateway_state.h"
#include "gateway/binance/history_access.h"
#include "gateway/binance/parameter_reader.h"
#include "gateway/http/io_thread.h"
#include "market_data/stream_feed.h"

namespace lockstep {

class MarketEndpoints {
 public:
  MarketEndpoints(const GatewayState& state, HistoryAccess& history, StreamFeed& feed,
                  IoThread& trading)
      : state_(state), history_(history), feed_(feed), trading_(trading) {}

  // Each answers `call`, now or later.
  void Depth(const ApiCall& call, ParameterReader& reader);
  void AveragePrice(const ApiCall& call, ParameterReader& reader);
  void Ticker24h(const ApiCall& call, ParameterReader& reader);
  // kTickerPrice or kBookTicker.
  void Ticker(const ApiCall& call, ParameterReader& reader, MarketQueryKind kind);
  void Trades(const ApiCall& call, ParameterReader& reader, bool historical);
  void AggregateTrades(const ApiCall& call, ParameterReader& reader);
  void Klines(const ApiCall& call, ParameterReader& reader);

 private:
  void AskFeed(const ApiCall& call, ParameterReader& reader, MarketQuery query);
  // Reads symbol, symbols, or neither, and which status they must have; `query` has the rest.
  void AskTickers(const ApiCall& call, ParameterReader& reader, MarketQuery query);

  const GatewayState& state_;
  HistoryAccess& history_;
  StreamFeed& feed_;
  IoThread& trading_;
};

// What a request weighs beyond its endpoint's own number, by its parameters.
[[nodiscard]] std::uint32_t RequestWeight(const Endpoint& endpoint, Parameters& parameters);

}  // namespace lockstep
