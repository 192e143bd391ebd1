#include "history/stored_market.h"

#include <cstddef>
#include <utility>

#include "history/candle_rows.h"
#include "history/keys.h"
#include "history/records.h"

namespace lockstep {
namespace {

constexpr std::int64_t kDayNs = 86'400'000'000'000;
constexpr std::size_t kSymbolOffset = 1;
constexpr std::size_t kTradeOffset = kSymbolOffset + 4;

// The candle of `interval` that the newest trade lies in, as far as it has been traded.
Status ReadCurrent(const HistoryStore& store, SymbolId symbol, CandleInterval interval,
                   std::int64_t trade_ns, Candle& current) {
  current.open_ns = CandleOpenNs(interval, trade_ns);
  CandleRows rows(store, symbol, BaseIntervalOf(interval));
  for (bool more = rows.Seek(current.open_ns); more; more = rows.Next()) {
    current.Merge(rows.candle());
  }
  return rows.status();
}

Status ReadSeed(const HistoryStore& store, StoredMarket& seed) {
  const std::int64_t trade_ns = seed.last_trade.time_ns;
  for (std::size_t i = 0; i < seed.current.size(); ++i) {
    Status status =
        ReadCurrent(store, seed.symbol, static_cast<CandleInterval>(i), trade_ns, seed.current[i]);
    if (!status.ok()) {
      return status;
    }
  }
  CandleRows minutes(store, seed.symbol, CandleInterval::k1m);
  const std::int64_t first_ns =
      trade_ns < kDayNs ? 0 : CandleOpenNs(CandleInterval::k1m, trade_ns - kDayNs);
  for (bool more = minutes.Seek(first_ns); more; more = minutes.Next()) {
    seed.minutes.push_back(minutes.candle());
  }
  return minutes.status();
}

}  // namespace

Result<std::vector<StoredMarket>> LoadStoredMarkets(const HistoryStore& store) {
  std::vector<StoredMarket> seeds;
  HistoryCursor cursor(store, HistoryKey(HistoryTable::kTrades));
  // From symbol to symbol: the last trade before the place where the next symbol's would begin.
  bool more = cursor.SeekToFirst();
  while (more) {
    StoredMarket seed;
    seed.symbol = SymbolId(KeyNumber32(cursor.key(), kSymbolOffset));
    const HistoryKey last = HistoryKey::OfTrade(seed.symbol, TradeId(UINT64_MAX));
    if (!cursor.SeekForPrev(last)) {
      break;
    }
    seed.last_trade.trade_id = TradeId(KeyNumber64(cursor.key(), kTradeOffset));
    Status status = DecodeTrade(cursor.value(), seed.last_trade);
    if (status.ok()) {
      status = ReadSeed(store, seed);
    }
    if (!status.ok()) {
      return std::unexpected(status);
    }
    seeds.push_back(std::move(seed));
    more = cursor.Seek(last);
  }
  if (Status status = cursor.status(); !status.ok()) {
    return std::unexpected(status);
  }
  return seeds;
}

}  // namespace lockstep
