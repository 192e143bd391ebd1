// What the last 24 hours come to: <s>@ticker, <s>@miniTicker, !miniTicker@arr; and the last five
// minutes: <s>@avgPrice. Each once in a period in which it changed, by a trade or because old
// trades have left the window; the ticker also when the best prices changed.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "market_data/streams/stream.h"

namespace lockstep {

// Two equal marks of a symbol: its statistics say the same, but for the time.
struct TickerMark {
  std::uint64_t last_trade_id = 0;
  std::uint64_t trade_count = 0;

  TickerMark() = default;
  TickerMark(const SymbolMarket& market, const TickerStatistics& statistics)
      : last_trade_id(market.last().trade_id), trade_count(statistics.trade_count) {}

  friend bool operator==(const TickerMark&, const TickerMark&) = default;
};

class TickerStream final : public Stream {
 public:
  TickerStream(SymbolMarket& market, std::int64_t period_ns, const StreamTopic& topic,
               StreamContext& context);

  void OnEntry(const MarketEntry& entry) override;
  void OnTimer() override;

 private:
  void SendTicker(const TickerStatistics& statistics);

  SymbolMarket& market_;
  std::int64_t period_ns_;
  TickerMark sent_;
  BestPrices sent_best_;
};

class MiniTickerStream final : public Stream {
 public:
  MiniTickerStream(SymbolMarket& market, std::int64_t period_ns, const StreamTopic& topic,
                   StreamContext& context);

  void OnEntry(const MarketEntry& entry) override;
  void OnTimer() override;

 private:
  SymbolMarket& market_;
  std::int64_t period_ns_;
  TickerMark sent_;
};

// An array of those that changed. Belongs to all symbols: OnEntry is told of each one's entries.
class AllMiniTickersStream final : public Stream {
 public:
  // `markets`: all there are, at any time; outlives the stream.
  AllMiniTickersStream(const std::vector<SymbolMarket*>& markets, std::int64_t period_ns,
                       const StreamTopic& topic, StreamContext& context);

  void OnEntry(const MarketEntry& entry) override;
  void OnTimer() override;

 private:
  const std::vector<SymbolMarket*>& markets_;
  std::int64_t period_ns_;
  std::map<const SymbolMarket*, TickerMark> sent_;
};

class AveragePriceStream final : public Stream {
 public:
  AveragePriceStream(SymbolMarket& market, std::int64_t period_ns, const StreamTopic& topic,
                     StreamContext& context);

  void OnEntry(const MarketEntry& entry) override;
  void OnTimer() override;

 private:
  const SymbolMarket& market_;
  std::int64_t period_ns_;
  Int128 sent_price_ = 0;
  std::int64_t sent_trade_ns_ = 0;
};

}  // namespace lockstep
