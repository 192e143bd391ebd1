// Whether a node that starts may take part in elections yet.
//
// Why: a former leader may have a tail of entries that no majority had. If it comes back while a
// new leader's own entries are not yet recorded by a majority, Aeron's count of positions, which
// does not look at terms, can take that tail for an acknowledgement of them. So it waits until a
// majority without it stands behind one leader, and that leader's committed position has passed its
// own tail: then its position can stand for nothing that is not committed. When nobody leads, as
// after a loss of all, everybody is needed, and goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "cluster/node_status.h"

namespace lockstep {

struct JoinAnswer {
  bool may_join = false;
  std::string why_not;  // for a person
};

struct Newcomer {
  std::int32_t member = -1;
  std::int64_t recorded = 0;  // position at which its recorded log ends
};

// `others`: what the other nodes that answered say.
[[nodiscard]] JoinAnswer MayJoin(const Newcomer& newcomer, std::span<const NodeStatus> others,
                                 std::size_t cluster_size);

}  // namespace lockstep
