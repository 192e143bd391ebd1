#include "cluster/join_gate.h"

#include <algorithm>
#include <utility>

namespace lockstep {

namespace {

JoinAnswer No(std::string why) { return {.may_join = false, .why_not = std::move(why)}; }

}  // namespace

JoinAnswer MayJoin(const Newcomer& newcomer, std::span<const NodeStatus> others,
                   std::size_t cluster_size) {
  const std::size_t majority = cluster_size / 2 + 1;
  if (others.size() + 1 < majority) {
    return No("only " + std::to_string(others.size()) + " of " + std::to_string(cluster_size - 1) +
              " other nodes answer");
  }
  if (std::ranges::find(others, newcomer.member, &NodeStatus::leader) != others.end()) {
    return No("another node has not noticed yet that this one was gone");
  }
  const auto leader = std::ranges::max_element(others, {}, [](const NodeStatus& node) {
    return node.role == "leader" ? node.term : INT64_MIN;
  });
  if (leader == others.end() || leader->role != "leader") {
    return {.may_join = true, .why_not = {}};
  }
  const std::string who = "member " + std::to_string(leader->member) + ", which leads term " +
                          std::to_string(leader->term);
  const auto behind_it = std::ranges::count_if(others, [&](const NodeStatus& node) {
    return node.term == leader->term && node.leader == leader->member;
  });
  if (static_cast<std::size_t>(behind_it) < majority) {
    return No("no majority stands behind " + who + " yet");
  }
  if (leader->committed < newcomer.recorded) {
    return No("the log here ends at position " + std::to_string(newcomer.recorded) + ", and " +
              who + " has committed up to " + std::to_string(leader->committed) + " only");
  }
  return {.may_join = true, .why_not = {}};
}

}  // namespace lockstep
