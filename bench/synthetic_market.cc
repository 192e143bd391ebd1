#include "bench/synthetic_market.h"

#include <algorithm>

#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/BookUpdate.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

constexpr std::int64_t kMiddle = 10'000'000;
constexpr std::int64_t kTouchLevels = 20;
constexpr std::int64_t kEntryNs = 3'000;  // engine time from one entry to the next

// `data_bytes` of variable data are left zero, which is empty text.
template <class Codec, class Fill>
void WriteEvent(EventRing& ring, std::size_t data_bytes, Fill&& fill) {
  const std::size_t bytes = kMessageHeaderBytes + Codec::sbeBlockLength() + data_bytes;
  std::byte* at = ring.Claim(bytes);
  std::fill(at, at + bytes, std::byte{0});
  auto codec = Encode<Codec>(at, bytes);
  fill(codec);
  ring.Commit(bytes);
}

}  // namespace

void SyntheticMarket::WriteDefinition() {
  ++symbol_sequence_;
  ++events_;
  WriteEvent<sbe::SymbolDefinition>(ring_, 0, [&](sbe::SymbolDefinition& definition) {
    definition.header().symbol(symbol_.value()).symbolSequence(symbol_sequence_);
    definition.symbol(symbol_.value()).priceScale(2).quantityScale(5).putName("BTCUSDT");
  });
}

void SyntheticMarket::WriteReport() {
  ++events_;
  WriteEvent<sbe::ExecutionReport>(ring_, 2, [&](sbe::ExecutionReport& report) {
    report.header().symbol(symbol_.value()).symbolSequence(symbol_sequence_).account(1);
    report.orderId(order_id_).execType(sbe::ExecType::NEW);
  });
}

void SyntheticMarket::WriteChange(std::uint8_t action, const Order& before, const Order& after) {
  ++symbol_sequence_;
  ++events_;
  WriteEvent<sbe::BookUpdate>(ring_, 0, [&](sbe::BookUpdate& update) {
    update.header().symbol(symbol_.value()).symbolSequence(symbol_sequence_);
    update.orderId(after.order_id)
        .price(after.price_ticks)
        .quantity(after.quantity_lots)
        .oldPrice(before.price_ticks)
        .oldQuantity(before.quantity_lots)
        .side(after.buy ? sbe::Side::BUY : sbe::Side::SELL)
        .action(static_cast<sbe::BookAction::Value>(action));
  });
}

void SyntheticMarket::WriteTrade(const Order& maker, std::int64_t quantity_lots) {
  ++symbol_sequence_;
  ++trade_id_;
  ++events_;
  WriteEvent<sbe::Trade>(ring_, 0, [&](sbe::Trade& trade) {
    trade.header()
        .symbol(symbol_.value())
        .symbolSequence(symbol_sequence_)
        .position(position_ + 1)
        .timestampNs(time_ns_);
    trade.tradeId(trade_id_)
        .aggregateTradeId(trade_id_)
        .takerOrderId(order_id_)
        .makerOrderId(maker.order_id)
        .price(maker.price_ticks)
        .quantity(quantity_lots)
        .makerLeavesQuantity(maker.quantity_lots)
        .takerSide(maker.buy ? sbe::Side::SELL : sbe::Side::BUY);
  });
}

void SyntheticMarket::AddOrder(std::int64_t levels) {
  const bool buy = random_() % 2 == 0;
  const auto distance =
      1 + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(levels));
  const Order order{.order_id = ++order_id_,
                    .price_ticks = buy ? kMiddle - distance : kMiddle + distance,
                    .quantity_lots = 1 + static_cast<std::int64_t>(random_() % 1'000),
                    .buy = buy};
  open_.push_back(order);
  WriteReport();
  WriteChange(sbe::BookAction::ADD, Order{}, order);
}

void SyntheticMarket::Forget(std::size_t at) {
  open_[at] = open_.back();
  open_.pop_back();
}

void SyntheticMarket::WriteCommand() {
  const std::uint64_t dice = random_() % 100;
  if (dice < 50 || open_.empty()) {
    AddOrder(dice < 45 ? std::min(kTouchLevels, levels_per_side_) : levels_per_side_);
    return;
  }
  // Young orders are the ones that go.
  const std::size_t young = std::min<std::size_t>(open_.size(), 2'000);
  const std::size_t at = open_.size() - 1 - random_() % young;
  Order& order = open_[at];
  const Order before = order;
  if (dice < 90) {
    order.quantity_lots = 0;
    WriteReport();
    WriteChange(sbe::BookAction::REMOVE, before, order);
    Forget(at);
    return;
  }
  if (dice < 92 && order.quantity_lots > 1) {
    order.quantity_lots /= 2;
    WriteReport();
    WriteChange(sbe::BookAction::REDUCE, before, order);
    return;
  }
  ++order_id_;
  const std::int64_t filled = dice < 96 ? order.quantity_lots : (order.quantity_lots + 1) / 2;
  order.quantity_lots -= filled;
  WriteTrade(order, filled);
  WriteReport();
  WriteReport();
  if (order.quantity_lots == 0) {
    Forget(at);
  }
}

void SyntheticMarket::EndBatch() {
  ++position_;
  ++events_;
  WriteEvent<sbe::BatchEnd>(
      ring_, 0, [&](sbe::BatchEnd& end) { end.position(position_).timestampNs(time_ns_); });
  time_ns_ += kEntryNs;
}

}  // namespace lockstep
