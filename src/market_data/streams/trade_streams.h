// <s>@trade, /topic/market/trade/S: each fill. <s>@aggTrade: the fills of one taker at one price
// together. Both at once.
#pragma once

#include <span>

#include "market_data/streams/stream.h"

namespace lockstep {

class TradeStream final : public Stream {
 public:
  TradeStream(const SymbolMarket& market, const StreamTopic& topic, StreamContext& context)
      : Stream(topic, context), market_(market) {}

  void OnEntry(const MarketEntry& entry) override;

 private:
  const SymbolMarket& market_;
};

// A taker's command never reaches beyond its log entry, so what an entry leaves is whole.
class AggregateTradeStream final : public Stream {
 public:
  AggregateTradeStream(const SymbolMarket& market, const StreamTopic& topic, StreamContext& context)
      : Stream(topic, context), market_(market) {}

  void OnEntry(const MarketEntry& entry) override;

 private:
  // `fills`: all with one aggregate trade id.
  void SendAggregate(const MarketEntry& entry, std::span<const TradeTick> fills);

  const SymbolMarket& market_;
};

}  // namespace lockstep
