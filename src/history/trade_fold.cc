#include "history/trade_fold.h"

#include "history/keys.h"
#include "history/records.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/entry.h"

namespace lockstep {

Result<TradeFold::Market*> TradeFold::Of(SymbolId symbol) {
  const auto known = markets_.find(symbol.value());
  if (known != markets_.end()) {
    return &known->second;
  }
  Market market;
  for (std::size_t base = 0; base < kBaseIntervals.size(); ++base) {
    CandleRows rows(store_, symbol, kBaseIntervals[base]);
    if (rows.SeekToLast()) {
      market.candles[base] = rows.candle();
    }
    if (Status status = rows.status(); !status.ok()) {
      return std::unexpected(status);
    }
  }
  return &markets_.emplace(symbol.value(), market).first->second;
}

Status TradeFold::Apply(std::span<const std::byte> message, RowBatch& rows) {
  auto event = Decode<sbe::Trade>(message);
  const SymbolId symbol(event.header().symbol());
  const auto found = Of(symbol);
  if (!found) {
    return found.error();
  }
  Market& market = **found;
  market.changed = true;
  const TradeId trade_id(event.tradeId());
  const StoredTrade trade{.trade_id = trade_id,
                          .aggregate_trade_id = event.aggregateTradeId(),
                          .price = event.price(),
                          .quantity = event.quantity(),
                          .time_ns = event.header().timestampNs(),
                          .taker_is_buyer = event.takerSide() == sbe::Side::BUY};
  EncodeTrade(trade, value_);
  rows.Put(HistoryKey::OfTrade(symbol, trade_id), value_);

  StoredAggregateTrade& aggregate = market.aggregate;
  if (aggregate.aggregate_trade_id != trade.aggregate_trade_id) {
    if (aggregate.aggregate_trade_id != 0) {
      PutAggregate(symbol, aggregate, rows);
    }
    aggregate = {.aggregate_trade_id = trade.aggregate_trade_id,
                 .price = trade.price,
                 .quantity = 0,
                 .first_trade_id = trade_id,
                 .last_trade_id = trade_id,
                 .time_ns = trade.time_ns,
                 .taker_is_buyer = trade.taker_is_buyer};
  }
  aggregate.quantity += trade.quantity;
  aggregate.last_trade_id = trade_id;

  for (std::size_t base = 0; base < kBaseIntervals.size(); ++base) {
    Candle& candle = market.candles[base];
    const std::int64_t open_ns = CandleOpenNs(kBaseIntervals[base], trade.time_ns);
    if (candle.open_ns != open_ns) {
      if (candle.trade_count != 0) {
        PutCandle(symbol, base, candle, rows);
      }
      candle = {.open_ns = open_ns};
    }
    candle.Add(trade.price, trade.quantity, trade.taker_is_buyer, trade_id.value());
  }
  return Status::Ok();
}

void TradeFold::Finish(RowBatch& rows) {
  for (auto& [id, market] : markets_) {
    if (!market.changed) {
      continue;
    }
    const SymbolId symbol(id);
    PutAggregate(symbol, market.aggregate, rows);
    market.aggregate = {};
    for (std::size_t base = 0; base < kBaseIntervals.size(); ++base) {
      PutCandle(symbol, base, market.candles[base], rows);
    }
    market.changed = false;
  }
}

void TradeFold::PutCandle(SymbolId symbol, std::size_t base, const Candle& candle, RowBatch& rows) {
  EncodeCandle(candle, value_);
  rows.Put(HistoryKey::OfCandle(symbol, kBaseIntervals[base], candle.open_ns), value_);
}

void TradeFold::PutAggregate(SymbolId symbol, const StoredAggregateTrade& aggregate,
                             RowBatch& rows) {
  EncodeAggregateTrade(aggregate, value_);
  rows.Put(HistoryKey::OfAggregateTrade(symbol, aggregate.aggregate_trade_id), value_);
}

}  // namespace lockstep
