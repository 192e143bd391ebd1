#include "testing/model/event_writer.h"

#include <cstring>
#include <string_view>
#include <utility>

#include "base/limits.h"
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

namespace lockstep::model {
namespace {

constexpr std::size_t kFlagsOffset = kMessageHeaderBytes + sbe::EventHeader::flagsEncodingOffset();

std::int64_t Narrow(Wide amount) { return static_cast<std::int64_t>(amount); }

}  // namespace

void EventWriter::BeginCommand(const CommandContext& context) {
  context_ = context;
  next_index_ = 0;
}

void EventWriter::EndCommand() {
  if (next_index_ == 0) {
    return;
  }
  std::uint16_t flags = 0;
  std::memcpy(&flags, events_.back().data() + kFlagsOffset, sizeof(flags));
  flags |= kEventLastOfCommand;
  std::memcpy(events_.back().data() + kFlagsOffset, &flags, sizeof(flags));
}

std::vector<Message> EventWriter::Take() { return std::exchange(events_, {}); }

template <class Codec>
void EventWriter::Header(Codec& codec, const EventPlace& place, bool image) {
  codec.header()
      .position(context_.position)
      .timestampNs(context_.now_ns)
      .account(place.account)
      .symbolSequence(place.symbol_sequence)
      .symbol(place.symbol)
      .eventIndex(next_index_++)
      .commandIndex(context_.command_index)
      .flags(image ? kEventImage : std::uint16_t{0})
      .reserved(0);
}

// Only events of the account that sent the command, and answers to an administrator, name the
// request.
template <class Codec>
void EventWriter::Reply(Codec& codec, const EventPlace& place) {
  codec.reply().privateSequence(place.private_sequence);
  const bool maker_of_another_account =
      Codec::sbeTemplateId() == sbe::ExecutionReport::sbeTemplateId() &&
      place.account != context_.account;
  if (maker_of_another_account) {
    return;
  }
  codec.reply()
      .originSession(context_.session)
      .originNode(context_.node)
      .requestIdHigh(context_.request_high)
      .requestIdLow(context_.request_low)
      .receivedNs(context_.received_ns);
}

template <class Codec>
void EventWriter::Add(const std::byte* bytes, Codec& codec) {
  events_.emplace_back(bytes, bytes + kMessageHeaderBytes + codec.encodedLength());
}

void EventWriter::Report(const EventPlace& place, const Order& order,
                         const ReportDetails& details) {
  std::byte bytes[limits::kMaxEventBytes] = {};
  auto event = Encode<sbe::ExecutionReport>(bytes, sizeof(bytes));
  Header(event, place);
  Reply(event, place);
  event.orderId(order.id)
      .executionId(details.execution_id)
      .tradeId(details.trade_id)
      .counterOrderId(details.counter_order_id)
      .price(order.price)
      .quantity(order.quantity)
      .quoteQuantity(order.quote_quantity)
      .leavesQuantity(details.leaves)
      .cumulativeQuantity(order.cumulative_quantity)
      .cumulativeQuote(order.cumulative_quote)
      .preventedQuantity(order.prevented)
      .lastPrice(details.last_price)
      .lastQuantity(details.last_quantity)
      .lastQuote(details.last_quote)
      .fee(details.fee)
      .baseFree(Narrow(details.base.free))
      .baseLocked(Narrow(details.base.locked))
      .quoteFree(Narrow(details.quote.free))
      .quoteLocked(Narrow(details.quote.locked))
      .createdNs(order.created_ns)
      .feeAsset(details.fee_asset)
      .execType(details.exec_type)
      .orderStatus(details.status)
      .side(order.side)
      .orderType(order.type)
      .timeInForce(order.time_in_force)
      .selfTradePrevention(order.stp)
      .liquidity(details.liquidity)
      .endReason(details.end_reason);
  event.putClientOrderId(std::string_view(order.client_order_id))
      .putRequestClientOrderId(std::string_view(details.request_client_order_id));
  Add(bytes, event);
}

void EventWriter::Reject(const EventPlace& place, Reason reason, std::uint64_t order_id) {
  std::byte bytes[limits::kMaxEventBytes] = {};
  auto event = Encode<sbe::Reject>(bytes, sizeof(bytes));
  Header(event, place);
  Reply(event, place);
  event.orderId(order_id).commandTemplateId(context_.template_id).reason(reason);
  event.putClientOrderId(std::string_view(context_.client_order_id));
  Add(bytes, event);
}

void EventWriter::Trade(const EventPlace& place, const TradeDetails& details) {
  std::byte bytes[limits::kMaxEventBytes] = {};
  auto event = Encode<sbe::Trade>(bytes, sizeof(bytes));
  Header(event, place);
  event.tradeId(details.trade_id)
      .aggregateTradeId(details.aggregate_trade_id)
      .takerOrderId(details.taker_order_id)
      .makerOrderId(details.maker_order_id)
      .price(details.price)
      .quantity(details.quantity)
      .makerLeavesQuantity(details.maker_leaves)
      .takerSide(details.taker_side);
  Add(bytes, event);
}

void EventWriter::Book(const EventPlace& place, const BookChange& change, bool image) {
  std::byte bytes[limits::kMaxEventBytes] = {};
  auto event = Encode<sbe::BookUpdate>(bytes, sizeof(bytes));
  Header(event, place, image);
  event.orderId(change.order_id)
      .price(change.price)
      .quantity(change.quantity)
      .oldPrice(change.old_price)
      .oldQuantity(change.old_quantity)
      .side(change.side)
      .action(change.action);
  Add(bytes, event);
}

void EventWriter::BalanceUpdate(const EventPlace& place, const BalanceChange& change) {
  std::byte bytes[limits::kMaxEventBytes] = {};
  auto event = Encode<sbe::BalanceUpdate>(bytes, sizeof(bytes));
  Header(event, place);
  Reply(event, place);
  event.source(change.source)
      .number(change.number)
      .change(change.change)
      .free(Narrow(change.after.free))
      .locked(Narrow(change.after.locked))
      .asset(change.asset)
      .alreadyApplied(change.already_applied ? 1 : 0);
  Add(bytes, event);
}

void EventWriter::CancelAllReport(const EventPlace& place, std::uint64_t count) {
  std::byte bytes[limits::kMaxEventBytes] = {};
  auto event = Encode<sbe::CancelAllReport>(bytes, sizeof(bytes));
  Header(event, place);
  Reply(event, place);
  event.cancelledCount(count);
  Add(bytes, event);
}

void EventWriter::Replayed(const EventPlace& place, const RememberedRequest& request) {
  std::byte bytes[limits::kMaxEventBytes] = {};
  auto event = Encode<sbe::RequestReplayed>(bytes, sizeof(bytes));
  Header(event, place);
  Reply(event, place);
  event.firstPosition(request.position)
      .orderId(request.outcome.order_id)
      .cumulativeQuantity(request.outcome.cumulative_quantity)
      .cumulativeQuote(request.outcome.cumulative_quote)
      .firstCommandIndex(request.command_index)
      .commandTemplateId(request.template_id)
      .reason(request.outcome.reason)
      .orderStatus(request.outcome.status)
      .cancelReason(static_cast<std::uint8_t>(request.outcome.cancel_reason));
  Add(bytes, event);
}

void EventWriter::AssetDefinition(const EventPlace& place, std::uint32_t id, const Asset& asset,
                                  bool image) {
  std::byte bytes[limits::kMaxEventBytes] = {};
  auto event = Encode<sbe::AssetDefinition>(bytes, sizeof(bytes));
  Header(event, place, image);
  if (!image) {
    Reply(event, place);
  }
  event.asset(id).scale(static_cast<std::uint8_t>(asset.scale)).putName(asset.name);
  Add(bytes, event);
}

void EventWriter::SymbolDefinition(const EventPlace& place, const Symbol& symbol, bool image) {
  std::byte bytes[limits::kMaxEventBytes] = {};
  auto event = Encode<sbe::SymbolDefinition>(bytes, sizeof(bytes));
  Header(event, place, image);
  if (!image) {
    Reply(event, place);
  }
  event.symbol(symbol.id)
      .baseAsset(symbol.base_asset)
      .quoteAsset(symbol.quote_asset)
      .makerFeePpm(symbol.maker_fee_ppm)
      .takerFeePpm(symbol.taker_fee_ppm)
      .priceScale(static_cast<std::uint8_t>(symbol.price_scale))
      .quantityScale(static_cast<std::uint8_t>(symbol.quantity_scale))
      .status(symbol.status)
      .putName(symbol.name);
  const Filters& filters = symbol.filters;
  event.filters()
      .minPrice(filters.min_price)
      .maxPrice(filters.max_price)
      .tickMultiple(filters.tick_multiple)
      .minQuantity(filters.min_quantity)
      .maxQuantity(filters.max_quantity)
      .lotMultiple(filters.lot_multiple)
      .minNotional(filters.min_notional)
      .maxNotional(filters.max_notional)
      .bidMultiplierUpPpm(filters.bid_up_ppm)
      .bidMultiplierDownPpm(filters.bid_down_ppm)
      .askMultiplierUpPpm(filters.ask_up_ppm)
      .askMultiplierDownPpm(filters.ask_down_ppm)
      .maxOpenOrders(filters.max_open_orders);
  Add(bytes, event);
}

void EventWriter::AccountDefinition(const EventPlace& place, std::uint64_t id,
                                    AccountStatus status) {
  std::byte bytes[limits::kMaxEventBytes] = {};
  auto event = Encode<sbe::AccountDefinition>(bytes, sizeof(bytes));
  Header(event, place);
  Reply(event, place);
  event.targetAccount(id).status(status);
  Add(bytes, event);
}

void EventWriter::BalanceRow(const EventPlace& place, std::uint32_t asset, const Balance& balance) {
  std::byte bytes[limits::kMaxEventBytes] = {};
  auto event = Encode<sbe::BalanceRow>(bytes, sizeof(bytes));
  Header(event, place);
  Reply(event, place);
  event.free(Narrow(balance.free)).locked(Narrow(balance.locked)).asset(asset);
  Add(bytes, event);
}

void EventWriter::QueryEnd(const EventPlace& place, std::uint8_t kind, std::uint32_t rows,
                           bool more, Reason reason) {
  std::byte bytes[limits::kMaxEventBytes] = {};
  auto event = Encode<sbe::QueryEnd>(bytes, sizeof(bytes));
  Header(event, place);
  Reply(event, place);
  event.rows(rows).more(more ? 1 : 0).kind(kind).reason(reason);
  Add(bytes, event);
}

}  // namespace lockstep::model
