// The matching loop, its settlement, and the end of an order: §5 of docs/matching.md.
#include "engine/matching.h"

#include <algorithm>

#include "engine/engine_core.h"
#include "engine/hash.h"
#include "lockstep_sbe/BookAction.h"
#include "lockstep_sbe/Liquidity.h"

namespace lockstep {

void MatchingEngine::Impl::Place(std::uint32_t account, std::uint32_t symbol_slot,
                                 const OrderRequest& request) {
  Symbol& symbol = symbols_[symbol_slot];
  if (pair_ == 0) {
    pair_ = CreateAccountSymbol(account, symbol_slot);
  }
  const std::uint32_t slot = book_.orders.Take();
  Order& order = book_.orders[slot];
  order.level = 0;
  order.reserved[0] = order.reserved[1] = order.reserved[2] = 0;
  order.reserved2 = 0;
  order.cumulative_quote = 0;
  order.prevented_lots = 0;
  order.account_symbol = pair_;
  order.id = ++symbol.record.last_order_id;
  digest_ += symbol.CounterKey(SymbolCounter::kOrderId);
  order.price_ticks = request.price_ticks;
  order.leaves_lots = request.quantity_lots;
  order.quantity_lots = request.quantity_lots;
  order.side = request.side;
  order.type = request.type;
  order.time_in_force = request.time_in_force;
  order.self_trade_prevention = request.self_trade_prevention;
  order.client_id_length = static_cast<std::uint8_t>(request.client_id.size());
  std::copy(request.client_id.begin(), request.client_id.end(), order.client_id);
  order.created_ns = now_ns_;

  Taker taker{
      .slot = slot,
      .order = &order,
      .symbol = &symbol,
      .account = account,
      .budget = request.quote_quantity,
      .is_budget = request.IsBudget(),
      .quote_quantity = request.quote_quantity,
      .unit_lock = request.type == kMarket ? 0 : symbol.Lock(request.side, request.price_ticks, 1)};
  const bool killed = request.time_in_force == kFillOrKill &&
                      Probe(account, symbol, request).lots < request.quantity_lots;
  if (taker.unit_lock != 0) {
    ledger_.Lock(account, symbol.LockedAsset(order.side), taker.unit_lock * order.leaves_lots);
  }
  ReportOrder(
      slot,
      {.type = ExecType::NEW, .status = OrderStatus::NEW, .quote_quantity = taker.quote_quantity});
  if (killed) {
    ExpireTaker(taker, EndReason::FILL_OR_KILL);
    return;
  }
  Match(taker);
}

void MatchingEngine::Impl::Match(Taker& taker) {
  Order& order = *taker.order;
  while (taker.is_budget ? !taker.done : order.leaves_lots > 0) {
    const std::uint32_t level_slot = taker.symbol->BestOpposite(order.side);
    if (level_slot == 0) {
      break;
    }
    const PriceLevel& level = book_.levels[level_slot];
    if (order.price_ticks != 0 && (order.side == kBuy ? level.price_ticks > order.price_ticks
                                                      : level.price_ticks < order.price_ticks)) {
      break;
    }
    const std::int64_t wanted = taker.is_budget
                                    ? taker.symbol->AffordableLots(taker.budget, level.price_ticks)
                                    : order.leaves_lots;
    if (wanted == 0) {
      break;
    }
    const std::uint32_t maker = level.first;
    if (order.self_trade_prevention != 0 && IsOwn(maker, taker.account)) {
      if (PreventSelfTrade(taker, maker)) {
        return;
      }
      continue;
    }
    Fill(taker, maker, std::min(wanted, book_.orders[maker].leaves_lots));
  }
  FinishTaker(taker);
}

void MatchingEngine::Impl::Settle(const Taker& taker, const Order& maker, const Settlement& s) {
  Symbol& symbol = *taker.symbol;
  const std::uint32_t base = symbol.record.base_asset;
  const std::uint32_t quote = symbol.record.quote_asset;
  const std::uint32_t maker_account = account_symbols_[maker.account_symbol].account;
  const bool taker_buys = taker.order->side == kBuy;
  const std::uint32_t buyer = taker_buys ? taker.account : maker_account;
  const std::uint32_t seller = taker_buys ? maker_account : taker.account;

  const auto pay_from_lock = [&](std::uint32_t account, std::uint32_t asset, std::int64_t released,
                                 std::int64_t paid) {
    ledger_.AddLocked(account, asset, -released);
    if (released != paid) {
      ledger_.AddFree(account, asset, released - paid);
    }
  };
  const auto taker_pays = [&](std::uint32_t asset, std::int64_t paid) {
    if (taker.unit_lock != 0) {
      pay_from_lock(taker.account, asset, taker.unit_lock * s.lots, paid);
    } else {
      ledger_.AddFree(taker.account, asset, -paid);
    }
  };
  if (taker_buys) {
    taker_pays(quote, s.cost);
    pay_from_lock(seller, base, s.base_units, s.base_units);
  } else {
    taker_pays(base, s.base_units);
    pay_from_lock(buyer, quote, symbol.Lock(kBuy, maker.price_ticks, s.lots), s.cost);
  }
  ledger_.AddFree(buyer, base, s.base_units - s.buyer_fee);
  ledger_.AddFree(seller, quote, s.proceeds - s.seller_fee);
  ledger_.AddFee(base, s.buyer_fee);
  ledger_.AddFee(quote, s.seller_fee + s.cost - s.proceeds);
}

void MatchingEngine::Impl::Fill(Taker& taker, std::uint32_t maker_slot, std::int64_t lots) {
  Symbol& symbol = *taker.symbol;
  SymbolRecord& record = symbol.record;
  Order& order = *taker.order;
  Order& maker = book_.orders[maker_slot];
  const bool taker_buys = order.side == kBuy;
  const std::int64_t price = maker.price_ticks;

  const Settlement s = SettlementOf(symbol, price, lots, taker_buys);
  Settle(taker, maker, s);

  digest_ -= OrderDigest(maker);
  book_.Reduce(maker_slot, lots);
  maker.cumulative_quote += taker_buys ? s.proceeds : s.cost;
  const bool maker_done = maker.leaves_lots == 0;
  if (maker_done) {
    book_.Remove(symbol, maker_slot);
  } else {
    digest_ += OrderDigest(maker);
  }
  order.leaves_lots -= lots;
  order.cumulative_quote += taker_buys ? s.cost : s.proceeds;
  taker.budget -= taker_buys ? s.cost : s.proceeds;

  ++record.last_trade_id;
  digest_ += symbol.CounterKey(SymbolCounter::kTradeId);
  if (price != taker.last_fill_price_ticks) {
    ++record.last_aggregate_trade_id;
    digest_ += symbol.CounterKey(SymbolCounter::kAggregateTradeId);
  }
  taker.last_fill_price_ticks = price;
  record.last_price_ticks = price;
  AddPublicEvent(symbol, Mix(order.id, maker.id),
                 Mix(static_cast<std::uint64_t>(price), static_cast<std::uint64_t>(lots)));
  events_.WriteTrade(symbol, {.trade_id = record.last_trade_id,
                              .aggregate_trade_id = record.last_aggregate_trade_id,
                              .taker_order_id = order.id,
                              .maker_order_id = maker.id,
                              .price_ticks = price,
                              .lots = lots,
                              .maker_leaves_lots = maker.leaves_lots,
                              .taker_side = order.side});

  const std::uint32_t base_id = assets_[record.base_asset].id;
  const std::uint32_t quote_id = assets_[record.quote_asset].id;
  const OrderReport trade{.type = ExecType::TRADE,
                          .status = OrderStatus::PARTIALLY_FILLED,
                          .last_price_ticks = price,
                          .last_lots = lots,
                          .trade_id = record.last_trade_id};
  OrderReport maker_report = trade;
  maker_report.status = maker_done ? DoneStatus(maker) : OrderStatus::PARTIALLY_FILLED;
  maker_report.liquidity = sbe::Liquidity::MAKER;
  maker_report.last_quote = taker_buys ? s.proceeds : s.cost;
  maker_report.fee = taker_buys ? s.seller_fee : s.buyer_fee;
  maker_report.fee_asset = taker_buys ? quote_id : base_id;
  maker_report.ended = maker_done;
  ReportOrder(maker_slot, maker_report);

  // A fill that the budget limited is the last, though rounding down may leave enough for another
  // lot.
  taker.done =
      taker.is_budget ? !maker_done || BudgetIsSpent(taker, price) : order.leaves_lots == 0;
  OrderReport taker_report = trade;
  taker_report.status = taker.done ? DoneStatus(order) : OrderStatus::PARTIALLY_FILLED;
  taker_report.liquidity = sbe::Liquidity::TAKER;
  taker_report.last_quote = taker_buys ? s.cost : s.proceeds;
  taker_report.fee = taker_buys ? s.buyer_fee : s.seller_fee;
  taker_report.fee_asset = taker_buys ? base_id : quote_id;
  taker_report.ended = taker.done;
  taker_report.quote_quantity = taker.quote_quantity;
  ReportOrder(taker.slot, taker_report);
  if (maker_done) {
    ForgetOrder(maker_slot);
  }
}

bool MatchingEngine::Impl::PreventSelfTrade(Taker& taker, std::uint32_t maker_slot) {
  constexpr std::uint8_t kExpireTaker = 1;
  constexpr std::uint8_t kExpireMaker = 2;
  constexpr std::uint8_t kDecrement = 4;
  Order& order = *taker.order;
  Order& maker = book_.orders[maker_slot];
  const std::uint64_t maker_id = maker.id;
  const std::int64_t price = maker.price_ticks;
  std::uint8_t mode = order.self_trade_prevention;
  if (mode == kDecrement && taker.is_budget) {
    mode = kExpireTaker;
  }

  const std::int64_t prevented =
      mode == kDecrement ? std::min(order.leaves_lots, maker.leaves_lots) : maker.leaves_lots;
  if (mode != kExpireTaker) {
    PreventMaker(taker, maker_slot, prevented);
  }
  if (mode == kExpireMaker) {
    return false;
  }
  const std::int64_t lost = taker.is_budget      ? 0
                            : mode == kDecrement ? prevented
                                                 : order.leaves_lots;
  order.leaves_lots -= lost;
  order.prevented_lots += lost;
  UnlockTaker(taker, lost);
  const bool ended = mode != kDecrement || order.leaves_lots == 0;
  const OrderStatus status = ended ? OrderStatus::EXPIRED_IN_MATCH : OpenStatus(order);
  ReportOrder(taker.slot, {.type = ExecType::TRADE_PREVENTION,
                           .status = status,
                           .end_reason = EndReason::SELF_TRADE,
                           .last_price_ticks = price,
                           .last_lots = lost,
                           .counter_order_id = maker_id,
                           .quote_quantity = taker.quote_quantity,
                           .ended = ended});
  if (ended) {
    EndTaker(taker, status);
  }
  return ended;
}

// The maker's half of a prevented match: it loses `lots`, perhaps all that it has.
void MatchingEngine::Impl::PreventMaker(const Taker& taker, std::uint32_t maker_slot,
                                        std::int64_t lots) {
  Symbol& symbol = *taker.symbol;
  Order& maker = book_.orders[maker_slot];
  const std::int64_t old_lots = maker.leaves_lots;
  const bool ended = lots == old_lots;
  digest_ -= OrderDigest(maker);
  book_.Reduce(maker_slot, lots);
  maker.prevented_lots += lots;
  if (ended) {
    book_.Remove(symbol, maker_slot);
  } else {
    digest_ += OrderDigest(maker);
  }
  UnlockResting(maker, lots);
  ReportOrder(maker_slot, {.type = ExecType::TRADE_PREVENTION,
                           .status = ended ? OrderStatus::EXPIRED_IN_MATCH : OpenStatus(maker),
                           .end_reason = EndReason::SELF_TRADE,
                           .last_price_ticks = maker.price_ticks,
                           .last_lots = lots,
                           .counter_order_id = taker.order->id,
                           .ended = ended});
  ReportBook(symbol, ended ? sbe::BookAction::REMOVE : sbe::BookAction::REDUCE, maker,
             maker.price_ticks, old_lots);
  if (ended) {
    ForgetOrder(maker_slot);
  }
}

bool MatchingEngine::Impl::BudgetIsSpent(const Taker& taker, std::int64_t last_price_ticks) const {
  const std::uint32_t next = taker.symbol->BestOpposite(taker.order->side);
  const std::int64_t price = next != 0 ? book_.levels[next].price_ticks : last_price_ticks;
  return taker.symbol->AffordableLots(taker.budget, price) == 0;
}

// After the loop: the taker is done, rests, or its remainder expires.
void MatchingEngine::Impl::FinishTaker(Taker& taker) {
  Order& order = *taker.order;
  const bool executed = order.CumulativeLots() > 0;
  if (taker.is_budget) {
    if (taker.done) {
      EndTaker(taker, OrderStatus::FILLED);
    } else {
      ExpireTaker(taker, executed ? EndReason::IMMEDIATE_REMAINDER : EndReason::NO_LIQUIDITY);
    }
    return;
  }
  if (order.leaves_lots == 0) {
    EndTaker(taker, DoneStatus(order));
    return;
  }
  if (order.type == kMarket || order.time_in_force != kGoodTillCancel) {
    ExpireTaker(taker, order.type == kMarket && !executed ? EndReason::NO_LIQUIDITY
                                                          : EndReason::IMMEDIATE_REMAINDER);
    return;
  }
  book_.Rest(*taker.symbol, taker.slot);
  if (!taker.attached) {
    AttachOrder(taker.slot);
  }
  digest_ += OrderDigest(order);
  RememberOrder(order, OpenStatus(order));
  ReportBook(*taker.symbol, sbe::BookAction::ADD, order, 0, 0);
}

void MatchingEngine::Impl::ExpireTaker(Taker& taker, EndReason reason) {
  UnlockTaker(taker, taker.is_budget ? 0 : taker.order->leaves_lots);
  ReportOrder(taker.slot, {.type = ExecType::EXPIRED,
                           .status = OrderStatus::EXPIRED,
                           .end_reason = reason,
                           .quote_quantity = taker.quote_quantity,
                           .ended = true});
  EndTaker(taker, OrderStatus::EXPIRED);
}

void MatchingEngine::Impl::EndTaker(Taker& taker, OrderStatus status) {
  RememberOrder(*taker.order, status);
  if (taker.attached) {
    ForgetOrder(taker.slot);
  } else {
    book_.orders.Free(taker.slot);
  }
}

void MatchingEngine::Impl::UnlockTaker(const Taker& taker, std::int64_t lots) {
  if (taker.unit_lock != 0 && lots != 0) {
    ledger_.Lock(taker.account, taker.symbol->LockedAsset(taker.order->side),
                 -taker.unit_lock * lots);
  }
}

Executable MatchingEngine::Impl::Probe(std::uint32_t account, const Symbol& symbol,
                                       const OrderRequest& request) const {
  Executable found;
  const std::uint32_t account_symbol =
      FindAccountSymbol(account, static_cast<std::uint32_t>(&symbol - symbols_));
  const bool may_meet_own = request.self_trade_prevention != 0 && account_symbol != 0 &&
                            account_symbols_[account_symbol].open_count != 0;
  // Where no order has to be looked at for itself, a level counts as one.
  const bool by_level = symbol.IsExact() && !may_meet_own && !request.IsBudget();
  const bool buys = request.side == kBuy;
  std::int64_t leaves = request.quantity_lots;
  Int128 budget = request.quote_quantity;
  const std::uint8_t book_side = buys ? kSell : kBuy;
  for (std::uint32_t at = symbol.BestOpposite(request.side); at != 0;
       at = book_.NextWorse(book_side, at)) {
    const PriceLevel& level = book_.levels[at];
    if (request.price_ticks != 0 && (buys ? level.price_ticks > request.price_ticks
                                          : level.price_ticks < request.price_ticks)) {
      break;
    }
    if (by_level) {
      const std::int64_t lots = std::min(leaves, level.total_lots);
      found.lots += lots;
      found.quote += symbol.FloorNotional128(level.price_ticks, lots);
      leaves -= lots;
      if (leaves == 0) {
        return found;
      }
      continue;
    }
    for (std::uint32_t slot = level.first; slot != 0; slot = book_.orders[slot].next) {
      const Order& maker = book_.orders[slot];
      const std::int64_t wanted =
          request.IsBudget()
              ? symbol.AffordableLots(static_cast<std::int64_t>(budget), level.price_ticks)
              : leaves;
      if (wanted == 0) {
        return found;
      }
      if (may_meet_own && IsOwn(slot, account)) {
        constexpr std::uint8_t kExpireMaker = 2;
        constexpr std::uint8_t kDecrement = 4;
        if (request.self_trade_prevention == kExpireMaker) {
          continue;
        }
        if (request.self_trade_prevention == kDecrement && !request.IsBudget()) {
          leaves -= std::min(leaves, maker.leaves_lots);
          continue;
        }
        return found;
      }
      const std::int64_t lots = std::min(wanted, maker.leaves_lots);
      const Int128 quote = buys ? symbol.CeilNotional128(level.price_ticks, lots)
                                : symbol.FloorNotional128(level.price_ticks, lots);
      found.lots += lots;
      found.quote += quote;
      leaves -= lots;
      budget -= quote;
      if (request.IsBudget() && lots < maker.leaves_lots) {
        return found;
      }
    }
  }
  return found;
}

}  // namespace lockstep
