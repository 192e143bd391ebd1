#include "engine/event_writer.h"

#include <cstring>

#include "lockstep_sbe/AccountDefinition.h"
#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/BalanceRow.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/BookUpdate.h"
#include "lockstep_sbe/CancelAllReport.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/RequestReplayed.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/commands.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

// The fixed block with its message header, and room for `data_fields` client order ids.
template <class Codec>
constexpr std::size_t SpaceFor(int data_fields) {
  return kMessageHeaderBytes + Codec::sbeBlockLength() +
         static_cast<std::size_t>(data_fields) * (1 + limits::kMaxClientOrderIdBytes);
}
static_assert(SpaceFor<sbe::ExecutionReport>(2) <= limits::kMaxEventBytes);

template <class Codec>
constexpr int DataFields() {
  return 0;
}
template <>
constexpr int DataFields<sbe::ExecutionReport>() {
  return 2;
}
template <>
constexpr int DataFields<sbe::Reject>() {
  return 1;
}

// Appends a varString. Most are empty, which is one byte.
template <class Codec>
void PutText(Codec& codec, std::string_view text) {
  const std::uint64_t at = codec.sbePosition();
  codec.sbePosition(at + 1 + text.size());
  char* const to = codec.buffer() + at;
  *to = static_cast<char>(text.size());
  if (!text.empty()) {
    std::memcpy(to + 1, text.data(), text.size());
  }
}

}  // namespace

template <class Codec>
Codec EventWriter::Begin(std::uint64_t account, std::uint32_t symbol_id,
                         std::uint64_t symbol_sequence) {
  constexpr std::size_t kSpace = SpaceFor<Codec>(DataFields<Codec>());
  last_event_ = sink_->Claim(kSpace);
  Codec codec = Encode<Codec>(last_event_, kSpace);
  // All that is read stands before what is written: the event might, for all that the compiler
  // knows, lie over it, and neighbouring fields are then not moved together.
  const std::int64_t position = position_;
  const std::int64_t now_ns = now_ns_;
  const std::uint32_t event_index = event_index_++;
  const std::uint16_t command_index = command_index_;
  const std::uint16_t flags = flags_;
  codec.header()
      .position(position)
      .timestampNs(now_ns)
      .account(account)
      .symbolSequence(symbol_sequence)
      .symbol(symbol_id)
      .eventIndex(event_index)
      .commandIndex(command_index)
      .flags(flags)
      .reserved(0);
  return codec;
}

template <class Codec>
void EventWriter::FillReply(Codec& codec, std::uint64_t private_sequence, bool own) {
  const CommandContext context = own ? *context_ : CommandContext{};
  codec.reply()
      .privateSequence(private_sequence)
      .originSession(context.origin_session)
      .requestIdHigh(context.request_id_high)
      .requestIdLow(context.request_id_low)
      .receivedNs(context.received_ns)
      .matchedNs(0)
      .sentNs(0)
      .originNode(context.origin_node)
      .reserved16(0)
      .reserved32(0);
}

template <class Codec>
void EventWriter::Commit(Codec& codec) {
  sink_->Commit(kMessageHeaderBytes + codec.encodedLength());
}

void EventWriter::EndCommand() {
  if (last_event_ != nullptr) {
    sbe::EventHeader header;
    header.wrap(SbeBuffer(last_event_), kMessageHeaderBytes, sbe::Trade::sbeSchemaVersion(),
                limits::kMaxEventBytes);
    header.flags(static_cast<std::uint16_t>(flags_ | kEventLastOfCommand));
    last_event_ = nullptr;
  }
}

void EventWriter::BeginImage(std::int64_t position, std::int64_t now_ns,
                             const CommandContext& context) {
  BeginCommand(position, 0, now_ns, context);
  flags_ = kEventImage;
}

