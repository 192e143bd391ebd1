#include "market_data/streams/symbol_streams.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "lockstep_sbe/Trade.h"
#include "market_data/depth_fold.h"
#include "market_data/feed_messages.h"
#include "market_data/streams/market_seed.h"
#include "market_data/streams/stream.h"
#include "market_data/streams/symbol_market.h"
#include "protocol/entry.h"

namespace lockstep {

void SymbolStreams::Seed(std::int64_t position, const SymbolSeed* seed) {
  seed_position_ = position;
  if (seed != nullptr) {
    market_.Seed(*seed);
  }
}

void SymbolStreams::OnImage(std::uint64_t symbol_sequence) {
  trades_.clear();
  for (Stream* stream : streams_) {
    stream->OnUnseen(symbol_sequence);
  }
}

void SymbolStreams::OnTrade(std::span<const std::byte> message) {
  auto trade = Decode<sbe::Trade>(message);
  const TradeTick tick{.trade_id = trade.tradeId(),
                       .aggregate_trade_id = trade.aggregateTradeId(),
                       .price_ticks = trade.price(),
                       .quantity_lots = trade.quantity(),
                       .time_ns = trade.header().timestampNs(),
                       .taker_is_buyer = trade.takerSide() == sbe::Side::BUY};
  if (trade.header().position() > seed_position_) {
    if (market_.NeedsRoll(tick.time_ns)) {
      for (Stream* stream : streams_) {
        stream->OnNextSecond(tick.time_ns);
      }
      market_.RollTo(tick.time_ns);
    }
    market_.Add(tick);
  }
  if (!streams_.empty()) {
    trades_.push_back(tick);
  }
}

void SymbolStreams::OnEntry(const FeedStamp& stamp, std::span<const DepthFold::Change> changes) {
  const MarketEntry entry{
      .timestamp_ns = stamp.timestamp_ns, .trades = trades_, .changes = changes};
  for (Stream* stream : streams_) {
    stream->OnEntry(entry);
  }
  trades_.clear();
}

}  // namespace lockstep
