// The engine's state and the functions that change it. docs/matching.md says what each command
// does; the functions stand in: order_commands.cc (checks and order commands), matching.cc (the
// loop and settlement), admin_commands.cc, queries.cc, engine_snapshot.cc, audit.cc; this header is
// their common ground.
//
// Every handler validates everything first, then mutates; a handler that returns a reason other
// than kNone has changed nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/event_sink.h"
#include "base/state_machine.h"
#include "base/status.h"
#include "engine/arena.h"
#include "engine/event_writer.h"
#include "engine/hash.h"
#include "engine/hash_index.h"
#include "engine/ledger.h"
#include "engine/matching.h"
#include "engine/matching_engine.h"
#include "engine/order_book.h"
#include "engine/records.h"
#include "engine/request_table.h"
#include "engine/slot_pool.h"
#include "engine/symbol.h"
#include "lockstep_sbe/EndReason.h"
#include "lockstep_sbe/ExecType.h"
#include "lockstep_sbe/OrderStatus.h"
#include "lockstep_sbe/RejectReason.h"
#include "protocol/commands.h"
#include "protocol/entry.h"

namespace lockstep {

using RejectReason = sbe::RejectReason::Value;
using EndReason = sbe::EndReason::Value;
using OrderStatus = sbe::OrderStatus::Value;
using ExecType = sbe::ExecType::Value;

// A new order as a command asks for it, from NewOrder or CancelReplace. Enums are raw: any byte may
// come.
struct OrderRequest {
  std::int64_t price_ticks;
  std::int64_t quantity_lots;
  std::int64_t quote_quantity;
  std::uint8_t side;
  std::uint8_t type;
  std::uint8_t time_in_force;
  std::uint8_t self_trade_prevention;
  std::string_view client_id;

  [[nodiscard]] bool IsBudget() const { return type == kMarket && quote_quantity > 0; }
  [[nodiscard]] bool MayRest() const {
    return type == kLimitMaker || (type == kLimit && time_in_force == kGoodTillCancel);
  }
};

// What the request table remembers of the command at work.
//
// The amounts do not stand side by side, as they do in the table: they are set just before they are
// moved there, and a wide load would have to wait for both stores.
struct Outcome {
  std::int64_t cumulative_lots = 0;
  RejectReason reason = RejectReason::NONE;
  std::uint64_t order_id = 0;
  std::int64_t cumulative_quote = 0;
  std::uint8_t order_status = 0;
  RejectReason cancel_reason = RejectReason::NONE;  // of a cancelReplace's first half
};

// What a taker would execute now, by the rules of matching, self-trade prevention included.
struct Executable {
  std::int64_t lots = 0;
  Int128 quote = 0;  // what a buyer would pay, a seller would get before fees
};

class MatchingEngine::Impl {
 public:
  Impl(const EngineLimits& engine_limits, EventSink& sink);

  Status LoadSnapshot(SnapshotReader& reader);
  void Apply(std::int64_t position, std::int64_t timestamp_ns, std::span<const std::byte> entry);
  void OnLeadership(std::int64_t term) { term_ = term; }
  [[nodiscard]] bool WriteSnapshot(SnapshotWriter& writer) const;
  [[nodiscard]] std::uint64_t Digest() const { return digest_ + ledger_.digest(); }
  [[nodiscard]] std::int64_t NextDeadlineNs() const { return requests_.NextDeadlineNs(); }
  void Query(std::span<const std::byte> query);

  [[nodiscard]] Status Audit() const;

 private:
  // ---- look_ahead.cc ----
  // A command that will be at work soon. What is known of its order is a guess, for prefetching
  // alone.
  struct Upcoming {
    std::span<const std::byte> command;
    std::uint32_t request_hash;
    std::uint32_t order_hash;  // of the order that it names; 0: none
    std::uint32_t order;       // its slot
    std::uint32_t pair;
  };
  std::size_t LookAhead(EntryReader& reader);
  void PrefetchOrders(std::size_t count);

  // ---- matching_engine.cc ----
  static std::size_t ArenaBytes(const EngineLimits& engine_limits);
  void Reset();
  void ApplyCommand(std::uint16_t index, const Upcoming& upcoming);
  void ReadContext(std::span<const std::byte> command);
  void RefuseMalformed(std::uint16_t index, std::span<const std::byte> command, ShapeError error);
  RejectReason Dispatch(std::span<const std::byte> command);
  void RememberOutcome(std::uint16_t index, RequestResult& result) const;
  void RejectCommand(RejectReason reason, std::span<const std::byte> command);

