#include "testing/history_recording/naive_history.h"

#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/entry.h"

namespace lockstep {

void NaiveHistory::Apply(std::span<const std::byte> event) {
  switch (ReadMessageHeader(event).template_id) {
    case sbe::BatchEnd::sbeTemplateId():
      position_ = Decode<sbe::BatchEnd>(event).position();
      return;
    case sbe::Trade::sbeTemplateId(): {
      auto trade = Decode<sbe::Trade>(event);
      trades_[SymbolId(trade.header().symbol())].push_back(
          {.trade_id = TradeId(trade.tradeId()),
           .aggregate_trade_id = trade.aggregateTradeId(),
           .price = trade.price(),
           .quantity = trade.quantity(),
           .time_ns = trade.header().timestampNs(),
           .taker_is_buyer = trade.takerSide() == sbe::Side::BUY});
      return;
    }
    case sbe::ExecutionReport::sbeTemplateId():
      break;
    default:
      return;
  }
  auto report = Decode<sbe::ExecutionReport>(event);
  if (report.execType() == sbe::ExecType::STATUS) {
    return;
  }
  StoredOrder order;
  order.account = AccountId(report.header().account());
  order.symbol = SymbolId(report.header().symbol());
  order.order_id = OrderId(report.orderId());
  order.side = report.side();
  order.type = report.orderType();
  order.time_in_force = report.timeInForce();
  order.self_trade_prevention = report.selfTradePrevention();
  order.status = report.orderStatus();
  order.is_open =
      order.status == sbe::OrderStatus::NEW || order.status == sbe::OrderStatus::PARTIALLY_FILLED;
  order.end_reason = order.is_open ? sbe::EndReason::NONE : report.endReason();
  order.price = report.price();
  order.quantity = report.quantity();
  order.quote_quantity = report.quoteQuantity();
  order.leaves_quantity = report.leavesQuantity();
  order.cumulative_quantity = report.cumulativeQuantity();
  order.cumulative_quote = report.cumulativeQuote();
  order.prevented_quantity = report.preventedQuantity();
  order.created_ns = report.createdNs();
  order.updated_ns = report.header().timestampNs();
  order.client_order_id = report.getClientOrderIdAsString();
  const std::string request_id = report.getRequestClientOrderIdAsString();
  if (report.execType() == sbe::ExecType::CANCELED) {
    order.cancel_client_order_id = request_id;
  }
  if (report.execType() == sbe::ExecType::TRADE) {
    fills_.push_back({.account = order.account,
                      .symbol = order.symbol,
                      .order_id = order.order_id,
                      .trade_id = TradeId(report.tradeId()),
                      .price = report.lastPrice(),
                      .quantity = report.lastQuantity(),
                      .quote = report.lastQuote(),
                      .fee = report.fee(),
                      .fee_asset = AssetId(report.feeAsset()),
                      .is_buyer = order.side == sbe::Side::BUY,
                      .is_maker = report.liquidity() == sbe::Liquidity::MAKER,
                      .time_ns = order.updated_ns,
                      .position = report.header().position(),
                      .command_index = report.header().commandIndex()});
  }
  orders_[{order.account, order.symbol, order.order_id}] = order;
  if (report.execType() == sbe::ExecType::REPLACED ||
      (report.execType() == sbe::ExecType::CANCELED &&
       report.endReason() != sbe::EndReason::CANCEL)) {
    order.cancel_client_order_id = request_id;
    changes_[{order.account, order.symbol, report.header().position(),
              report.header().commandIndex()}]
        .push_back({.order = order, .execution_id = report.executionId()});
  }
}

std::vector<StoredAggregateTrade> NaiveHistory::AggregateTrades(SymbolId symbol) const {
  std::vector<StoredAggregateTrade> all;
  const auto trades = trades_.find(symbol);
  if (trades == trades_.end()) {
    return all;
  }
  for (const StoredTrade& trade : trades->second) {
    if (all.empty() || all.back().aggregate_trade_id != trade.aggregate_trade_id) {
      all.push_back({.aggregate_trade_id = trade.aggregate_trade_id,
                     .price = trade.price,
                     .quantity = 0,
                     .first_trade_id = trade.trade_id,
                     .last_trade_id = trade.trade_id,
                     .time_ns = trade.time_ns,
                     .taker_is_buyer = trade.taker_is_buyer});
    }
    all.back().quantity += trade.quantity;
    all.back().last_trade_id = trade.trade_id;
  }
  return all;
}

std::vector<Candle> NaiveHistory::Candles(SymbolId symbol, CandleInterval interval,
                                          std::int64_t now_ns) const {
  std::vector<Candle> candles;
  const auto trades = trades_.find(symbol);
  if (trades == trades_.end()) {
    return candles;
  }
  auto trade = trades->second.begin();
  for (std::int64_t open_ns = CandleOpenNs(interval, trade->time_ns); open_ns <= now_ns;
       open_ns = NextCandleOpenNs(interval, open_ns)) {
    Candle candle{.open_ns = open_ns};
    const std::int64_t next_ns = NextCandleOpenNs(interval, open_ns);
    for (; trade != trades->second.end() && trade->time_ns < next_ns; ++trade) {
      candle.Add(trade->price, trade->quantity, trade->taker_is_buyer, trade->trade_id.value());
    }
    if (candle.trade_count == 0) {
      candle.open = candle.high = candle.low = candle.close = candles.back().close;
    }
    candles.push_back(candle);
  }
  return candles;
}

}  // namespace lockstep
