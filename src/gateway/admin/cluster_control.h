// What operators can ask of one node of a cluster; the process implements it.
//
// Threads: any. Nothing waits.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace lockstep {

class ClusterControl {
 public:
  virtual ~ClusterControl() = default;

  // The node's status as JSON (cluster/node_status.h).
  [[nodiscard]] virtual std::string StatusJson() const = 0;

  // Asks all nodes for a snapshot at one position. kUnavailable: this node does not lead.
  [[nodiscard]] virtual Status RequestSnapshot() = 0;
  // Stops taking commands, answers what is in flight, lets the others elect another leader, and
  // comes back as a follower. kUnavailable: this node does not lead, or is alone.
  [[nodiscard]] virtual Status RequestStepDown() = 0;
  // Removes this node's log before `position`. kInvalidArgument: it is needed for a restart.
  [[nodiscard]] virtual Status RequestPurge(std::int64_t position) = 0;
};

}  // namespace lockstep