  // For answers to the command as a whole: finds the symbol that it names.
  void NameSymbol(std::span<const std::byte> command);
  // Of the symbol at work; 0: none.
  [[nodiscard]] std::uint64_t SymbolSequence() const {
    return symbol_ == 0 ? 0 : symbols_[symbol_].record.sequence;
  }

  // ---- look-ups (lookups.cc); slot 0: none ----
  [[nodiscard]] std::uint32_t FindAccount(std::uint64_t id) const;
  [[nodiscard]] std::uint32_t FindSymbol(std::uint32_t id) const;
  [[nodiscard]] std::uint32_t FindAsset(std::uint32_t id) const;
  [[nodiscard]] std::uint32_t FindAccountSymbol(std::uint32_t account, std::uint32_t symbol) const;
  // Requires that it is absent and the pool is not full.
  std::uint32_t CreateAccountSymbol(std::uint32_t account, std::uint32_t symbol);
  [[nodiscard]] std::uint32_t FindOrder(std::uint32_t symbol, std::uint64_t id) const;
  [[nodiscard]] std::uint32_t FindOrderByClientId(std::uint32_t account_symbol,
                                                  std::string_view client_id) const;
  static std::uint32_t OrderHash(std::uint32_t symbol, std::uint64_t id);
  static std::uint32_t ClientIdHash(std::uint32_t account_symbol, std::string_view client_id);

  // An open order of the account by id, client id or both. NONE, UNKNOWN_ORDER or
  // ORDER_ID_MISMATCH.
  struct NamedOrder {
    std::uint32_t slot = 0;
    RejectReason reason = RejectReason::UNKNOWN_ORDER;
  };
  [[nodiscard]] NamedOrder FindNamedOrder(std::uint32_t account_symbol, std::uint32_t symbol,
                                          std::uint64_t id, std::string_view client_id) const;

  // ---- order_commands.cc ----
  [[gnu::flatten]] RejectReason NewOrder(std::span<const std::byte> command);
  [[gnu::flatten]] RejectReason CancelOrder(std::span<const std::byte> command);
  RejectReason CancelAll(std::span<const std::byte> command);
  RejectReason AmendOrder(std::span<const std::byte> command);
  [[gnu::flatten]] RejectReason ReplaceOrder(std::span<const std::byte> command);
  RejectReason CancelReplace(std::span<const std::byte> command);
  // Rejects the command with the client order id that it bore, and the order it named, in the
  // Reject.
  [[gnu::noinline]] RejectReason Refuse(RejectReason reason, std::string_view client_id,
                                        std::uint32_t order = 0);
  // What an order is replaced by, once it has passed the checks.
  struct Replacement {
    std::int64_t price_ticks;
    std::int64_t quantity_lots;
    std::int64_t leaves_lots;
    std::int64_t more_locked;
    bool crosses;
  };
  // Requires price and quantity set; sets the rest.
  [[nodiscard]] RejectReason CheckReplacement(const Symbol& symbol, const Order& order,
                                              Replacement& replacement) const;
  // Finds account, symbol and their pair of an order command into account_, symbol_ and pair_, and
  // the order that it names by id, if it is the account's, into named_.
  RejectReason FindParties(std::uint32_t symbol, std::uint64_t order_id, bool needs_active);
  // The order that the command at work names. After FindParties.
  [[nodiscard]] NamedOrder FindNamedOrder(std::uint64_t id, std::string_view client_id) const {
    return named_ != 0 && client_id.empty() ? NamedOrder{named_, RejectReason::NONE}
                                            : FindNamedOrder(pair_, symbol_, id, client_id);
  }

