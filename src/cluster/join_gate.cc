#include "cluster/join_gate.h"

#include <algorithm>

namespace lockstep {

JoinAnswer MayJoin(std::span<const NodeStatus> others, std::size_t cluster_size,
                   std::int64_t max_lag) {
  const std::size_t majority = cluster_size / 2 + 1;
  if (others.size() + 1 < majority) {
    return {.may_join = false,
            .why_not = "only " + std::to_string(others.size()) + " of " +
                       std::to_string(cluster_size - 1) + " other nodes answer"};
  }
  const auto leader = std::ranges::max_element(others, {}, [](const NodeStatus& node) {
    return node.role == "leader" ? node.term : INT64_MIN;
  });
  if (leader == others.end() || leader->role != "leader") {
    return {.may_join = true, .why_not = {}};
  }
  const auto behind_it = std::ranges::count_if(others, [&](const NodeStatus& node) {
    return node.term == leader->term && node.leader == leader->member &&
           node.committed >= leader->committed - max_lag;
  });
  if (static_cast<std::size_t>(behind_it) < majority) {
    return {.may_join = false,
            .why_not = "no majority stands behind member " + std::to_string(leader->member) +
                       " yet, which leads term " + std::to_string(leader->term)};
  }
  return {.may_join = true, .why_not = {}};
}

}  // namespace lockstep
