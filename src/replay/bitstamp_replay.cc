#include "replay/bitstamp_replay.h"

#include <string>

#include "replay/line_reader.h"

namespace lockstep {

BitstampReplay::BitstampReplay(const ReplayMarket& market)
    : market_(market), speaking_(market.maker) {
  market_.maker->set_handler([this](const OrderEvent& event) { OnOrderEvent(event); });
  market_.taker->set_handler([this](const OrderEvent& event) { OnOrderEvent(event); });
}

Status BitstampReplay::OnEvent(const TapeEvent& event) {
  switch (event.action) {
    case TapeAction::kAdd:
      return Add(event);
    case TapeAction::kChange:
      return Change(event);
    case TapeAction::kCancel:
      return Cancel(event);
    case TapeAction::kReduce:
    case TapeAction::kExecute:
      return {StatusCode::kUnimplemented, "bitstamp-l3 has neither reductions nor executions"};
  }
  return Status::Ok();
}

Status BitstampReplay::Finish() { return Settle(); }

void BitstampReplay::Report(ReplayReport& report) const {
  // Each trade was reported to both sides.
  report.trades = fills_ / 2;
  report.already_filled = already_filled_;
  report.unknown_orders = unknown_orders_;
}

Status BitstampReplay::TakeTurn(OrderLine& line) {
  if (speaking_ == &line) {
    return Status::Ok();
  }
  Status status = speaking_->Drain();
  speaking_ = &line;
  return status;
}

Status BitstampReplay::Settle() {
  for (OrderLine* line : {market_.maker, market_.taker}) {
    if (Status status = line->Drain(); !status.ok()) {
      return status;
    }
  }
  for (OrderLine* line : {market_.maker, market_.taker}) {
    if (Status status = line->Barrier(); !status.ok()) {
      return status;
    }
  }
  return Status::Ok();
}

bool BitstampReplay::Crosses(bool is_buy, std::int64_t price_ticks) const {
  return is_buy ? !asks_.empty() && asks_.begin()->first <= price_ticks
                : !bids_.empty() && bids_.rbegin()->first >= price_ticks;
}

void BitstampReplay::AddToBook(const Order& order) {
  ++(order.is_buy ? bids_ : asks_)[order.price_ticks];
}

void BitstampReplay::RemoveFromBook(const Order& order) {
  auto& side = order.is_buy ? bids_ : asks_;
  const auto found = side.find(order.price_ticks);
  if (--found->second == 0) {
    side.erase(found);
  }
}

Status BitstampReplay::Add(const TapeEvent& event) {
  if (event.quantity_lots == 0 || orders_.contains(event.order_id)) {
    ++unknown_orders_;
    return Status::Ok();
  }
  const bool crosses = Crosses(event.is_buy, event.price_ticks);
  OrderLine& line = crosses ? *market_.taker : *market_.maker;
  if (Status status = TakeTurn(line); !status.ok()) {
    return status;
  }
  Order& order = orders_[event.order_id];
  order = {&line,
           event.is_buy,
           event.price_ticks,
           event.quantity_lots,
           event.quantity_lots,
           event.quantity_lots};
  AddToBook(order);
  const std::string name = std::to_string(event.order_id);
  const Status status = line.Send(
      line.commands().NewOrder({.symbol = market_.symbol,
                                .side = event.is_buy ? sbe::Side::BUY : sbe::Side::SELL,
                                .order_type = sbe::OrderType::LIMIT,
                                .time_in_force = sbe::TimeInForce::GTC,
                                .price_ticks = event.price_ticks * market_.price_factor,
                                .quantity_lots = event.quantity_lots * market_.quantity_factor,
                                .client_order_id = name}));
  // What trades did is known only when their reports have come; the next order depends on it.
  return status.ok() && crosses ? Settle() : status;
}

Status BitstampReplay::Change(const TapeEvent& event) {
  const auto found = orders_.find(event.order_id);
  if (found == orders_.end()) {
    ++(executed_.contains(event.order_id) ? already_filled_ : unknown_orders_);
    return Status::Ok();
  }
  Order& order = found->second;
  const bool has_moved = event.price_ticks != order.price_ticks;
  const bool has_grown = event.quantity_lots > order.tape_leaves;
  order.tape_leaves = event.quantity_lots;
  if (!has_moved && !has_grown && event.quantity_lots >= order.leaves) {
    // The exchange has executed as much of it as the venue, or more.
    ++already_filled_;
    return Status::Ok();
  }
  if (event.quantity_lots == 0) {
    return Cancel(event);
  }
  if (Status status = TakeTurn(*order.line); !status.ok()) {
    return status;
  }
  CommandBuilder& commands = order.line->commands();
  const std::string name = std::to_string(event.order_id);
  const std::int64_t new_quantity = order.quantity - order.leaves + event.quantity_lots;
  const bool crosses = has_moved && Crosses(order.is_buy, event.price_ticks);
  order.quantity = new_quantity;
  order.leaves = event.quantity_lots;
  if (!has_moved && !has_grown) {
    return order.line->Send(commands.AmendOrder(market_.symbol, {.client_order_id = name},
                                                new_quantity * market_.quantity_factor));
  }
  RemoveFromBook(order);
  order.price_ticks = event.price_ticks;
  AddToBook(order);
  const Status status = order.line->Send(commands.ReplaceOrder(
      market_.symbol, {.client_order_id = name}, event.price_ticks * market_.price_factor,
      new_quantity * market_.quantity_factor));
  return status.ok() && crosses ? Settle() : status;
}

Status BitstampReplay::Cancel(const TapeEvent& event) {
  const auto found = orders_.find(event.order_id);
  if (found == orders_.end()) {
    ++(executed_.erase(event.order_id) > 0 ? already_filled_ : unknown_orders_);
    return Status::Ok();
  }
  OrderLine& line = *found->second.line;
  if (Status status = TakeTurn(line); !status.ok()) {
    return status;
  }
  RemoveFromBook(found->second);
  orders_.erase(found);
  const std::string name = std::to_string(event.order_id);
  return line.Send(line.commands().CancelOrder(market_.symbol, {.client_order_id = name}));
}

void BitstampReplay::OnOrderEvent(const OrderEvent& event) {
  if (event.kind != OrderEvent::Kind::kTrade) {
    return;
  }
  ++fills_;
  std::int64_t id = 0;
  const auto found = ParseInteger(event.client_order_id, id)
                         ? orders_.find(static_cast<std::uint64_t>(id))
                         : orders_.end();
  if (found == orders_.end()) {
    return;
  }
  found->second.leaves = event.leaves_lots / market_.quantity_factor;
  if (event.is_order_end) {
    executed_[found->first] = true;
    RemoveFromBook(found->second);
    orders_.erase(found);
  }
}

}  // namespace lockstep