  // ---- order_checks.cc: §4 of docs/matching.md ----
  [[nodiscard]] RejectReason CheckForm(const Symbol& symbol, const OrderRequest& request) const;
  [[nodiscard]] static RejectReason CheckPriceFilters(const Symbol& symbol, std::int64_t price);
  [[nodiscard]] static RejectReason CheckQuantityFilters(const Symbol& symbol,
                                                         std::int64_t quantity);
  [[nodiscard]] static RejectReason CheckNotional(const Symbol& symbol, std::uint8_t side,
                                                  std::int64_t price, std::int64_t quantity);
  [[nodiscard]] static RejectReason CheckBand(const Symbol& symbol, std::uint8_t side,
                                              std::int64_t price);
  [[nodiscard]] static RejectReason CheckMinimumNotional(const Symbol& symbol, Int128 notional);
  // Filters 16, 18 and 19, for a quantity that only shrinks.
  [[nodiscard]] static RejectReason CheckAmendedQuantity(const Symbol& symbol, std::int64_t price,
                                                         std::int64_t quantity);
  [[nodiscard]] static bool IsOpenForOrders(const Symbol& symbol);
  [[nodiscard]] static bool IsValidClientId(std::string_view client_id);
  // Checks 22 to 26. `account_symbol` may be 0: the account never had an order there.
  [[nodiscard]] RejectReason CheckPlacement(std::uint32_t account, std::uint32_t symbol,
                                            std::uint32_t account_symbol,
                                            const OrderRequest& request) const;
  [[nodiscard]] RejectReason CheckFunds(std::uint32_t account, const Symbol& symbol,
                                        const OrderRequest& request) const;
  [[nodiscard]] bool Crosses(const Symbol& symbol, std::uint8_t side, std::int64_t price) const;

  // ---- matching.cc ----
  // Places a checked order: NEW, matching, end. Fills in outcome_.
  void Place(std::uint32_t account, std::uint32_t symbol, const OrderRequest& request);
  [[gnu::noinline, gnu::flatten]] void Match(Taker& taker);
  void Fill(Taker& taker, std::uint32_t maker_slot, std::int64_t lots);
  void Settle(const Taker& taker, const Order& maker, const Settlement& s);
  // True: the taker has ended.
  bool PreventSelfTrade(Taker& taker, std::uint32_t maker_slot);
  void PreventMaker(const Taker& taker, std::uint32_t maker_slot, std::int64_t lots);
  void FinishTaker(Taker& taker);
  void ExpireTaker(Taker& taker, EndReason reason);
  void EndTaker(Taker& taker, OrderStatus status);
  void UnlockTaker(const Taker& taker, std::int64_t lots);
  [[nodiscard]] bool IsOwn(std::uint32_t order, std::uint32_t account) const {
    return account_symbols_[book_.orders[order].account_symbol].account == account;
  }
  [[nodiscard]] bool BudgetIsSpent(const Taker& taker, std::int64_t last_price_ticks) const;
  [[nodiscard]] Executable Probe(std::uint32_t account, const Symbol& symbol,
                                 const OrderRequest& request) const;

  // Ends a resting order without a trade: book, lock, report, BookUpdate.
  void CancelResting(std::uint32_t order, EndReason reason, std::string_view request_client_id);
  // Takes an order out of all indexes and frees its slot.
  void ForgetOrder(std::uint32_t order);
  void AttachOrder(std::uint32_t order);
  void SetClientId(std::uint32_t order, std::string_view client_id);

  // ---- reports (reports.cc) ----
  void ReportOrder(std::uint32_t order, const OrderReport& report);
  void ReportBook(Symbol& symbol, std::uint8_t action, const Order& order,
                  std::int64_t old_price_ticks, std::int64_t old_lots);
  // A BookUpdate(REMOVE) of an order whose price and leaves have already changed.
  void ReportRemoval(Symbol& symbol, const Order& order, std::int64_t old_price_ticks,
                     std::int64_t old_lots);
  [[nodiscard]] static OrderStatus OpenStatus(const Order& order) {
    return order.CumulativeLots() > 0 ? OrderStatus::PARTIALLY_FILLED : OrderStatus::NEW;
  }
  // Of an order whose last lot has gone by a trade.
  [[nodiscard]] static OrderStatus DoneStatus(const Order& order) {
    return order.prevented_lots > 0 ? OrderStatus::EXPIRED_IN_MATCH : OrderStatus::FILLED;
  }
  void RememberOrder(const Order& order, OrderStatus status);
  // What a resting order adds to the digest.
  [[nodiscard]] std::uint64_t OrderDigest(const Order& order) const;
  void AddPublicEvent(Symbol& symbol, std::uint64_t what, std::uint64_t detail);
  void UnlockResting(const Order& order, std::int64_t lots);
  static std::uint64_t PrivateSequenceKey(std::uint32_t account) {
    return Mix(account, 0x70726976) | 1;
  }

