// Whether this node still computes what the others compute.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/digest_trail.h"

namespace lockstep {

enum class Verdict : std::uint8_t {
  kAgrees,      // with everybody, wherever positions could be compared
  kOthers,      // a minority of other nodes differs: it is theirs to stop
  kOpen,        // somebody differs, and who is right cannot be told until more nodes are heard
  kMinority,    // a majority of the cluster has another digest: this node must stop
  kNoMajority,  // all are heard, and no digest has a majority: all must stop
};

struct DivergenceFinding {
  Verdict verdict = Verdict::kAgrees;
  std::int64_t position = 0;  // the first at which digests differ
  std::uint64_t own = 0;
  std::uint64_t other = 0;
};

// `peers`: the trails of the other nodes that were heard. The worst that any position shows.
[[nodiscard]] DivergenceFinding JudgeDigests(std::span<const DigestAt> own,
                                             std::span<const std::vector<DigestAt>> peers,
                                             std::size_t cluster_size);

}  // namespace lockstep
