#include "market_data/streams/stream.h"

#include <memory>

#include "base/assert.h"
#include "market_data/streams/book_streams.h"
#include "market_data/streams/diff_depth_streams.h"
#include "market_data/streams/kline_stream.h"
#include "market_data/streams/stream_name.h"
#include "market_data/streams/stream_outbox.h"
#include "market_data/streams/symbol_market.h"
#include "market_data/streams/ticker_streams.h"
#include "market_data/streams/trade_streams.h"

namespace lockstep {

std::unique_ptr<Stream> MakeSymbolStream(const StreamKey& key, SymbolMarket& market,
                                         const StreamTopic& topic, StreamContext& context) {
  switch (key.kind) {
    case StreamKind::kTrade:
      return std::make_unique<TradeStream>(market, topic, context);
    case StreamKind::kAggregateTrade:
      return std::make_unique<AggregateTradeStream>(market, topic, context);
    case StreamKind::kDiffDepth:
      if (key.period_ns == 0) {
        return std::make_unique<EntryDepthStream>(market, topic, context);
      }
      return std::make_unique<DiffDepthStream>(market, key.period_ns, topic, context);
    case StreamKind::kPartialDepth:
      return std::make_unique<PartialDepthStream>(market, key, topic, context);
    case StreamKind::kBookTicker:
      return std::make_unique<BookTickerStream>(market, topic, context);
    case StreamKind::kKline:
      return std::make_unique<KlineStream>(market, key, topic, context);
    case StreamKind::kTicker:
      return std::make_unique<TickerStream>(market, key.period_ns, topic, context);
    case StreamKind::kMiniTicker:
      return std::make_unique<MiniTickerStream>(market, key.period_ns, topic, context);
    case StreamKind::kAveragePrice:
      return std::make_unique<AveragePriceStream>(market, key.period_ns, topic, context);
    case StreamKind::kAllMiniTickers:
      break;
  }
  LOCKSTEP_ASSERT(false && "a stream of all symbols belongs to none");
  return nullptr;
}

}  // namespace lockstep
