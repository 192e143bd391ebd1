#include "gateway/cluster_membership.h"

namespace lockstep {

LeaderHint ClusterMembership::HintOf(std::int32_t member) const {
  return {.leader = member,
          .address = member == Leadership::kNoLeader ? nullptr : addresses_.Find(member),
          .term = term()};
}

LeaderHint ClusterMembership::Hint() const {
  const std::int32_t leader = leadership_.leader();
  return leader == self_ ? LeaderHint{.term = term()} : HintOf(leader);
}

std::optional<std::string> ClusterMembership::WhyNotLeading(std::int64_t now_ns) const {
  if (!TakesCommands()) {
    const std::int32_t leader = leadership_.leader();
    return leader == Leadership::kNoLeader || leader == self_
               ? "no leader"
               : "follower of " + std::to_string(leader);
  }
  return MayAnswerQueries(now_ns) ? std::nullopt
                                  : std::optional<std::string>("leader without a lease");
}

void ClusterMembership::NoteTerm(std::int64_t term) {
  std::int64_t known = term_.load(std::memory_order_relaxed);
  while (known < term && !term_.compare_exchange_weak(known, term, std::memory_order_relaxed)) {
  }
}

std::string LeaderJsonMembers(const LeaderHint& hint) {
  std::string json =
      "\"leader\":" + std::to_string(hint.leader) + ",\"term\":" + std::to_string(hint.term);
  if (hint.address == nullptr) {
    return json + R"(,"rest":null,"sbe":null)";
  }
  // Hosts are of characters that need no escape.
  return json + ",\"rest\":\"" + hint.address->RestUrl() + "\",\"sbe\":\"" +
         hint.address->SbeAddress() + "\"";
}

}  // namespace lockstep