  // ---- admin_commands.cc ----
  RejectReason DispatchAdmin(std::span<const std::byte> command);
  RejectReason CreateAsset(std::span<const std::byte> command);
  RejectReason CreateSymbol(std::span<const std::byte> command);
  RejectReason SetSymbolStatus(std::span<const std::byte> command);
  RejectReason SetSymbolRules(std::span<const std::byte> command);
  RejectReason CreateAccount(std::span<const std::byte> command);
  RejectReason SetAccountStatus(std::span<const std::byte> command);
  RejectReason MoveFunds(std::uint64_t target, std::uint32_t asset_id, std::int64_t amount,
                         std::uint64_t source, std::uint64_t number, bool is_deposit);
  void DefineSymbol(Symbol& symbol);
  void IndexSymbol(std::uint32_t slot);

  // ---- queries.cc ----
  struct Answer {
    std::uint32_t rows = 0;
    bool more = false;
    RejectReason reason = RejectReason::NONE;
  };
  Answer QueryOrder(std::uint64_t order_id, std::string_view client_id);
  Answer QueryOpenOrders(std::uint32_t symbol, std::uint64_t after, std::uint32_t max_rows);
  Answer QueryBalances();
  Answer QueryReference();
  void ReportStatus(std::uint32_t order);
  void WriteDefinitions();
  [[nodiscard]] std::uint32_t NextAssetById(std::uint32_t asset) const;

  // ---- engine_snapshot.cc, audit.cc ----
  [[nodiscard]] static std::uint64_t AssetDigest(const Asset& asset);
  [[nodiscard]] static std::uint64_t RulesDigest(const Symbol& symbol);
  [[nodiscard]] static std::uint64_t AccountDigest(std::uint32_t slot, const Account& account);
  [[nodiscard]] static std::uint64_t CountersDigest(const Symbol& symbol);
  [[nodiscard]] static std::uint64_t SourceDigest(std::uint64_t id, std::uint64_t number);
  [[nodiscard]] std::uint64_t FullDigest() const;
  void WriteImage();
  Status LoadRecords(SnapshotReader& reader);
  void RelinkOwners();
  [[nodiscard]] Status AuditBook(const Symbol& symbol, std::uint8_t side,
                                 std::uint32_t& orders_seen) const;
  [[nodiscard]] Status AuditFunds(std::uint32_t account, std::uint32_t asset) const;
  [[nodiscard]] Status AuditConservation(std::uint32_t asset) const;

  // Resting orders of one symbol: bids then asks, best level first, queue order. Stops when
  // `visitor(slot)` is false.
  template <class Visitor>
  bool ForEachResting(const Symbol& symbol, Visitor&& visitor) const {
    for (const std::uint8_t side : {kBuy, kSell}) {
      std::uint32_t level = side == kBuy ? symbol.bids.highest : symbol.asks.lowest;
      for (; level != 0; level = book_.NextWorse(side, level)) {
        for (std::uint32_t slot = book_.levels[level].first; slot != 0;
             slot = book_.orders[slot].next) {
          if (!visitor(slot)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  struct Source {
    std::uint64_t id;
    std::uint64_t last_number;
  };

  EngineLimits limits_;
  Arena arena_;
  OrderBook book_;
  HashIndex orders_by_id_;
  HashIndex orders_by_client_id_;
  SlotPool<Account> accounts_;
  HashIndex accounts_by_id_;
  SlotPool<AccountSymbol> account_symbols_;
  HashIndex account_symbols_by_key_;
  Asset* assets_;                 // slots from 1 in order of creation
  Symbol* symbols_;               // slots from 1 in order of creation
  std::uint32_t* symbols_by_id_;  // slots, ascending id
  HashIndex symbols_index_;
  Source* sources_;  // from 0 in order of first use
  Ledger ledger_;
  RequestTable requests_;
  std::uint32_t* scratch_;  // max_orders slots, used while loading only
  std::uint32_t asset_count_ = 0;
  std::uint32_t symbol_count_ = 0;
  std::uint32_t account_count_ = 0;
  std::uint32_t source_count_ = 0;

  EventWriter events_;
  std::uint64_t digest_ = 0;  // of all but the ledger
  std::int64_t now_ns_ = 0;
  std::int64_t position_ = 0;
  std::int64_t term_ = 0;

  // The next commands of the entry at work.
  static constexpr std::size_t kLookAhead = 32;
  Upcoming upcoming_[kLookAhead] = {};

  // The command at work.
  CommandContext context_;
  Outcome outcome_;
  std::uint32_t account_ = 0;  // slots
  std::uint32_t symbol_ = 0;
  std::uint32_t pair_ = 0;
  std::uint32_t named_ = 0;
  std::uint32_t last_symbol_ = 0;  // that an order command named: most likely the next one's too
};

}  // namespace lockstep