void EventWriter::WriteExecution(const Symbol& symbol, const Order& order, const OrderOwner& owner,
                                 const OrderReport& report) {
  const Balance base = *owner.base;
  const Balance quote = *owner.quote;
  auto event = Begin<sbe::ExecutionReport>(owner.account, symbol.record.id, symbol.record.sequence);
  FillReply(event, owner.private_sequence, owner.account == context_->account);
  event.orderId(order.id)
      .executionId(owner.execution_id)
      .tradeId(report.trade_id)
      .counterOrderId(report.counter_order_id)
      .price(order.price_ticks)
      .quantity(order.quantity_lots)
      .quoteQuantity(report.quote_quantity)
      .leavesQuantity(report.ended || order.quantity_lots == 0 ? 0 : order.leaves_lots)
      .cumulativeQuantity(order.CumulativeLots())
      .cumulativeQuote(order.cumulative_quote)
      .preventedQuantity(order.prevented_lots)
      .lastPrice(report.last_price_ticks)
      .lastQuantity(report.last_lots)
      .lastQuote(report.last_quote)
      .fee(report.fee)
      .baseFree(base.free)
      .baseLocked(base.locked)
      .quoteFree(quote.free)
      .quoteLocked(quote.locked)
      .createdNs(order.created_ns)
      .feeAsset(report.fee_asset)
      .execType(report.type)
      .orderStatus(report.status)
      .side(static_cast<sbe::Side::Value>(order.side))
      .orderType(static_cast<sbe::OrderType::Value>(order.type))
      .timeInForce(static_cast<sbe::TimeInForce::Value>(order.time_in_force))
      .selfTradePrevention(
          static_cast<sbe::SelfTradePrevention::Value>(order.self_trade_prevention))
      .liquidity(static_cast<sbe::Liquidity::Value>(report.liquidity))
      .endReason(report.end_reason)
      .reserved(0);
  PutText(event, order.ClientId());
  PutText(event, report.request_client_id);
  Commit(event);
}

void EventWriter::WriteTrade(const Symbol& symbol, const TradeInfo& trade) {
  auto event = Begin<sbe::Trade>(0, symbol.record.id, symbol.record.sequence);
  event.tradeId(trade.trade_id)
      .aggregateTradeId(trade.aggregate_trade_id)
      .takerOrderId(trade.taker_order_id)
      .makerOrderId(trade.maker_order_id)
      .price(trade.price_ticks)
      .quantity(trade.lots)
      .makerLeavesQuantity(trade.maker_leaves_lots)
      .takerSide(static_cast<sbe::Side::Value>(trade.taker_side))
      .reserved8(0)
      .reserved16(0)
      .reserved32(0);
  Commit(event);
}

void EventWriter::WriteBookUpdate(const Symbol& symbol, std::uint8_t action, std::uint64_t order_id,
                                  std::uint8_t side, std::int64_t price_ticks, std::int64_t lots,
                                  std::int64_t old_price_ticks, std::int64_t old_lots) {
  auto event = Begin<sbe::BookUpdate>(0, symbol.record.id, symbol.record.sequence);
  event.orderId(order_id)
      .price(price_ticks)
      .quantity(lots)
      .oldPrice(old_price_ticks)
      .oldQuantity(old_lots)
      .side(static_cast<sbe::Side::Value>(side))
      .action(static_cast<sbe::BookAction::Value>(action))
      .reserved16(0)
      .reserved32(0);
  Commit(event);
}

void EventWriter::WriteReject(std::uint64_t symbol_sequence, std::uint16_t reason,
                              std::uint64_t order_id, std::string_view client_id) {
  auto event = Begin<sbe::Reject>(context_->account, context_->symbol_id, symbol_sequence);
  FillReply(event, 0, true);
  event.orderId(order_id)
      .commandTemplateId(context_->template_id)
      .reason(static_cast<sbe::RejectReason::Value>(reason))
      .reserved(0);
  PutText(event, client_id);
  Commit(event);
}

void EventWriter::WriteRequestReplayed(std::uint64_t symbol_sequence, const RequestResult& first) {
  auto event = Begin<sbe::RequestReplayed>(context_->account, context_->symbol_id, symbol_sequence);
  FillReply(event, 0, true);
  event.firstPosition(first.position)
      .orderId(first.order_id)
      .cumulativeQuantity(first.cumulative_lots)
      .cumulativeQuote(first.cumulative_quote)
      .firstCommandIndex(first.command_index)
      .commandTemplateId(context_->template_id)
      .reason(static_cast<sbe::RejectReason::Value>(first.reason))
      .orderStatus(static_cast<sbe::OrderStatus::Value>(first.order_status))
      .cancelReason(first.cancel_reason);
  Commit(event);
}

