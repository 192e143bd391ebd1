// The top of the book as it stands. <s>@bookTicker: the best prices, after each entry that changed
// them. <s>@depth5, 10, 20: that many levels, once in each period in which any of them changed, and
// once when somebody has joined.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "market_data/streams/stream.h"

namespace lockstep {

class BookTickerStream final : public Stream {
 public:
  BookTickerStream(const SymbolMarket& market, const StreamTopic& topic, StreamContext& context)
      : Stream(topic, context), market_(market), sent_(market.Best()) {}

  void OnEntry(const MarketEntry& entry) override;
  void OnUnseen(std::uint64_t symbol_sequence) override;

 private:
  const SymbolMarket& market_;
  BestPrices sent_;  // what subscribers have been told, or has been so since they are there
};

class PartialDepthStream final : public Stream {
 public:
  PartialDepthStream(const SymbolMarket& market, const StreamKey& key, const StreamTopic& topic,
                     StreamContext& context)
      : Stream(topic, context), market_(market), period_ns_(key.period_ns), levels_(key.levels) {}

  void OnSubscriber() override;
  void OnEntry(const MarketEntry& entry) override;
  void OnTimer() override;

 private:
  const SymbolMarket& market_;
  std::int64_t period_ns_;
  std::size_t levels_;
  std::string sent_;  // the levels of the last message, as text
};

}  // namespace lockstep
