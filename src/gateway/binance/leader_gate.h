// What becomes of signed requests at a node that may not serve them now: sent to the leader, or
// held until that can be done or this node may serve them, or told that nobody leads.
//
// Shape: commands need a node that takes them, questions one that holds its lease too. Known
// leader: 307 at once. None: held up to `hold_ns`, then 503 with Retry-After. One that was in
// flight in a tenure that is over is a new request here once LeadershipTerm has proved that it
// never happened; its hold ends with the wait for its result, if that is earlier. It also tells the
// tables of requests in flight when a tenure's fate is known (TenureListener). On a node that is
// alone, all of this is two comparisons with null. Threads: the trading loop alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "gateway/binance/api_call.h"
#include "gateway/binance/redirect_memory.h"
#include "gateway/cluster_counters.h"
#include "gateway/cluster_membership.h"
#include "gateway/http/io_thread.h"
#include "gateway/tenure_watch.h"

namespace lockstep {

// A table of commands in flight.
class TenureListener {
 public:
  virtual ~TenureListener() = default;
  // What was taken in tenures up to this one (TakenIn::IsEndedBy) and has no events never happened.
  virtual void OnTenureEnded(std::uint64_t ended_tenure) = 0;
  // What was taken in tenures up to this one and has no events is not waited for any longer.
  virtual void OnTenureGivenUp(std::uint64_t tenure) = 0;
};

struct LeaderGateLimits {
  // Some clients give up at 1 s.
  std::int64_t hold_ns = 800'000'000;
  // A command in flight when its tenure closes, for its real result.
  std::int64_t in_flight_hold_ns = 900'000'000;
  std::size_t max_held = 16'384;
};

class LeaderGate {
 public:
  enum class Need : std::uint8_t { kCommands, kLease };
  using Serve = std::function<void()>;

  // `cluster` null: the node is alone. Otherwise it follows what its Leadership tells, by
  // `trading`.
  LeaderGate(ClusterMembership* cluster, const LeaderGateLimits& limits, const Clock& clock,
             IoThread& trading);
  LeaderGate(const LeaderGate&) = delete;
  LeaderGate& operator=(const LeaderGate&) = delete;

  // ---- before the loop starts ----
  void Add(TenureListener& listener) { listeners_.push_back(&listener); }
  // Called when commands begin or cease to be taken here or the leader changes.
  void OnChange(std::function<void()> changed) { changed_.push_back(std::move(changed)); }

  // ---- for each request ----
  [[nodiscard]] bool is_clustered() const { return cluster_ != nullptr; }
  [[nodiscard]] ClusterMembership* cluster() const { return cluster_; }
  // Whether a request that needs this may be served here and now.
  [[nodiscard]] bool Admits(Need need) const;

  // Answers `call` with the leader's address. False: nobody is known to whom it could be sent.
  [[nodiscard]] bool Redirect(const ApiCall& call);
  // Answers `call` with the leader's address or 503, unless Admits(need) comes first: then calls
  // `serve`, which answers it. Null: it cannot be taken up again here, and is told to come again.
  void Hold(const ApiCall& call, Need need, Serve serve, std::int64_t until_ns = INT64_MAX);
  // Redirect, or Hold.
  void Divert(const ApiCall& call, Need need, Serve serve, std::int64_t until_ns = INT64_MAX);

  // The tenure to remember with a command, read before it is written; kNoTenure: write none.
  [[nodiscard]] std::uint64_t tenure() const {
    return cluster_ == nullptr ? Leadership::kNoTenure : cluster_->leadership().tenure();
  }
  // … and after it was written.
  [[nodiscard]] TakenIn Taken(std::uint64_t tenure_before) const {
    return {.tenure = tenure_before, .untold = tenure() != tenure_before};
  }
  [[nodiscard]] std::int64_t WaitedUntil(std::uint64_t tenure) const {
    return watch_.WaitedUntil(tenure);
  }

  // ---- as time passes ----
  // LeadershipTerm has come by the ring, behind the events of all entries before it.
  void OnLeadershipTerm(std::int64_t term, std::uint64_t ended_tenure);
  // An entry has been applied: the lease may have been extended.
  void OnApplied() {
    if (!held_.empty()) {
      ReviewSoon();
    }
  }
  // A few times a second.
  void OnTick();

  [[nodiscard]] std::size_t held() const { return held_.size(); }
  [[nodiscard]] ClusterCounters& counters() { return counters_; }
  [[nodiscard]] const ClusterCounters& counters() const { return counters_; }

 private:
  struct Held {
    ApiCall call;
    Need need;
    Serve serve;
    std::int64_t until_ns;
  };

  void OnLeadership();
  void ReviewSoon();
  // Serves, redirects or gives up on what is held, as things stand now.
  void Review();
  void RefuseWithoutLeader(const ApiCall& call);

  ClusterMembership* cluster_;
  const LeaderGateLimits limits_;
  const Clock& clock_;
  IoThread& trading_;
  ClusterCounters counters_;
  RedirectMemory redirected_;
  TenureWatch watch_;
  std::vector<TenureListener*> listeners_;
  std::vector<std::function<void()>> changed_;
  std::vector<Held> held_;  // oldest first
  bool review_is_due_ = false;
  std::shared_ptr<const void> alive_;
};

}  // namespace lockstep
