// The cluster as the gateways of one node see it: whether the node takes commands, whether it may
// answer questions, and whom a client is sent to if not (DESIGN: Definite answers, REDIRECT).
//
// Lifetime: outlives the gateways and the sequencer's thread. Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/leadership.h"
#include "gateway/cluster_addresses.h"

namespace lockstep {

// Who leads, for a client that has come to the wrong node.
struct LeaderHint {
  std::int32_t leader = Leadership::kNoLeader;
  const MemberAddress* address = nullptr;  // null: send the client nowhere
  std::int64_t term = 0;                   // the newest that this node has seen begin; 0: none
};

class ClusterMembership {
 public:
  // `self`: this node's member id.
  ClusterMembership(Leadership& leadership, ClusterAddresses addresses, std::int32_t self)
      : leadership_(leadership), addresses_(std::move(addresses)), self_(self) {}
  ClusterMembership(const ClusterMembership&) = delete;
  ClusterMembership& operator=(const ClusterMembership&) = delete;

  [[nodiscard]] Leadership& leadership() { return leadership_; }
  [[nodiscard]] const Leadership& leadership() const { return leadership_; }
  [[nodiscard]] std::int32_t self() const { return self_; }
  [[nodiscard]] const ClusterAddresses& addresses() const { return addresses_; }

  [[nodiscard]] bool TakesCommands() const { return leadership_.tenure() != Leadership::kNoTenure; }
  // `now_ns`: monotonic clock.
  [[nodiscard]] bool MayAnswerQueries(std::int64_t now_ns) const {
    return leadership_.HoldsLease(now_ns);
  }

  // Another member that is known to lead. While this node itself is named, or nobody is, there is
  // nobody to send a client to.
  [[nodiscard]] LeaderHint Hint() const;
  // The same of a member that is named, this node too.
  [[nodiscard]] LeaderHint HintOf(std::int32_t member) const;

  // Why /leaderz is not 200 here; nothing when this node takes commands and holds its lease.
  [[nodiscard]] std::optional<std::string> WhyNotLeading(std::int64_t now_ns) const;

  // A term has begun in the log. Gateways call it as they read the event ring.
  void NoteTerm(std::int64_t term);
  [[nodiscard]] std::int64_t term() const { return term_.load(std::memory_order_relaxed); }

 private:
  Leadership& leadership_;
  const ClusterAddresses addresses_;
  const std::int32_t self_;
  std::atomic<std::int64_t> term_{0};
};

// The members of a JSON object that name the leader, without its braces:
// "leader":2,"term":7,"rest":"http://b:8080","sbe":"b:9090". Without an address: rest and sbe null.
[[nodiscard]] std::string LeaderJsonMembers(const LeaderHint& hint);

}  // namespace lockstep
