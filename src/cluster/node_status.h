// What one node says of itself, to operators and to the other nodes. docs/operations.md has the
// meaning of each member.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest_trail.h"
#include "base/status.h"

namespace lockstep {

struct MemberAddresses {
  std::int32_t id = -1;
  std::string rest;  // host:port
  std::string sbe;
};

struct NodeStatus {
  std::int32_t member = -1;
  std::string phase;  // "starting", "serving", "stopping"
  std::string role;   // "leader", "follower", "candidate"
  std::int64_t term = -1;
  std::int32_t leader = -1;  // member; -1: none known
  bool takes_commands = false;
  std::int64_t committed = 0;  // positions of the log
  std::int64_t applied = 0;
  std::int64_t snapshot = 0;        // of the newest that counts; 0: none
  std::int64_t older_snapshot = 0;  // of the one before it, behind which the log is needed
  std::uint64_t digest = 0;         // as of about `applied`
  std::int64_t wall_ns = 0;         // the node's clock when it answered
  std::vector<DigestAt> digests;
  std::vector<MemberAddresses> members;  // of the cluster, this one too
};

[[nodiscard]] std::string ToJson(const NodeStatus& status);
// kCorruption: not such a JSON; names the member.
[[nodiscard]] Result<NodeStatus> ParseNodeStatus(std::string_view json);

}  // namespace lockstep
