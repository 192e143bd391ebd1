#include "gateway/binance/leader_gate.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/gateway_counters.h"

namespace lockstep {
namespace {

// Elections take tenths of one.
constexpr std::uint32_t kRetryAfterS = 1;

// {"code":…,"msg":…,"leader":…,…}
ApiAnswer WithHint(const ApiError& error, const LeaderHint& hint) {
  ApiAnswer answer = AnswerOf(error);
  answer.body.back() = ',';
  answer.body += LeaderJsonMembers(hint) + "}";
  return answer;
}

}  // namespace

LeaderGate::LeaderGate(ClusterMembership* cluster, const LeaderGateLimits& limits,
                       const Clock& clock, IoThread& trading)
    : cluster_(cluster),
      limits_(limits),
      clock_(clock),
      trading_(trading),
      alive_(std::make_shared<int>(0)) {
  if (cluster_ != nullptr) {
    cluster_->leadership().Listen(alive_, [this] { trading_.Post([this] { OnLeadership(); }); });
  }
}

bool LeaderGate::Admits(Need need) const {
  if (cluster_ == nullptr) {
    return true;
  }
  return need == Need::kCommands ? cluster_->TakesCommands()
                                 : cluster_->MayAnswerQueries(clock_.MonotonicNs());
}

bool LeaderGate::Redirect(const ApiCall& call) {
  // A node that takes commands but has no lease may be the only one that leads.
  if (cluster_ == nullptr || cluster_->TakesCommands()) {
    return false;
  }
  const LeaderHint hint = cluster_->Hint();
  if (hint.address == nullptr || !redirected_.Count(call.identity.account, call.identity.request_id,
                                                    hint.leader, clock_.MonotonicNs())) {
    return false;
  }
  Count(counters_.redirected);
  ApiAnswer answer = WithHint(MakeError(ErrorKind::kNotLeader, hint.address->RestUrl()), hint);
  answer.redirect_to = hint.address->RestUrl();
  call.reply->Send(std::move(answer));
  return true;
}

void LeaderGate::RefuseWithoutLeader(const ApiCall& call) {
  Count(counters_.no_leader);
  ApiAnswer answer = WithHint(MakeError(ErrorKind::kNoLeader), {.term = cluster_->term()});
  answer.retry_after_s = kRetryAfterS;
  call.reply->Send(std::move(answer));
}

void LeaderGate::Hold(const ApiCall& call, Need need, Serve serve, std::int64_t until_ns) {
  const std::int64_t now_ns = clock_.MonotonicNs();
  if (held_.size() >= limits_.max_held) {
    RefuseWithoutLeader(call);
    return;
  }
  Count(counters_.held);
  Count(counters_.held_now);
  held_.push_back({.call = call,
                   .need = need,
                   .serve = std::move(serve),
                   .until_ns = std::min(until_ns, now_ns + limits_.hold_ns)});
}

void LeaderGate::Divert(const ApiCall& call, Need need, Serve serve, std::int64_t until_ns) {
  if (!Redirect(call)) {
    Hold(call, need, std::move(serve), until_ns);
  }
}

void LeaderGate::OnLeadership() {
  watch_.Note(cluster_->leadership(), clock_.MonotonicNs(), limits_.in_flight_hold_ns);
  for (const auto& changed : changed_) {
    changed();
  }
  Review();
}

void LeaderGate::OnLeadershipTerm(std::int64_t term, std::uint64_t ended_tenure) {
  if (cluster_ == nullptr) {
    return;
  }
  cluster_->NoteTerm(term);
  watch_.Note(cluster_->leadership(), clock_.MonotonicNs(), limits_.in_flight_hold_ns);
  if (ended_tenure != Leadership::kNoTenure) {
    for (TenureListener* listener : listeners_) {
      listener->OnTenureEnded(ended_tenure);
    }
  }
  ReviewSoon();
}

void LeaderGate::OnTick() {
  if (cluster_ == nullptr) {
    return;
  }
  const std::int64_t now_ns = clock_.MonotonicNs();
  watch_.Note(cluster_->leadership(), now_ns, limits_.in_flight_hold_ns);
  if (const std::uint64_t given_up = watch_.TakeExpired(now_ns);
      given_up != Leadership::kNoTenure) {
    for (TenureListener* listener : listeners_) {
      listener->OnTenureGivenUp(given_up);
    }
  }
  Review();
}

void LeaderGate::ReviewSoon() {
  if (!std::exchange(review_is_due_, true)) {
    trading_.Post([this] { Review(); });
  }
}

void LeaderGate::Review() {
  review_is_due_ = false;
  // Serving may hold anew.
  for (Held& held : std::exchange(held_, {})) {
    if (held.serve != nullptr && Admits(held.need)) {
      Count(counters_.served_late);
      held.serve();
    } else if (Redirect(held.call)) {
      continue;
    } else if (held.until_ns <= clock_.MonotonicNs() || Admits(held.need)) {
      RefuseWithoutLeader(held.call);
    } else {
      held_.push_back(std::move(held));
    }
  }
  counters_.held_now.store(held_.size(), std::memory_order_relaxed);
}

}  // namespace lockstep
