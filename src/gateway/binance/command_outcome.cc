#include "gateway/binance/command_outcome.h"

#include <utility>

#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/RequestReplayed.h"
#include "protocol/entry.h"

namespace lockstep {

StoredOrder OrderOf(sbe::ExecutionReport& report) {
  auto& header = report.header();
  StoredOrder order;
  order.account = AccountId(header.account());
  order.symbol = SymbolId(header.symbol());
  order.order_id = OrderId(report.orderId());
  order.side = report.side();
  order.type = report.orderType();
  order.time_in_force = report.timeInForce();
  order.self_trade_prevention = report.selfTradePrevention();
  order.status = report.orderStatus();
  order.end_reason = report.endReason();
  order.price = report.price();
  order.quantity = report.quantity();
  order.quote_quantity = report.quoteQuantity();
  order.leaves_quantity = report.leavesQuantity();
  order.cumulative_quantity = report.cumulativeQuantity();
  order.cumulative_quote = report.cumulativeQuote();
  order.prevented_quantity = report.preventedQuantity();
  order.created_ns = report.createdNs();
  order.updated_ns = header.timestampNs();
  order.is_open =
      order.status == sbe::OrderStatus::NEW || order.status == sbe::OrderStatus::PARTIALLY_FILLED;
  // Data fields are read in the order in which they stand.
  order.client_order_id = report.getClientOrderIdAsStringView();
  order.cancel_client_order_id = report.getRequestClientOrderIdAsStringView();
  return order;
}

StoredFill FillOf(sbe::ExecutionReport& report) {
  auto& header = report.header();
  return {.account = AccountId(header.account()),
          .symbol = SymbolId(header.symbol()),
          .order_id = OrderId(report.orderId()),
          .trade_id = TradeId(report.tradeId()),
          .price = report.lastPrice(),
          .quantity = report.lastQuantity(),
          .quote = report.lastQuote(),
          .fee = report.fee(),
          .fee_asset = AssetId(report.feeAsset()),
          .is_buyer = report.side() == sbe::Side::BUY,
          .is_maker = report.liquidity() == sbe::Liquidity::MAKER,
          .time_ns = header.timestampNs(),
          .position = header.position(),
          .command_index = header.commandIndex()};
}

void CommandOutcome::AddReport(sbe::ExecutionReport& report) {
  StoredOrder order = OrderOf(report);
  switch (report.execType()) {
    case sbe::ExecType::NEW:
      placed = std::move(order);
      return;
    case sbe::ExecType::CANCELED:
      cancelled.push_back(std::move(order));
      return;
    case sbe::ExecType::REPLACED:
      amended = std::move(order);
      execution_id = report.executionId();
      return;
    default:
      break;
  }
  // A maker of the same account, met by this order, has reports with the same request id.
  if (!placed || placed->order_id != order.order_id) {
    return;
  }
  if (report.execType() == sbe::ExecType::TRADE) {
    fills.push_back(FillOf(report));
  }
  placed = std::move(order);
}

void CommandOutcome::Add(std::uint16_t template_id, std::span<const std::byte> message) {
  if (template_id == sbe::ExecutionReport::sbeTemplateId()) {
    auto report = Decode<sbe::ExecutionReport>(message);
    AddReport(report);
  } else if (template_id == sbe::Reject::sbeTemplateId()) {
    rejects.push_back(Decode<sbe::Reject>(message).reason());
  } else if (template_id == sbe::RequestReplayed::sbeTemplateId()) {
    auto event = Decode<sbe::RequestReplayed>(message);
    replayed = {.first_position = event.firstPosition(),
                .first_command_index = event.firstCommandIndex(),
                .command_template_id = event.commandTemplateId(),
                .order_id = OrderId(event.orderId()),
                .cumulative_quantity = event.cumulativeQuantity(),
                .cumulative_quote = event.cumulativeQuote(),
                .reason = event.reason(),
                .status = event.orderStatus(),
                .cancel_reason = static_cast<sbe::RejectReason::Value>(event.cancelReason())};
  }
}

}  // namespace lockstep
