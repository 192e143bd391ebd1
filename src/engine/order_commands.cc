// The order commands: §§4 and 6 of docs/matching.md.
#include <algorithm>

#include "engine/engine_core.h"
#include "lockstep_sbe/BookAction.h"

namespace lockstep {
namespace {

constexpr std::uint8_t kActive = 1;  // AccountStatus
constexpr std::uint8_t kClosed = 5;  // TradingStatus
constexpr std::uint8_t kStatusPostOnly = 2;

template <class Codec>
OrderRequest RequestFrom(const Codec& codec) {
  return {.price_ticks = codec.price(),
          .quantity_lots = codec.quantity(),
          .quote_quantity = codec.quoteQuantity(),
          .side = codec.sideRaw(),
          .type = codec.orderTypeRaw(),
          .time_in_force = codec.timeInForceRaw(),
          .self_trade_prevention = codec.selfTradePreventionRaw(),
          .client_id = {}};
}

}  // namespace

RejectReason MatchingEngine::Impl::Refuse(RejectReason reason, std::string_view client_id,
                                          std::uint32_t order) {
  const std::uint64_t order_id = order == 0 ? 0 : book_.orders[order].id;
  outcome_.order_id = order_id;
  events_.WriteReject(SymbolSequence(), reason, order_id,
                      IsValidClientId(client_id) ? client_id : std::string_view());
  return reason;
}

RejectReason MatchingEngine::Impl::FindParties(std::uint32_t symbol, std::uint64_t order_id,
                                               bool needs_active) {
  context_.symbol_id = symbol;
  symbol_ = FindSymbol(symbol);
  last_symbol_ = symbol_;
  named_ = order_id == 0 ? 0 : FindOrder(symbol_, order_id);
  pair_ = book_.orders[named_].account_symbol;
  account_ = account_symbols_[pair_].account;
  // An order knows whose it is. Only when there is none, or another's, is the account looked for.
  if (named_ == 0 || accounts_[account_].id != context_.account) {
    named_ = 0;
    account_ = FindAccount(context_.account);
    pair_ = FindAccountSymbol(account_, symbol_);
  }
  if (account_ == 0) {
    return RejectReason::UNKNOWN_ACCOUNT;
  }
  if (needs_active && accounts_[account_].status != kActive) {
    return RejectReason::ACCOUNT_DISABLED;
  }
  return symbol_ == 0 ? RejectReason::UNKNOWN_SYMBOL : RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::NewOrder(std::span<const std::byte> command) {
  auto codec = Decode<sbe::NewOrder>(command);
  OrderRequest request = RequestFrom(codec);
  request.client_id = codec.getClientOrderIdAsStringView();
  RejectReason reason = FindParties(codec.symbol(), 0, true);
  if (reason == RejectReason::NONE) {
    reason = CheckForm(symbols_[symbol_], request);
  }
  if (reason == RejectReason::NONE) {
    reason = CheckPlacement(account_, symbol_, pair_, request);
  }
  if (reason != RejectReason::NONE) {
    return Refuse(reason, request.client_id);
  }
  Place(account_, symbol_, request);
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::CancelOrder(std::span<const std::byte> command) {
  auto codec = Decode<sbe::CancelOrder>(command);
  const std::uint64_t order_id = codec.orderId();
  const std::string_view original_id = codec.getOrigClientOrderIdAsStringView();
  const std::string_view client_id = codec.getClientOrderIdAsStringView();
  RejectReason reason = FindParties(codec.symbol(), order_id, false);
  if (reason == RejectReason::NONE && symbols_[symbol_].record.status == kClosed) {
    reason = RejectReason::MARKET_CLOSED;
  }
  if (reason == RejectReason::NONE && !IsValidClientId(client_id)) {
    reason = RejectReason::INVALID_CLIENT_ORDER_ID;
  }
  if (reason != RejectReason::NONE) {
    return Refuse(reason, client_id);
  }
  const NamedOrder named = FindNamedOrder(order_id, original_id);
  if (named.reason != RejectReason::NONE) {
    return Refuse(named.reason, client_id);
  }
  CancelResting(named.slot, EndReason::CANCEL, client_id);
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::CancelAll(std::span<const std::byte> command) {
  auto codec = Decode<sbe::CancelAll>(command);
  const std::uint32_t wanted = codec.symbol();
  const EndReason reason =
      codec.reasonRaw() == EndReason::DISCONNECT ? EndReason::DISCONNECT : EndReason::CANCEL_ALL;
  RejectReason refusal = FindParties(wanted, 0, false);
  if (wanted == 0 && refusal == RejectReason::UNKNOWN_SYMBOL) {
    refusal = RejectReason::NONE;
  } else if (refusal == RejectReason::NONE && symbols_[symbol_].record.status == kClosed) {
    refusal = RejectReason::MARKET_CLOSED;
  }
  if (refusal != RejectReason::NONE) {
    return Refuse(refusal, {});
  }
  std::uint64_t count = 0;
  for (std::uint32_t i = 0; i < symbol_count_; ++i) {
    const std::uint32_t symbol = symbols_by_id_[i];
    if (wanted != 0 ? symbol != symbol_ : symbols_[symbol].record.status == kClosed) {
      continue;
    }
    const std::uint32_t pair = FindAccountSymbol(account_, symbol);
    while (pair != 0 && account_symbols_[pair].oldest != 0) {
      CancelResting(account_symbols_[pair].oldest, reason, {});
      ++count;
    }
  }
  outcome_ = Outcome{};
  outcome_.cumulative_lots = static_cast<std::int64_t>(count);
  events_.WriteCancelAllReport(SymbolSequence(), count);
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::AmendOrder(std::span<const std::byte> command) {
  auto codec = Decode<sbe::AmendOrder>(command);
  const std::uint64_t order_id = codec.orderId();
  const std::int64_t new_quantity = codec.newQuantity();
  const std::string_view original_id = codec.getOrigClientOrderIdAsStringView();
  const std::string_view client_id = codec.getClientOrderIdAsStringView();
  RejectReason reason = FindParties(codec.symbol(), order_id, true);
  if (reason == RejectReason::NONE && !IsOpenForOrders(symbols_[symbol_])) {
    reason = RejectReason::MARKET_CLOSED;
  }
  if (reason == RejectReason::NONE && !IsValidClientId(client_id)) {
    reason = RejectReason::INVALID_CLIENT_ORDER_ID;
  }
  if (reason != RejectReason::NONE) {
    return Refuse(reason, client_id);
  }
  const NamedOrder named = FindNamedOrder(order_id, original_id);
  if (named.reason != RejectReason::NONE) {
    return Refuse(named.reason, client_id);
  }
  Symbol& symbol = symbols_[symbol_];
  Order& order = book_.orders[named.slot];
  if (new_quantity <= 0) {
    reason = RejectReason::INVALID_QUANTITY;
  } else if (new_quantity >= order.quantity_lots ||
             new_quantity <= order.quantity_lots - order.leaves_lots) {
    reason = RejectReason::AMEND_NOT_A_REDUCTION;
  } else {
    reason = CheckAmendedQuantity(symbol, order.price_ticks, new_quantity);
  }
  if (reason == RejectReason::NONE && !client_id.empty()) {
    const std::uint32_t holder = FindOrderByClientId(pair_, client_id);
    if (holder != 0 && holder != named.slot) {
      reason = RejectReason::DUPLICATE_CLIENT_ORDER_ID;
    }
  }
  if (reason != RejectReason::NONE) {
    return Refuse(reason, client_id, named.slot);
  }

  const std::int64_t reduction = order.quantity_lots - new_quantity;
  const std::int64_t old_leaves = order.leaves_lots;
  char previous[limits::kMaxClientOrderIdBytes];
  std::copy(std::begin(order.client_id), std::end(order.client_id), previous);
  std::string_view previous_id(previous, order.client_id_length);
  digest_ -= OrderDigest(order);
  book_.Reduce(named.slot, reduction);
  order.quantity_lots = new_quantity;
  digest_ += OrderDigest(order);
  UnlockResting(order, reduction);
  if (!client_id.empty() && client_id != previous_id) {
    SetClientId(named.slot, client_id);
  } else {
    previous_id = {};
  }
  ReportOrder(named.slot, {.type = ExecType::REPLACED,
                           .status = OpenStatus(order),
                           .end_reason = EndReason::AMEND,
                           .request_client_id = previous_id});
  ReportBook(symbol, sbe::BookAction::REDUCE, order, order.price_ticks, old_leaves);
  RememberOrder(order, OpenStatus(order));
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::CheckReplacement(const Symbol& symbol, const Order& order,
                                                    Replacement& replacement) const {
  const std::int64_t new_price = replacement.price_ticks;
  const std::int64_t new_quantity = replacement.quantity_lots;
  const bool price_changes = new_price != order.price_ticks;
  const bool quantity_changes = new_quantity != order.quantity_lots;
  if (!price_changes && !quantity_changes) {
    return RejectReason::NOTHING_TO_CHANGE;
  }
  const std::int64_t gone = order.quantity_lots - order.leaves_lots;
  if (new_quantity <= gone || new_quantity > limits::kMaxAmount) {
    return RejectReason::INVALID_QUANTITY;
  }
  RejectReason reason = RejectReason::NONE;
  if (price_changes) {
    reason = CheckPriceFilters(symbol, new_price);
  }
  if (reason == RejectReason::NONE && quantity_changes) {
    reason = CheckQuantityFilters(symbol, new_quantity);
  }
  if (reason == RejectReason::NONE) {
    reason = CheckNotional(symbol, order.side, new_price, new_quantity);
  }
  if (reason == RejectReason::NONE && price_changes) {
    reason = CheckBand(symbol, order.side, new_price);
  }
  if (reason != RejectReason::NONE) {
    return reason;
  }
  replacement.crosses = Crosses(symbol, order.side, new_price);
  if (replacement.crosses) {
    if (order.type == kLimitMaker) {
      return RejectReason::WOULD_TAKE_LIQUIDITY;
    }
    if (symbol.record.status == kStatusPostOnly) {
      return RejectReason::POST_ONLY_MARKET;
    }
  }
  replacement.leaves_lots = new_quantity - gone;
  replacement.more_locked = symbol.Lock(order.side, new_price, replacement.leaves_lots) -
                            symbol.Lock(order.side, order.price_ticks, order.leaves_lots);
  return replacement.more_locked <= ledger_.Of(account_, symbol.LockedAsset(order.side)).free
             ? RejectReason::NONE
             : RejectReason::INSUFFICIENT_BALANCE;
}

RejectReason MatchingEngine::Impl::ReplaceOrder(std::span<const std::byte> command) {
  auto codec = Decode<sbe::ReplaceOrder>(command);
  const std::uint64_t order_id = codec.orderId();
  const std::string_view original_id = codec.getOrigClientOrderIdAsStringView();
  RejectReason reason = FindParties(codec.symbol(), order_id, true);
  if (reason == RejectReason::NONE && !IsOpenForOrders(symbols_[symbol_])) {
    reason = RejectReason::MARKET_CLOSED;
  }
  if (reason != RejectReason::NONE) {
    return Refuse(reason, {});
  }
  const NamedOrder named = FindNamedOrder(order_id, original_id);
  if (named.reason != RejectReason::NONE) {
    return Refuse(named.reason, {});
  }
  Symbol& symbol = symbols_[symbol_];
  Order& order = book_.orders[named.slot];
  if (codec.newPrice() < 0) {
    reason = RejectReason::INVALID_PRICE;
  } else if (codec.newQuantity() < 0) {
    reason = RejectReason::INVALID_QUANTITY;
  }
  Replacement replacement{
      .price_ticks = codec.newPrice() == 0 ? order.price_ticks : codec.newPrice(),
      .quantity_lots = codec.newQuantity() == 0 ? order.quantity_lots : codec.newQuantity(),
      .leaves_lots = 0,
      .more_locked = 0,
      .crosses = false};
  if (reason == RejectReason::NONE) {
    reason = CheckReplacement(symbol, order, replacement);
  }
  if (reason != RejectReason::NONE) {
    return Refuse(reason, {}, named.slot);
  }

  const std::int64_t old_price = order.price_ticks;
  const std::int64_t old_leaves = order.leaves_lots;
  digest_ -= OrderDigest(order);
  book_.Remove(symbol, named.slot);
  order.price_ticks = replacement.price_ticks;
  order.leaves_lots = replacement.leaves_lots;
  order.quantity_lots = replacement.quantity_lots;
  if (replacement.more_locked != 0) {
    ledger_.Lock(account_, symbol.LockedAsset(order.side), replacement.more_locked);
  }
  const OrderStatus status = OpenStatus(order);
  ReportOrder(named.slot, {.type = ExecType::REPLACED, .status = status});
  if (!replacement.crosses) {
    book_.Rest(symbol, named.slot);
    digest_ += OrderDigest(order);
    ReportBook(symbol, sbe::BookAction::MOVE, order, old_price, old_leaves);
    RememberOrder(order, status);
    return RejectReason::NONE;
  }
  ReportRemoval(symbol, order, old_price, old_leaves);
  Taker taker{.slot = named.slot,
              .order = &order,
              .symbol = &symbol,
              .account = account_,
              .budget = 0,
              .is_budget = false,
              .quote_quantity = 0,
              .unit_lock = symbol.Lock(order.side, order.price_ticks, 1),
              .attached = true};
  Match(taker);
  return RejectReason::NONE;
}

RejectReason MatchingEngine::Impl::CancelReplace(std::span<const std::byte> command) {
  auto codec = Decode<sbe::CancelReplace>(command);
  OrderRequest request = RequestFrom(codec);
  const std::uint64_t cancel_id = codec.cancelOrderId();
  const bool allow_failure = codec.modeRaw() == sbe::CancelReplaceMode::ALLOW_FAILURE;
  const std::string_view cancel_client_id = codec.getCancelClientOrderIdAsStringView();
  request.client_id = codec.getClientOrderIdAsStringView();
  RejectReason reason = FindParties(codec.symbol(), cancel_id, true);
  if (reason == RejectReason::NONE) {
    reason = CheckForm(symbols_[symbol_], request);
  }
  if (reason != RejectReason::NONE) {
    return Refuse(reason, request.client_id);
  }
  const NamedOrder named = FindNamedOrder(cancel_id, cancel_client_id);
  const std::uint32_t max_open = symbols_[symbol_].record.filters.max_open_orders;
  if (named.slot != 0 && request.MayRest() && max_open != 0 &&
      account_symbols_[pair_].open_count - 1 >= max_open) {
    return Refuse(RejectReason::TOO_MANY_OPEN_ORDERS, request.client_id);
  }
  if (named.slot != 0) {
    CancelResting(named.slot, EndReason::CANCEL_REPLACE, {});
  } else {
    Refuse(named.reason, request.client_id);
    outcome_.cancel_reason = named.reason;
    if (!allow_failure) {
      return named.reason;
    }
  }
  reason = CheckPlacement(account_, symbol_, pair_, request);
  if (reason != RejectReason::NONE) {
    const Outcome cancelled = outcome_;
    Refuse(reason, request.client_id);
    outcome_ = cancelled;
    return reason;
  }
  Place(account_, symbol_, request);
  return RejectReason::NONE;
}

}  // namespace lockstep
