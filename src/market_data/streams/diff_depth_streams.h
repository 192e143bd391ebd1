// <s>@depth, <s>@depth@100ms: the levels that changed, once in each period in which any did.
// /topic/market/depth/S: the same after every entry.
//
// U and u are symbol sequences: each message's U is one more than the u before it on the same
// stream, also across entries that changed no level. The first U is one more than the sequence at
// the first subscription, so a book taken by a query after any subscription lies on the way of the
// next message or behind it.
#pragma once

#include <cstdint>
#include <vector>

#include "market_data/streams/depth_accumulator.h"
#include "market_data/streams/stream.h"

namespace lockstep {

class DiffDepthStream final : public Stream {
 public:
  DiffDepthStream(const SymbolMarket& market, std::int64_t period_ns, const StreamTopic& topic,
                  StreamContext& context);

  void OnEntry(const MarketEntry& entry) override;
  void OnTimer() override;
  void OnUnseen(std::uint64_t symbol_sequence) override { pending_.Restart(symbol_sequence); }

 private:
  const SymbolMarket& market_;
  std::int64_t period_ns_;
  DepthAccumulator pending_;
  std::vector<DepthFold::Change> changes_;
};

class EntryDepthStream final : public Stream {
 public:
  EntryDepthStream(const SymbolMarket& market, const StreamTopic& topic, StreamContext& context);

  void OnEntry(const MarketEntry& entry) override;
  void OnUnseen(std::uint64_t symbol_sequence) override { last_update_id_ = symbol_sequence; }

 private:
  const SymbolMarket& market_;
  std::uint64_t last_update_id_;
};

}  // namespace lockstep
