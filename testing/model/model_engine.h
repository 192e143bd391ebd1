// docs/matching.md as a program: a second engine, written apart from src/engine and as plainly as
// it can be, to be compared with it event by event. When the two differ, the document decides.
//
// Shape: maps and lists that grow as they like; every walk is a whole walk. Where to look: requests
// and dispatch in model_engine.cc, §4 in order_checks.cc, §5 in matching.cc, §6 in
// order_commands.cc, §7 in admin_commands.cc, §9 and §10 in queries.cc. The virtual functions are
// there to be broken on purpose by a test of the comparison itself. Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "engine/matching_engine.h"
#include "testing/model/event_writer.h"
#include "testing/model/state.h"

namespace lockstep::model {

class ModelEngine {
 public:
  explicit ModelEngine(const EngineLimits& limits) : limits_(limits) {}
  virtual ~ModelEngine() = default;
  ModelEngine(const ModelEngine&) = default;
  ModelEngine& operator=(const ModelEngine&) = delete;
  ModelEngine(ModelEngine&&) = delete;
  ModelEngine& operator=(ModelEngine&&) = delete;

  // Applies one entry, as StateMachine::Apply; returns its events.
  std::vector<Message> Apply(std::int64_t position, std::int64_t timestamp_ns,
                             std::span<const std::byte> entry);
  // The answer to one Query.
  std::vector<Message> Query(std::span<const std::byte> query);
  // The events that §10 wants after a snapshot is loaded.
  std::vector<Message> Image();
  // Conservation for each asset, locks against orders, books against orders.
  [[nodiscard]] Status Audit() const;

  // For those who make up commands that should mean something.
  [[nodiscard]] const std::map<std::uint32_t, Symbol>& symbols() const { return symbols_; }
  [[nodiscard]] const std::map<std::uint64_t, Account>& accounts() const { return accounts_; }

 protected:
  // §2: what the buyer pays for a fill.
  [[nodiscard]] virtual Wide BuyerPays(const Symbol& symbol, std::int64_t price,
                                       std::int64_t quantity) const;
  // §5: where an order that comes to rest stands in the queue of its price.
  virtual void JoinQueue(Queue& queue, std::uint64_t order_id) const;
  // §2: the fee of what is received.
  [[nodiscard]] virtual Wide Fee(Wide received, std::int32_t fee_ppm) const;
  // §3: whether a remembered request still counts.
  [[nodiscard]] virtual bool IsForgotten(const RememberedRequest& request) const;

 private:
  // ---- model_engine.cc ----
  void ApplyCommand(std::span<const std::byte> command);
  void Dispatch(std::span<const std::byte> command);
  void Reject(Reason reason, std::uint64_t order_id = 0);
  [[nodiscard]] EventPlace Place(std::uint64_t account, std::uint32_t symbol) const;
  [[nodiscard]] EventPlace AnswerPlace() const { return Place(context_.account, context_.symbol); }
  Symbol* FindSymbol(std::uint32_t id);

  // ---- order_checks.cc: §4; NONE when all pass ----
  [[nodiscard]] Reason CheckSteps1To21(const OrderRequest& request);
  [[nodiscard]] Reason CheckStep22(const Symbol& symbol, const OrderRequest& request,
                                   std::size_t open_orders) const;
  [[nodiscard]] Reason CheckSteps23To26(Symbol& symbol, const OrderRequest& request);
  [[nodiscard]] Reason CheckPriceFilters(const Symbol& symbol, std::int64_t price) const;
  [[nodiscard]] Reason CheckQuantityFilters(const Symbol& symbol, std::int64_t quantity) const;
  [[nodiscard]] Reason CheckNotional(const Symbol& symbol, const OrderRequest& request) const;
  [[nodiscard]] Reason CheckBand(const Symbol& symbol, bool buy, std::int64_t price) const;
  [[nodiscard]] Reason CheckFunds(const Symbol& symbol, const Order& order);
  [[nodiscard]] std::size_t OpenOrders(const Symbol& symbol, std::uint64_t account) const;
  [[nodiscard]] const Order* FindByClientId(const Symbol& symbol, std::uint64_t account,
                                            const std::string& client_order_id) const;

