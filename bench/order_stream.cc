#include "bench/order_stream.h"

#include <fmt/format.h>

#include <string>

#include "base/limits.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

constexpr std::size_t kOpenOrders = 2'000;
constexpr std::int64_t kPriceTicks = 10'000'000;
constexpr std::int64_t kLots = 100;

}  // namespace

void OrderStream::WriteEntry(int orders) {
  position_ += std::int64_t{100} * orders;
  for (int i = 0; i < orders; ++i) {
    WriteOrder();
  }
  WriteBatchEnd();
}

void OrderStream::WriteOrder() {
  now_ns_ += kStepNs;
  const auto symbol = static_cast<std::uint32_t>(1 + random_() % kSymbols);
  const Order order{.id = ++order_id_[symbol],
                    .account = 1 + random_() % kAccounts,
                    .symbol = symbol,
                    .buy = random_() % 2 == 0};
  WriteReport(order, sbe::ExecType::NEW, sbe::OrderStatus::NEW, false);
  if (open_.size() < kOpenOrders) {
    open_.push_back(order);
    return;
  }
  const Order oldest = open_.front();
  open_.pop_front();
  if (oldest.symbol == order.symbol && random_() % 2 == 0) {
    WriteTrade(oldest, order);
    return;
  }
  WriteReport(oldest, sbe::ExecType::CANCELED, sbe::OrderStatus::CANCELED, false);
  open_.push_back(order);
}

void OrderStream::WriteTrade(const Order& maker, const Order& taker) {
  const std::uint64_t trade_id = ++trade_id_[taker.symbol];
  constexpr std::size_t kBytes = kMessageHeaderBytes + sbe::Trade::sbeBlockLength();
  auto trade = Encode<sbe::Trade>(ring_.Claim(kBytes), kBytes);
  trade.header().position(position_).timestampNs(now_ns_).symbol(taker.symbol).account(0);
  trade.tradeId(trade_id)
      .aggregateTradeId(trade_id)
      .price(kPriceTicks + static_cast<std::int64_t>(trade_id % 1'000))
      .quantity(kLots)
      .takerSide(taker.buy ? sbe::Side::BUY : sbe::Side::SELL);
  ring_.Commit(kBytes);
  WriteReport(maker, sbe::ExecType::TRADE, sbe::OrderStatus::FILLED, true);
  WriteReport(taker, sbe::ExecType::TRADE, sbe::OrderStatus::FILLED, false);
  fills_ += 2;
}

void OrderStream::WriteReport(const Order& order, sbe::ExecType::Value type,
                              sbe::OrderStatus::Value status, bool is_maker) {
  const bool is_trade = type == sbe::ExecType::TRADE;
  const std::string client_id = fmt::format("web_{:016x}", order.id * 0x9e37'79b9'7f4a'7c15U);
  std::byte* at = ring_.Claim(limits::kMaxEventBytes);
  auto report = Encode<sbe::ExecutionReport>(at, limits::kMaxEventBytes);
  report.header()
      .position(position_)
      .timestampNs(now_ns_)
      .account(order.account)
      .symbol(order.symbol)
      .commandIndex(0);
  report.orderId(order.id)
      .tradeId(is_trade ? trade_id_[order.symbol] : 0)
      .price(kPriceTicks)
      .quantity(kLots)
      .quoteQuantity(0)
      .leavesQuantity(type == sbe::ExecType::NEW ? kLots : 0)
      .cumulativeQuantity(is_trade ? kLots : 0)
      .cumulativeQuote(is_trade ? kLots * kPriceTicks : 0)
      .preventedQuantity(0)
      .lastPrice(is_trade ? kPriceTicks : 0)
      .lastQuantity(is_trade ? kLots : 0)
      .lastQuote(is_trade ? kLots * kPriceTicks : 0)
      .fee(is_trade ? 10 : 0)
      .createdNs(OrderStream::kFirstNs + static_cast<std::int64_t>(order.id) * kSymbols * kStepNs)
      .feeAsset(order.buy ? 1 : 2)
      .execType(type)
      .orderStatus(status)
      .side(order.buy ? sbe::Side::BUY : sbe::Side::SELL)
      .orderType(sbe::OrderType::LIMIT)
      .timeInForce(sbe::TimeInForce::GTC)
      .selfTradePrevention(sbe::SelfTradePrevention::NONE)
      .liquidity(is_maker ? sbe::Liquidity::MAKER : sbe::Liquidity::TAKER)
      .endReason(type == sbe::ExecType::CANCELED ? sbe::EndReason::CANCEL : sbe::EndReason::NONE);
  report.putClientOrderId(client_id);
  report.putRequestClientOrderId(std::string());
  ring_.Commit(kMessageHeaderBytes + report.encodedLength());
}

void OrderStream::WriteBatchEnd() {
  constexpr std::size_t kBytes = kMessageHeaderBytes + sbe::BatchEnd::sbeBlockLength();
  auto end = Encode<sbe::BatchEnd>(ring_.Claim(kBytes), kBytes);
  end.position(position_).timestampNs(now_ns_).replaying(0);
  ring_.Commit(kBytes);
  ring_.Publish();
}

}  // namespace lockstep
