#include "history/order_fold.h"

#include <string_view>

#include "history/keys.h"
#include "history/records.h"
#include "history/row_batch.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

void PutFill(sbe::ExecutionReport& report, std::string& value, RowBatch& rows) {
  const StoredFill fill{.account = AccountId(report.header().account()),
                        .symbol = SymbolId(report.header().symbol()),
                        .order_id = OrderId(report.orderId()),
                        .trade_id = TradeId(report.tradeId()),
                        .price = report.lastPrice(),
                        .quantity = report.lastQuantity(),
                        .quote = report.lastQuote(),
                        .fee = report.fee(),
                        .fee_asset = AssetId(report.feeAsset()),
                        .is_buyer = report.side() == sbe::Side::BUY,
                        .is_maker = report.liquidity() == sbe::Liquidity::MAKER,
                        .time_ns = report.header().timestampNs(),
                        .position = report.header().position(),
                        .command_index = report.header().commandIndex()};
  EncodeFill(fill, value);
  rows.Put(HistoryKey::OfFill(fill.account, fill.symbol, fill.trade_id, fill.order_id), value);
  rows.Put(HistoryKey::OfFillOfOrder(fill.account, fill.symbol, fill.order_id, fill.trade_id),
           value);
}

// `order`: as the report leaves it.
void PutChange(sbe::ExecutionReport& report, const StoredOrder& order,
               std::string_view request_client_order_id, std::string& value, RowBatch& rows) {
  StoredChange change{.order = order, .execution_id = report.executionId()};
  change.order.cancel_client_order_id = request_client_order_id;
  EncodeChange(change, value);
  const HistoryKey key =
      HistoryKey::OfCommand(order.account, order.symbol, report.header().position(),
                            report.header().commandIndex())
          .Put64(order.order_id.value());
  rows.Put(key, value);
}

}  // namespace

std::size_t OrderFold::KeyHash::operator()(const Key& key) const {
  std::uint64_t hash = key.order_id * 0x9e37'79b9'7f4a'7c15U;
  hash ^= (key.account + (std::uint64_t{key.symbol} << 40U)) * 0xc2b2'ae3d'27d4'eb4fU;
  return hash ^ hash >> 29U;
}

StoredOrder& OrderFold::Of(AccountId account, SymbolId symbol, OrderId order_id) {
  const auto [place, is_new] = places_.try_emplace(
      {.account = account.value(), .order_id = order_id.value(), .symbol = symbol.value()},
      changed_.size());
  if (is_new) {
    StoredOrder& order = changed_.emplace_back();
    order.account = account;
    order.symbol = symbol;
    order.order_id = order_id;
  }
  return changed_[place->second];
}

void OrderFold::Apply(std::span<const std::byte> message, RowBatch& rows) {
  auto report = Decode<sbe::ExecutionReport>(message);
  const sbe::ExecType::Value type = report.execType();
  if (type == sbe::ExecType::TRADE) {
    PutFill(report, value_, rows);
  }
  StoredOrder& order = Of(AccountId(report.header().account()), SymbolId(report.header().symbol()),
                          OrderId(report.orderId()));
  order.side = report.side();
  order.type = report.orderType();
  order.time_in_force = report.timeInForce();
  order.self_trade_prevention = report.selfTradePrevention();
  order.status = report.orderStatus();
  order.is_open = IsOpenStatus(order.status);
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
  // Data fields are read in the order of the schema.
  order.client_order_id = report.getClientOrderIdAsString();
  const std::string_view request_id = report.getRequestClientOrderIdAsStringView();
  order.cancel_client_order_id = type == sbe::ExecType::CANCELED ? request_id : std::string_view();
  if (IsKeptChange(type, report.endReason())) {
    PutChange(report, order, request_id, value_, rows);
  }
  // An order is named when it enters and when an amend renames it. Put at once, since names pass
  // from order to order, and the last one to get it counts.
  if ((type == sbe::ExecType::NEW || type == sbe::ExecType::REPLACED) &&
      !order.client_order_id.empty()) {
    EncodeNumber(order.order_id.value(), value_);
    rows.Put(HistoryKey::OfClientId(order.account, order.symbol, order.client_order_id), value_);
  }
}

void OrderFold::Finish(RowBatch& rows) {
  for (const StoredOrder& order : changed_) {
    EncodeOrder(order, value_);
    rows.Put(
        HistoryKey::OfOrder(HistoryTable::kOrders, order.account, order.symbol, order.order_id),
        value_);
    if (order.is_open == open_.Contains(order.account, order.symbol, order.order_id)) {
      continue;  // also one that came and went since the last Finish
    }
    const HistoryKey open_key =
        HistoryKey::OfOrder(HistoryTable::kOpenOrders, order.account, order.symbol, order.order_id);
    if (order.is_open) {
      rows.Put(open_key, {});
      open_.Add(order.account, order.symbol, order.order_id);
    } else {
      rows.Delete(open_key);
      open_.Remove(order.account, order.symbol, order.order_id);
    }
  }
  changed_.clear();
  places_.clear();
}

}  // namespace lockstep