  // ---- matching.cc: §5 ----
  struct Execution {
    std::int64_t quantity = 0;
    Wide cost = 0;  // what a buyer would pay
  };
  // What the taker would get if it were placed now; nothing changes.
  [[nodiscard]] Execution WouldExecute(const Symbol& symbol, const Order& taker) const;
  // The most that a budget still buys or sells at a price.
  [[nodiscard]] Wide BudgetLots(const Symbol& symbol, const Order& taker, std::int64_t price) const;
  void PlaceOrder(Symbol& symbol, const OrderRequest& request);
  // Matches, then lets the rest stand or expire. The taker is not in the book.
  void MatchAndRest(Symbol& symbol, Order& taker);
  void Fill(Symbol& symbol, Order& maker, Order& taker, std::int64_t quantity);
  // The taker met an order of its own account and does not trade with it. True: the taker is at its
  // end.
  bool Prevent(Symbol& symbol, Order& maker, Order& taker);
  void Rest(Symbol& symbol, const Order& order);
  void RemoveFromBook(Symbol& symbol, const Order& order);
  Order* BestMaker(Symbol& symbol, const Order& taker);
  // After a fill: too little is left for one lot at the next price, or, when nobody stands there,
  // at the last one.
  [[nodiscard]] bool BudgetIsSpent(Symbol& symbol, const Order& taker);

  [[nodiscard]] Wide LockPerLot(const Symbol& symbol, const Order& order) const;
  Balance& BalanceOf(std::uint64_t account, std::uint32_t asset);
  Balance& LockedIn(const Symbol& symbol, const Order& order);
  // Moves the lock of so many lots of the order between free and locked. MARKET orders have none.
  void Lock(const Symbol& symbol, const Order& order, std::int64_t lots);
  void Release(const Symbol& symbol, const Order& order, std::int64_t lots);

  void Report(Symbol& symbol, const Order& order, ReportDetails details);
  void Book(Symbol& symbol, const BookChange& change);
  void ReportEnd(Symbol& symbol, Order& order, ExecType exec_type, OrderStatus status,
                 EndReason reason, const std::string& request_client_order_id = {});
  void Remember(const Order& order);

  // ---- order_commands.cc: §6 ----
  struct Named {
    Order* order = nullptr;
    Reason reason = sbe::RejectReason::NONE;
  };
  [[nodiscard]] Named LookUp(Symbol& symbol, std::uint64_t order_id,
                             const std::string& client_order_id);
  // The checks that all commands on an existing order begin with.
  [[nodiscard]] Reason CheckAccountAndSymbol(bool disabled_may);
  void NewOrder(std::span<const std::byte> command);
  void CancelOrder(std::span<const std::byte> command);
  void CancelAll(std::span<const std::byte> command);
  void AmendOrder(std::span<const std::byte> command);
  void ReplaceOrder(std::span<const std::byte> command);
  void CancelReplace(std::span<const std::byte> command);
  void CancelResting(Symbol& symbol, std::uint64_t order_id, EndReason reason,
                     const std::string& request_client_order_id);

  // ---- admin_commands.cc: §7 ----
  void CreateAsset(std::span<const std::byte> command);
  void CreateSymbol(std::span<const std::byte> command);
  void SetSymbolStatus(std::span<const std::byte> command);
  void SetSymbolRules(std::span<const std::byte> command);
  void CreateAccount(std::span<const std::byte> command);
  void SetAccountStatus(std::span<const std::byte> command);
  void Deposit(std::span<const std::byte> command);
  void Withdraw(std::span<const std::byte> command);
  template <class Codec>
  void MoveFunds(const Codec& command, bool deposit);
  void AnswerWithSymbol(Symbol& symbol);

  EngineLimits limits_;
  std::map<std::uint32_t, Asset> assets_;
  std::map<std::uint32_t, Symbol> symbols_;
  std::map<std::uint64_t, Account> accounts_;
  std::map<std::uint64_t, std::uint64_t> sources_;  // last number of each
  std::map<RequestKey, RememberedRequest> requests_;
  std::set<std::pair<std::uint64_t, std::uint32_t>> account_symbols_;  // that ever had an order
  std::int64_t now_ns_ = 0;
  std::int64_t position_ = 0;

  CommandContext context_;  // of the command at work
  Outcome outcome_;         // of the command at work
  EventWriter events_;
};

// §4 step 10.
[[nodiscard]] bool IsClientOrderId(const std::string& text);

}  // namespace lockstep::model
