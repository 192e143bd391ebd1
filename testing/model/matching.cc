// docs/matching.md §5, with the ledger of §2 and the reports of §8.
#include <algorithm>

#include "base/limits.h"
#include "testing/model/model_engine.h"

namespace lockstep::model {

namespace {

std::int64_t Narrow(Wide amount) { return static_cast<std::int64_t>(amount); }

bool LimitAllows(const Order& taker, std::int64_t maker_price) {
  return taker.IsMarket() ||
         (taker.IsBuy() ? maker_price <= taker.price : maker_price >= taker.price);
}

bool IsSelfTradePrevented(const Order& maker, const Order& taker) {
  return maker.account == taker.account && taker.stp != sbe::SelfTradePrevention::NONE;
}

// A decrement needs a quantity; a budget has none.
StpMode EffectiveMode(const Order& taker) {
  return taker.HasBudget() && taker.stp == sbe::SelfTradePrevention::DECREMENT
             ? sbe::SelfTradePrevention::EXPIRE_TAKER
             : taker.stp;
}

// What an open order has not yet traded and not been prevented from.
OrderStatus StatusAfterTrade(const Order& order) {
  if (order.leaves > 0) {
    return sbe::OrderStatus::PARTIALLY_FILLED;
  }
  return order.prevented > 0 ? sbe::OrderStatus::EXPIRED_IN_MATCH : sbe::OrderStatus::FILLED;
}

}  // namespace

Wide ModelEngine::BuyerPays(const Symbol& symbol, std::int64_t price, std::int64_t quantity) const {
  return symbol.notional.Ceil(price, quantity);
}

Wide ModelEngine::Fee(Wide received, std::int32_t fee_ppm) const {
  return received * fee_ppm / limits::kPpm;  // C++ rounds toward zero
}

void ModelEngine::JoinQueue(Queue& queue, std::uint64_t order_id) const {
  queue.push_back(order_id);
}

// ---- what would happen ----

Wide ModelEngine::BudgetLots(const Symbol& symbol, const Order& taker, std::int64_t price) const {
  const Wide lot = std::max<std::int64_t>(symbol.filters.lot_multiple, 1);
  return symbol.notional.MostLots(taker.budget, price) / lot * lot;
}

ModelEngine::Execution ModelEngine::WouldExecute(const Symbol& symbol, const Order& order) const {
  Order taker = order;
  Execution execution;
  for (const std::uint64_t maker_id : symbol.InPriority(!taker.IsBuy())) {
    const Order& maker = symbol.orders.at(maker_id);
    const Wide most =
        taker.HasBudget() ? BudgetLots(symbol, taker, maker.price) : Wide{taker.leaves};
    if (most == 0 || !LimitAllows(taker, maker.price)) {
      return execution;
    }
    const std::int64_t quantity = Narrow(std::min<Wide>(most, maker.leaves));
    if (IsSelfTradePrevented(maker, taker)) {
      switch (EffectiveMode(taker)) {
        case sbe::SelfTradePrevention::EXPIRE_MAKER:
          continue;
        case sbe::SelfTradePrevention::DECREMENT:
          taker.leaves -= quantity;
          continue;
        default:  // the taker ends
          return execution;
      }
    }
    const Wide cost = symbol.notional.Ceil(maker.price, quantity);
    execution.quantity += quantity;
    execution.cost += cost;
    if (taker.HasBudget()) {
      taker.budget -= taker.IsBuy() ? cost : symbol.notional.Floor(maker.price, quantity);
      if (quantity < maker.leaves) {  // the budget was the limit: the order ends
        return execution;
      }
    } else {
      taker.leaves -= quantity;
    }
  }
  return execution;
}

// ---- ledger ----

Balance& ModelEngine::BalanceOf(std::uint64_t account, std::uint32_t asset) {
  return accounts_.at(account).balances[asset];
}

Balance& ModelEngine::LockedIn(const Symbol& symbol, const Order& order) {
  return BalanceOf(order.account, order.IsBuy() ? symbol.quote_asset : symbol.base_asset);
}

Wide ModelEngine::LockPerLot(const Symbol& symbol, const Order& order) const {
  if (order.IsMarket()) {
    return 0;
  }
  return order.IsBuy() ? symbol.notional.Ceil(order.price, 1) : symbol.base_units_per_lot;
}

void ModelEngine::Lock(const Symbol& symbol, const Order& order, std::int64_t lots) {
  const Wide amount = LockPerLot(symbol, order) * lots;
  Balance& balance = LockedIn(symbol, order);
  balance.free -= amount;
  balance.locked += amount;
}

void ModelEngine::Release(const Symbol& symbol, const Order& order, std::int64_t lots) {
  Lock(symbol, order, -lots);
}

// ---- reports ----

void ModelEngine::Report(Symbol& symbol, const Order& order, ReportDetails details) {
  details.execution_id = ++symbol.last_execution_id;
  details.base = BalanceOf(order.account, symbol.base_asset);
  details.quote = BalanceOf(order.account, symbol.quote_asset);
  EventPlace place = Place(order.account, symbol.id);
  place.private_sequence = ++accounts_.at(order.account).private_sequence;
  events_.Report(place, order, details);
}

void ModelEngine::Book(Symbol& symbol, const BookChange& change) {
  ++symbol.sequence;
  events_.Book(Place(0, symbol.id), change, false);
}

// Lets go of what the order still holds, then says that it has ended.
void ModelEngine::ReportEnd(Symbol& symbol, Order& order, ExecType exec_type, OrderStatus status,
                            EndReason reason, const std::string& request_client_order_id) {
  Release(symbol, order, order.leaves);
  order.leaves = 0;
  order.status = status;
  ReportDetails details;
  details.exec_type = exec_type;
  details.status = status;
  details.end_reason = reason;
  details.request_client_order_id = request_client_order_id;
  Report(symbol, order, details);
}

void ModelEngine::Remember(const Order& order) {
  outcome_ = {sbe::RejectReason::NONE, order.id, order.status, order.cumulative_quantity,
              order.cumulative_quote};
}

// ---- the order at work ----

// Requires that all checks have passed.
void ModelEngine::PlaceOrder(Symbol& symbol, const OrderRequest& request) {
  account_symbols_.insert({context_.account, symbol.id});
  Order order;
  static_cast<OrderRequest&>(order) = request;
  order.id = ++symbol.last_order_id;
  order.account = context_.account;
  order.leaves = request.quantity;
  order.budget = request.quote_quantity;
  order.created_ns = now_ns_;
  const bool killed = order.time_in_force == sbe::TimeInForce::FOK &&
                      WouldExecute(symbol, order).quantity < order.quantity;
  Lock(symbol, order, order.leaves);
  ReportDetails details;
  details.exec_type = sbe::ExecType::NEW;
  details.status = sbe::OrderStatus::NEW;
  details.leaves = order.leaves;
  Report(symbol, order, details);
  if (killed) {
    ReportEnd(symbol, order, sbe::ExecType::EXPIRED, sbe::OrderStatus::EXPIRED,
              sbe::EndReason::FILL_OR_KILL);
  } else {
    MatchAndRest(symbol, order);
  }
  Remember(order);
}

Order* ModelEngine::BestMaker(Symbol& symbol, const Order& taker) {
  const auto& opposite = symbol.Book(!taker.IsBuy());
  if (opposite.empty()) {
    return nullptr;
  }
  const auto& [price, queue] = taker.IsBuy() ? *opposite.begin() : *opposite.rbegin();
  return LimitAllows(taker, price) ? &symbol.orders.at(queue.front()) : nullptr;
}

bool ModelEngine::BudgetIsSpent(Symbol& symbol, const Order& taker) {
  const Order* maker = BestMaker(symbol, taker);
  const std::int64_t price = maker != nullptr ? maker->price : symbol.last_trade_price;
  return BudgetLots(symbol, taker, price) == 0;
}

void ModelEngine::MatchAndRest(Symbol& symbol, Order& taker) {
  const std::int64_t executed_before = taker.cumulative_quantity;
  std::int64_t last_price = 0;
  for (Order* maker = BestMaker(symbol, taker); maker != nullptr;
       maker = BestMaker(symbol, taker)) {
    const Wide most =
        taker.HasBudget() ? BudgetLots(symbol, taker, maker->price) : Wide{taker.leaves};
    if (most == 0) {
      break;
    }
    if (IsSelfTradePrevented(*maker, taker)) {
      if (Prevent(symbol, *maker, taker)) {
        return;
      }
      continue;
    }
    if (maker->price != last_price) {
      last_price = maker->price;
      ++symbol.last_aggregate_trade_id;
    }
    Fill(symbol, *maker, taker, Narrow(std::min<Wide>(most, maker->leaves)));
    if (taker.status == sbe::OrderStatus::FILLED) {
      break;
    }
  }
  if (taker.status == sbe::OrderStatus::FILLED ||
      taker.status == sbe::OrderStatus::EXPIRED_IN_MATCH) {
    return;
  }
  if (taker.MayRest()) {
    Rest(symbol, taker);
    return;
  }
  const bool nothing = taker.IsMarket() && taker.cumulative_quantity == executed_before;
  ReportEnd(symbol, taker, sbe::ExecType::EXPIRED, sbe::OrderStatus::EXPIRED,
            nothing ? sbe::EndReason::NO_LIQUIDITY : sbe::EndReason::IMMEDIATE_REMAINDER);
}

void ModelEngine::Fill(Symbol& symbol, Order& maker, Order& taker, std::int64_t quantity) {
  const std::int64_t price = maker.price;
  Order& buyer = taker.IsBuy() ? taker : maker;
  Order& seller = taker.IsBuy() ? maker : taker;
  const Wide pays = BuyerPays(symbol, price, quantity);
  const Wide gets = symbol.notional.Floor(price, quantity);
  const Wide base_units = symbol.base_units_per_lot * quantity;
  const auto fee_ppm = [&](const Order& order) {
    return &order == &maker ? symbol.maker_fee_ppm : symbol.taker_fee_ppm;
  };
  const Wide buyer_fee = Fee(base_units, fee_ppm(buyer));
  const Wide seller_fee = Fee(gets, fee_ppm(seller));

  Release(symbol, buyer, quantity);
  Release(symbol, seller, quantity);
  BalanceOf(buyer.account, symbol.quote_asset).free -= pays;
  BalanceOf(buyer.account, symbol.base_asset).free += base_units - buyer_fee;
  BalanceOf(seller.account, symbol.base_asset).free -= base_units;
  BalanceOf(seller.account, symbol.quote_asset).free += gets - seller_fee;
  assets_.at(symbol.base_asset).fee_account += buyer_fee;
  assets_.at(symbol.quote_asset).fee_account += seller_fee + (pays - gets);

  symbol.last_trade_price = price;
  for (Order* order : {&maker, &taker}) {
    order->cumulative_quantity += quantity;
    order->cumulative_quote += Narrow(order->IsBuy() ? pays : gets);
    if (!order->HasBudget()) {
      order->leaves -= quantity;
    }
    order->status = StatusAfterTrade(*order);
  }
  const Order maker_after = maker;  // what is reported outlives the maker's place in the book
  if (maker.leaves == 0) {
    RemoveFromBook(symbol, maker_after);
  }
  if (taker.HasBudget()) {
    taker.budget -= taker.IsBuy() ? pays : gets;
    // A fill that left the maker something was limited by the budget.
    taker.status = maker_after.leaves > 0 || BudgetIsSpent(symbol, taker)
                       ? sbe::OrderStatus::FILLED
                       : sbe::OrderStatus::PARTIALLY_FILLED;
  }

  ++symbol.sequence;
  const std::uint64_t trade_id = ++symbol.last_trade_id;
  events_.Trade(Place(0, symbol.id),
                {trade_id, symbol.last_aggregate_trade_id, taker.id, maker_after.id, price,
                 quantity, maker_after.leaves, taker.side});
  for (const Order* order : {&maker_after, static_cast<const Order*>(&taker)}) {
    ReportDetails details;
    details.exec_type = sbe::ExecType::TRADE;
    details.status = order->status;
    details.leaves = order->leaves;
    details.trade_id = trade_id;
    details.last_price = price;
    details.last_quantity = quantity;
    details.last_quote = Narrow(order->IsBuy() ? pays : gets);
    details.fee = Narrow(order->IsBuy() ? buyer_fee : seller_fee);
    details.fee_asset = order->IsBuy() ? symbol.base_asset : symbol.quote_asset;
    details.liquidity = order == &taker ? sbe::Liquidity::TAKER : sbe::Liquidity::MAKER;
    Report(symbol, *order, details);
  }
}

bool ModelEngine::Prevent(Symbol& symbol, Order& maker, Order& taker) {
  const StpMode mode = EffectiveMode(taker);
  const bool decrement = mode == sbe::SelfTradePrevention::DECREMENT;
  const bool maker_loses = mode != sbe::SelfTradePrevention::EXPIRE_TAKER;
  const bool taker_loses = mode != sbe::SelfTradePrevention::EXPIRE_MAKER;
  const std::int64_t both = std::min(maker.leaves, taker.leaves);
  const std::int64_t price = maker.price;
  const std::uint64_t maker_id = maker.id;

  const auto lose = [&](Order& order, std::int64_t quantity, std::uint64_t counter) {
    Release(symbol, order, quantity);
    order.leaves -= quantity;
    order.prevented += quantity;
    order.status =
        decrement && order.leaves > 0 ? order.OpenStatus() : sbe::OrderStatus::EXPIRED_IN_MATCH;
    ReportDetails details;
    details.exec_type = sbe::ExecType::TRADE_PREVENTION;
    details.status = order.status;
    details.end_reason = sbe::EndReason::SELF_TRADE;
    details.leaves = order.leaves;
    details.counter_order_id = counter;
    details.last_price = price;
    details.last_quantity = quantity;
    Report(symbol, order, details);
  };

  if (maker_loses) {
    const std::int64_t leaves_before = maker.leaves;
    lose(maker, decrement ? both : maker.leaves, taker.id);
    const bool gone = maker.leaves == 0;
    Book(symbol, {gone ? sbe::BookAction::REMOVE : sbe::BookAction::REDUCE, maker.id, maker.side,
                  price, maker.leaves, price, leaves_before});
    if (gone) {
      RemoveFromBook(symbol, Order(maker));
    }
  }
  if (taker_loses) {
    lose(taker, decrement ? both : taker.leaves, maker_id);
    return taker.status == sbe::OrderStatus::EXPIRED_IN_MATCH;
  }
  return false;
}

void ModelEngine::Rest(Symbol& symbol, const Order& order) {
  symbol.orders[order.id] = order;
  JoinQueue(symbol.Book(order.IsBuy())[order.price], order.id);
  Book(symbol, {sbe::BookAction::ADD, order.id, order.side, order.price, order.leaves, 0, 0});
}

void ModelEngine::RemoveFromBook(Symbol& symbol, const Order& order) {
  auto& book = symbol.Book(order.IsBuy());
  Queue& queue = book.at(order.price);
  queue.remove(order.id);
  if (queue.empty()) {
    book.erase(order.price);
  }
  symbol.orders.erase(order.id);
}

}  // namespace lockstep::model
