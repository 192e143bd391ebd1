// Acts on their way: intent into the audit log, commands to the engine, outcome into the audit log,
// answer. One answer for each request, however often it is sent.
//
// Shape: a table by (account, request id), as the dialect's OrderDesk has it. An act whose intent
// cannot be made durable is not done. One whose commands have been sent is never half: when the
// ring is full the rest of them follow as soon as there is room. Half-failures: the process ends
// behind the intent: the log of commands tells whether the act was done. The answer does not wait
// for the outcome's line, which the audit log keeps until the disk takes it. Storage fails: what is
// in flight is held `hold_ns`, then answered kTimeout and its outcome written as UNKNOWN. The node
// ceases to take commands: the same, unless the log tells first that no step of the act ever
// happened: then its outcome is REFUSED and the request is sent to the leader. An act of which some
// steps happened is UNKNOWN too: sent again with the same bytes, it does the others. Threads: the
// trading loop alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "audit/audit_log.h"
#include "base/clock.h"
#include "base/strong_id.h"
#include "gateway/admin/admin_act.h"
#include "gateway/admin/admin_audit.h"
#include "gateway/binance/api_call.h"
#include "gateway/binance/leader_gate.h"
#include "gateway/egress_publisher.h"
#include "gateway/gateway_counters.h"
#include "gateway/http/io_thread.h"
#include "gateway/ingress_adapter.h"
#include "gateway/tenure_watch.h"

namespace lockstep {

class AdminDesk final : public EgressSession, public TenureListener {
 public:
  struct Parts {
    IngressAdapter& ingress;
    EgressPublisher& egress;
    AdminAudit& audit;
    const Clock& clock;
    GatewayCounters& counters;
    LeaderGate& gate;
  };
  static constexpr std::int64_t kHoldNs = 900'000'000;
  static constexpr std::size_t kMaxInFlight = 1'024;
  static constexpr std::size_t kMaxAnswersKept = 10'000;

  AdminDesk(SessionId session, const Parts& parts);
  ~AdminDesk() override;
  AdminDesk(const AdminDesk&) = delete;
  AdminDesk& operator=(const AdminDesk&) = delete;

  // Answers a request that is known here: at once, or together with the first. False: it is new.
  [[nodiscard]] bool AnswerKnown(const ApiCall& call);

  // Answers `call`, later or at once when it cannot be done. `intent`: what the audit log says of
  // it. Requires !AnswerKnown(call).
  void Do(const ApiCall& call, AdminAct act, const AuditAttempt& intent);

  // From now on nothing new is done: `error` is the answer. Nothing: done again. `hold`: what is in
  // flight may never be answered.
  void SetRefusal(std::optional<ErrorKind> error, bool hold);
  [[nodiscard]] const std::optional<ErrorKind>& refusal() const { return refusal_; }

  // A few times a second.
  void OnTick();

  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }

  void OnPrivateEvent(const PrivateEvent& event) override;
  void FlushEvents() override;
  void OnTenureEnded(std::uint64_t ended_tenure) override;
  void OnTenureGivenUp(std::uint64_t tenure) override;

 private:
  struct Key {
    std::uint64_t account;
    RequestId id;
    friend bool operator==(const Key&, const Key&) = default;
  };
  // Request ids are parts of a MAC: as good as any hash.
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return key.id.high ^ key.account; }
  };
  struct IdHash {
    std::size_t operator()(const RequestId& id) const { return id.high ^ id.low; }
  };
  struct Entry {
    AdminAct act;
    std::string_view name;
    std::int64_t received_ns = 0;
    std::vector<std::shared_ptr<ApiReply>> waiters;
    std::optional<ApiAnswer> answer;
    std::uint64_t intent = 0;  // number of its line; 0: not durable yet
    std::size_t sent = 0;      // steps
    std::vector<std::optional<StepOutcome>> outcomes;
    std::size_t answered = 0;
    std::vector<TakenIn> taken;   // of the steps that were sent; in a cluster alone
    std::optional<ApiCall> call;  // to send it elsewhere; in a cluster alone
  };

  void OnIntent(const Key& key, const Result<std::uint64_t>& number);
  // Sends what is to be sent. False: not all of it yet.
  bool SendSteps(const Key& key, Entry& entry);
  // Before any step has happened, and none ever will.
  void LeaveToTheGate(const Key& key, Entry& entry);
  void AnswerAsUnknown(const Key& key);
  void CompleteIfAnswered(const Key& key);
  void Refuse(const Key& key, Entry& entry, const ApiError& error);
  void Finish(const Key& key, Entry& entry, const ApiAnswer& answer);
  void ForgetOldest();
  void AnswerInFlightAsUnknown();
  Entry* Find(const Key& key);

  SessionId session_;
  Parts parts_;
  std::optional<ErrorKind> refusal_;
  std::int64_t give_up_at_ns_ = INT64_MAX;
  std::unordered_map<Key, Entry, KeyHash> entries_;
  struct StepPlace {
    Key key;
    std::size_t step;
  };
  std::unordered_map<RequestId, StepPlace, IdHash> steps_;  // by the id of its command
  std::vector<Key> touched_;                                // got outcomes since the last flush
  std::vector<Key> unsent_;                           // with steps that the ring had no room for
  std::unordered_set<std::uint32_t> rules_changing_;  // symbols
  struct Kept {
    std::int64_t until_ns;  // monotonic
    Key key;
  };
  std::deque<Kept> kept_;  // oldest first
  std::size_t in_flight_ = 0;
};

}  // namespace lockstep
