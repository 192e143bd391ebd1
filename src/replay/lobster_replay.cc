#include "replay/lobster_replay.h"

#include <algorithm>
#include <string>

#include "replay/line_reader.h"

namespace lockstep {
namespace {

sbe::Side::Value SideOf(bool is_buy) { return is_buy ? sbe::Side::BUY : sbe::Side::SELL; }

Status Inconsistent(const char* what, std::uint64_t order_id) {
  return {StatusCode::kCorruption,
          "the tape " + std::string(what) + " order " + std::to_string(order_id)};
}

}  // namespace

LobsterReplay::LobsterReplay(const ReplayMarket& market) : market_(market) {
  market_.maker->set_handler([this](const OrderEvent& event) { OnMakerEvent(event); });
  market_.taker->set_handler([this](const OrderEvent& event) { OnTakerEvent(event); });
}

Status LobsterReplay::OnEvent(const TapeEvent& event) {
  switch (event.action) {
    case TapeAction::kAdd:
      return Add(event);
    case TapeAction::kReduce:
      return Reduce(event);
    case TapeAction::kCancel:
      return Cancel(event);
    case TapeAction::kExecute:
      return Execute(event);
    case TapeAction::kChange:
      return {StatusCode::kUnimplemented, "lobster-flow has no changes"};
  }
  return Status::Ok();
}

Status LobsterReplay::Finish() {
  Status status = market_.maker->Drain();
  return status.ok() ? market_.taker->Drain() : status;
}

void LobsterReplay::Report(ReplayReport& report) const {
  report.trades = trades_;
  report.known = known_;
  report.known_match = known_match_;
  report.queued = queued_;
  report.queued_match = queued_match_;
  report.levels_reentered = levels_reentered_;
}

Status LobsterReplay::Add(const TapeEvent& event) {
  const auto [at, is_new] = orders_.try_emplace(event.order_id);
  if (!is_new) {
    return Inconsistent("adds twice", event.order_id);
  }
  Order& order = at->second;
  order.level = {event.is_buy, event.price_ticks};
  order.tape_leaves = event.quantity_lots;
  levels_[order.level].push_back(event.order_id);
  return Enter(event.order_id, order);
}

Status LobsterReplay::Enter(std::uint64_t order_id, Order& order) {
  order.exchange_leaves = order.tape_leaves;
  order.exchange_quantity = order.tape_leaves;
  const std::string name = std::to_string(order_id);
  return market_.maker->Send(market_.maker->commands().NewOrder(
      {.symbol = market_.symbol,
       .side = SideOf(order.level.first),
       .order_type = sbe::OrderType::LIMIT_MAKER,
       .price_ticks = order.level.second * market_.price_factor,
       .quantity_lots = order.tape_leaves * market_.quantity_factor,
       .client_order_id = name}));
}

Status LobsterReplay::Withdraw(std::uint64_t order_id) {
  const std::string name = std::to_string(order_id);
  return market_.maker->Send(
      market_.maker->commands().CancelOrder(market_.symbol, {.client_order_id = name}));
}

Status LobsterReplay::Reduce(const TapeEvent& event) {
  const auto found = orders_.find(event.order_id);
  if (found == orders_.end()) {
    return Inconsistent("reduces an unknown", event.order_id);
  }
  Order& order = found->second;
  order.tape_leaves -= event.quantity_lots;
  order.exchange_leaves -= event.quantity_lots;
  order.exchange_quantity -= event.quantity_lots;
  if (order.tape_leaves <= 0) {
    return Inconsistent("reduces to nothing", event.order_id);
  }
  const std::string name = std::to_string(event.order_id);
  return market_.maker->Send(
      market_.maker->commands().AmendOrder(market_.symbol, {.client_order_id = name},
                                           order.exchange_quantity * market_.quantity_factor));
}

Status LobsterReplay::Cancel(const TapeEvent& event) {
  if (!orders_.contains(event.order_id)) {
    return Inconsistent("cancels an unknown", event.order_id);
  }
  Forget(event.order_id);
  return Withdraw(event.order_id);
}

void LobsterReplay::Forget(std::uint64_t order_id) {
  const auto found = orders_.find(order_id);
  const auto level = levels_.find(found->second.level);
  std::erase(level->second, order_id);
  if (level->second.empty()) {
    levels_.erase(level);
  }
  orders_.erase(found);
}

Status LobsterReplay::Execute(const TapeEvent& event) {
  const auto found = orders_.find(event.order_id);
  if (found == orders_.end()) {
    return Inconsistent("executes an unknown", event.order_id);
  }
  if (Status status = Take(event); !status.ok()) {
    return status;
  }
  Compare(event);
  found->second.tape_leaves -= event.quantity_lots;
  std::set<LevelKey> touched = {found->second.level};
  for (const std::uint64_t maker : makers_) {
    touched.insert(orders_.at(maker).level);
  }
  for (const LevelKey& key : touched) {
    const std::vector<std::uint64_t>& ids = levels_.at(key);
    const bool agrees = std::all_of(ids.begin(), ids.end(), [this](std::uint64_t id) {
      const Order& order = orders_.at(id);
      return order.tape_leaves == order.exchange_leaves;
    });
    if (!agrees) {
      if (Status status = ReenterLevel(key, event.order_id); !status.ok()) {
        return status;
      }
    }
  }
  if (found->second.tape_leaves <= 0) {
    Forget(event.order_id);
  }
  return Status::Ok();
}

Status LobsterReplay::Take(const TapeEvent& event) {
  if (Status status = market_.maker->Drain(); !status.ok()) {
    return status;
  }
  taker_fills_ = 0;
  makers_.clear();
  OrderLine& taker = *market_.taker;
  Status status = taker.Send(
      taker.commands().NewOrder({.symbol = market_.symbol,
                                 .side = SideOf(!event.is_buy),
                                 .order_type = sbe::OrderType::LIMIT,
                                 .time_in_force = sbe::TimeInForce::IOC,
                                 .price_ticks = event.price_ticks * market_.price_factor,
                                 .quantity_lots = event.quantity_lots * market_.quantity_factor}),
      Answer::kUntilEnd);
  if (status.ok()) {
    status = taker.Drain();
  }
  if (status.ok()) {
    status = market_.maker->AwaitEvents([this] { return makers_.size() >= taker_fills_; });
  }
  return status;
}

void LobsterReplay::Compare(const TapeEvent& event) {
  if (event.is_synthetic) {
    return;
  }
  const bool is_match = makers_.size() == 1 && makers_.front() == event.order_id;
  const bool is_queued = levels_.at(orders_.at(event.order_id).level).size() > 1;
  ++known_;
  known_match_ += is_match ? 1 : 0;
  queued_ += is_queued ? 1 : 0;
  queued_match_ += is_queued && is_match ? 1 : 0;
}

Status LobsterReplay::ReenterLevel(const LevelKey& key, std::uint64_t executed_order) {
  ++levels_reentered_;
  const std::vector<std::uint64_t>& ids = levels_.at(key);
  for (const std::uint64_t id : ids) {
    if (orders_.at(id).exchange_leaves > 0) {
      if (Status status = Withdraw(id); !status.ok()) {
        return status;
      }
    }
  }
  for (const std::uint64_t id : ids) {
    Order& order = orders_.at(id);
    if (id == executed_order && order.tape_leaves <= 0) {
      continue;
    }
    if (Status status = Enter(id, order); !status.ok()) {
      return status;
    }
  }
  return Status::Ok();
}

void LobsterReplay::OnMakerEvent(const OrderEvent& event) {
  if (event.kind != OrderEvent::Kind::kTrade) {
    return;
  }
  std::int64_t id = 0;
  const auto found = ParseInteger(event.client_order_id, id)
                         ? orders_.find(static_cast<std::uint64_t>(id))
                         : orders_.end();
  if (found == orders_.end()) {
    return;
  }
  found->second.exchange_leaves -= event.last_quantity_lots / market_.quantity_factor;
  makers_.push_back(found->first);
}

void LobsterReplay::OnTakerEvent(const OrderEvent& event) {
  if (event.kind == OrderEvent::Kind::kTrade) {
    ++taker_fills_;
    ++trades_;
  }
}

}  // namespace lockstep
