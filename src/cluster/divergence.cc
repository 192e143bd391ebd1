#include "cluster/divergence.h"

#include <algorithm>
#include <map>
#include <optional>

namespace lockstep {
namespace {

std::optional<std::uint64_t> DigestOf(std::span<const DigestAt> trail, std::int64_t position) {
  const auto found = std::ranges::find(trail, position, &DigestAt::position);
  return found == trail.end() ? std::nullopt : std::optional(found->digest);
}

DivergenceFinding JudgeOne(const DigestAt& own, std::span<const std::vector<DigestAt>> peers,
                           std::size_t cluster_size) {
  std::map<std::uint64_t, std::size_t> votes = {{own.digest, 1}};
  std::size_t heard = 1;
  std::uint64_t other = own.digest;
  for (const auto& peer : peers) {
    if (const auto digest = DigestOf(peer, own.position)) {
      ++votes[*digest];
      ++heard;
      other = *digest != own.digest ? *digest : other;
    }
  }
  DivergenceFinding finding{.position = own.position, .own = own.digest, .other = other};
  const std::size_t majority = cluster_size / 2 + 1;
  const auto most =
      std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  if (votes.size() == 1) {
    finding.verdict = Verdict::kAgrees;
  } else if (most->second >= majority) {
    finding.verdict = most->first == own.digest ? Verdict::kOthers : Verdict::kMinority;
  } else {
    finding.verdict = heard == cluster_size ? Verdict::kNoMajority : Verdict::kOpen;
  }
  return finding;
}

}  // namespace

DivergenceFinding JudgeDigests(std::span<const DigestAt> own,
                               std::span<const std::vector<DigestAt>> peers,
                               std::size_t cluster_size) {
  DivergenceFinding worst;
  for (const DigestAt& at : own) {
    const DivergenceFinding finding = JudgeOne(at, peers, cluster_size);
    const bool earlier = finding.verdict == worst.verdict && finding.position < worst.position;
    if (finding.verdict > worst.verdict || (earlier && finding.verdict != Verdict::kAgrees)) {
      worst = finding;
    }
  }
  return worst;
}

}  // namespace lockstep