void EventWriter::WriteCancelAllReport(std::uint64_t symbol_sequence, std::uint64_t count) {
  auto event = Begin<sbe::CancelAllReport>(context_->account, context_->symbol_id, symbol_sequence);
  FillReply(event, 0, true);
  event.cancelledCount(count);
  Commit(event);
}

void EventWriter::WriteBalanceUpdate(std::uint64_t account, std::uint64_t private_sequence,
                                     std::uint64_t source, std::uint64_t number,
                                     std::uint32_t asset_id, std::int64_t change,
                                     const Balance& balance, bool already_applied) {
  auto event = Begin<sbe::BalanceUpdate>(account, 0, 0);
  FillReply(event, private_sequence, true);
  event.source(source)
      .number(number)
      .change(change)
      .free(balance.free)
      .locked(balance.locked)
      .asset(asset_id)
      .alreadyApplied(already_applied ? 1 : 0)
      .reserved8(0)
      .reserved16(0);
  Commit(event);
}

void EventWriter::WriteAssetDefinition(const Asset& asset) {
  auto event = Begin<sbe::AssetDefinition>(context_->account, 0, 0);
  FillReply(event, 0, true);
  event.asset(asset.id).scale(asset.scale).reserved8(0).reserved16(0);
  event.putName(asset.name);
  Commit(event);
}

void EventWriter::WriteSymbolDefinition(const Symbol& symbol, std::uint32_t base_id,
                                        std::uint32_t quote_id) {
  const SymbolRecord& record = symbol.record;
  auto event = Begin<sbe::SymbolDefinition>(context_->account, record.id, record.sequence);
  FillReply(event, 0, true);
  event.symbol(record.id)
      .baseAsset(base_id)
      .quoteAsset(quote_id)
      .makerFeePpm(record.maker_fee_ppm)
      .takerFeePpm(record.taker_fee_ppm)
      .priceScale(record.price_scale)
      .quantityScale(record.quantity_scale)
      .status(static_cast<sbe::TradingStatus::Value>(record.status))
      .reserved8(0);
  event.filters()
      .minPrice(record.filters.min_price_ticks)
      .maxPrice(record.filters.max_price_ticks)
      .tickMultiple(record.filters.tick_multiple)
      .minQuantity(record.filters.min_quantity_lots)
      .maxQuantity(record.filters.max_quantity_lots)
      .lotMultiple(record.filters.lot_multiple)
      .minNotional(record.filters.min_notional)
      .maxNotional(record.filters.max_notional)
      .bidMultiplierUpPpm(record.filters.bid_up_ppm)
      .bidMultiplierDownPpm(record.filters.bid_down_ppm)
      .askMultiplierUpPpm(record.filters.ask_up_ppm)
      .askMultiplierDownPpm(record.filters.ask_down_ppm)
      .maxOpenOrders(record.filters.max_open_orders)
      .reserved(0);
  event.putName(record.name);
  Commit(event);
}

void EventWriter::WriteAccountDefinition(std::uint64_t account, std::uint8_t status) {
  auto event = Begin<sbe::AccountDefinition>(context_->account, 0, 0);
  FillReply(event, 0, true);
  event.targetAccount(account)
      .status(static_cast<sbe::AccountStatus::Value>(status))
      .reserved8(0)
      .reserved16(0)
      .reserved32(0);
  Commit(event);
}

void EventWriter::WriteBalanceRow(std::uint64_t account, std::uint32_t asset_id,
                                  const Balance& balance) {
  auto event = Begin<sbe::BalanceRow>(account, 0, 0);
  FillReply(event, 0, true);
  event.free(balance.free).locked(balance.locked).asset(asset_id).reserved(0);
  Commit(event);
}

void EventWriter::WriteQueryEnd(std::uint64_t symbol_sequence, std::uint32_t rows, bool more,
                                std::uint8_t kind, std::uint16_t reason,
                                std::uint64_t private_sequence, std::uint64_t digest) {
  auto event = Begin<sbe::QueryEnd>(context_->account, context_->symbol_id, symbol_sequence);
  FillReply(event, private_sequence, true);
  event.rows(rows)
      .more(more ? 1 : 0)
      .kind(kind)
      .reason(static_cast<sbe::RejectReason::Value>(reason));
  event.digest(digest);
  Commit(event);
}

}  // namespace lockstep
