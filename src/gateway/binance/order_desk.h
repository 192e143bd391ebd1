// Commands on their way to the engine and the answers that come back: one answer for each request,
// however often it is sent.
//
// Shape: a small table of what is in flight, by (account, request id), whose waiters get the answer
// when the events come; and the memory of answers, which keeps each for limits::kRequestMemoryNs as
// long as all of them fit `answer_bytes`, the oldest leaving first. A request whose answer is gone
// goes to the engine again, which remembers it and does nothing twice; its answer is then made anew
// from history. Half-failure: when storage fails, what is in flight is held `hold_ns` for its real
// result, then answered kTimeout and forgotten here. The same when this node ceases to take
// commands, unless the log tells first that a request never happened: then it is a new request at a
// node that takes none (leader_gate.h), and that answer is never kept. Threads: the trading loop
// alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/strong_id.h"
#include "gateway/binance/answer_memory.h"
#include "gateway/binance/api_call.h"
#include "gateway/binance/command_outcome.h"
#include "gateway/binance/leader_gate.h"
#include "gateway/binance/order_request.h"
#include "gateway/egress_publisher.h"
#include "gateway/gateway_counters.h"
#include "gateway/ingress_adapter.h"
#include "gateway/tenure_watch.h"

namespace lockstep {

// Turns what the engine did into the answer. Called once, on the trading loop.
using AnswerMaker = std::function<ApiAnswer(const CommandOutcome&)>;

// Makes up for the events of a command that was answered in an earlier life of this process.
class OutcomeRebuilder {
 public:
  virtual ~OutcomeRebuilder() = default;
  virtual void Rebuild(AccountId account, SymbolId symbol, const Replayed& replayed,
                       std::function<void(CommandOutcome)> done) = 0;
};

struct OrderDeskLimits {
  std::size_t answer_bytes = std::size_t{128} << 20U;
  std::size_t max_in_flight = 65'536;
  std::int64_t hold_ns = 900'000'000;
};

class OrderDesk final : public EgressSession, public TenureListener {
 public:
  OrderDesk(SessionId session, const OrderDeskLimits& limits, IngressAdapter& ingress,
            EgressPublisher& egress, OutcomeRebuilder& rebuilder, const Clock& clock,
            GatewayCounters& counters, LeaderGate& gate);
  ~OrderDesk() override;
  OrderDesk(const OrderDesk&) = delete;
  OrderDesk& operator=(const OrderDesk&) = delete;

  // Answers a request that is known here: at once, or together with the first. False: it is new.
  [[nodiscard]] bool AnswerKnown(const ApiCall& call);

  // Sends a new request. When it cannot, it answers at once (kBusy, kShuttingDown) or leaves the
  // request to the gate. False: it has done so. Requires !AnswerKnown(call).
  bool Submit(const ApiCall& call, SymbolId symbol, CommandBytes command, AnswerMaker make_answer);

  // Answers a new request that the engine need not see; repeats get the same answer. Requires
  // !AnswerKnown(call) and a final answer.
  void Settle(const ApiCall& call, const ApiAnswer& answer);

  // From now on nothing new is taken: `error` is the answer. Nothing: taken again. `hold`: what is
  // in flight may never be answered.
  void SetRefusal(std::optional<ErrorKind> error, bool hold);
  [[nodiscard]] const std::optional<ErrorKind>& refusal() const { return refusal_; }

  // A few times a second.
  void OnTick();

  [[nodiscard]] std::size_t in_flight() const { return in_flight_.size(); }
  [[nodiscard]] std::size_t answers_kept() const { return answered_.size(); }

  void OnPrivateEvent(const PrivateEvent& event) override;
  void FlushEvents() override;
  void OnTenureEnded(std::uint64_t ended_tenure) override;
  void OnTenureGivenUp(std::uint64_t tenure) override;

 private:
  // Request ids are parts of a MAC: as good as any hash.
  struct KeyHash {
    std::size_t operator()(const RequestKey& key) const { return key.id.high ^ key.account; }
  };
  // What it takes to send a request once more.
  struct Again {
    ApiCall call;
    CommandBytes command;
  };
  struct InFlight {
    AnswerMaker make_answer;
    CommandOutcome outcome;
    std::vector<std::shared_ptr<ApiReply>> waiters;
    SymbolId symbol;
    bool has_events = false;
    TakenIn taken;
    std::unique_ptr<Again> again;  // null on a node that is alone
  };
  using Entries = std::unordered_map<RequestKey, InFlight, KeyHash>;

  void Complete(const RequestKey& key);
  void Finish(const RequestKey& key, const CommandOutcome& outcome);
  void Keep(const RequestKey& key, const ApiAnswer& answer);
  // Takes those in flight for which `which(entry)` out of the table.
  template <class Which>
  std::vector<Entries::node_type> TakeInFlight(Which which);
  void LeaveToTheGate(const ApiCall& call, SymbolId symbol, const CommandBytes& command,
                      AnswerMaker make_answer, std::int64_t until_ns);
  static void AnswerAsUnknown(const std::vector<Entries::node_type>& taken);

  SessionId session_;
  OrderDeskLimits limits_;
  IngressAdapter& ingress_;
  EgressPublisher& egress_;
  OutcomeRebuilder& rebuilder_;
  const Clock& clock_;
  GatewayCounters& counters_;
  LeaderGate& gate_;
  std::optional<ErrorKind> refusal_;
  std::int64_t give_up_at_ns_ = INT64_MAX;
  Entries in_flight_;
  AnswerMemory answered_;
  std::vector<RequestKey> touched_;  // got events since the last flush
};

}  // namespace lockstep
