#include "apps/cluster_node.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include "cluster/join_gate.h"

namespace lockstep {
namespace {

constexpr std::int64_t kMillisecondNs = 1'000'000;
constexpr std::int64_t kSecondNs = 1'000 * kMillisecondNs;
// What a node said is no longer what it is.
constexpr std::int64_t kFreshNs = kSecondNs;
constexpr std::int64_t kToldEveryNs = 5 * kSecondNs;
constexpr int kDivergedExit = 5;

std::vector<MemberAddresses> AddressesOf(const ExchangeConfig& config, bool with_own) {
  std::vector<MemberAddresses> addresses;
  for (const ClusterMember& member : config.members) {
    if (with_own || member.id != config.member) {
      addresses.push_back({.id = member.id, .rest = member.rest, .sbe = member.sbe});
    }
  }
  return addresses;
}

const char* Name(Role role) {
  switch (role) {
    case Role::kLeader:
      return "leader";
    case Role::kFollower:
      return "follower";
    case Role::kCandidate:
      break;
  }
  return "candidate";
}

bool StopSignalWaits() {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

}  // namespace

ClusterNode::ClusterNode(const Parts& parts)
    : parts_(parts), peers_(AddressesOf(parts.config, false), parts.clock) {}

bool ClusterNode::AwaitAdmission(std::int64_t recorded_position) {
  const Newcomer newcomer{.member = parts_.config.member, .recorded = recorded_position};
  std::int64_t told_ns = parts_.clock.MonotonicNs();
  while (!StopSignalWaits()) {
    const JoinAnswer answer =
        MayJoin(newcomer, peers_.Fresh(kFreshNs), parts_.config.members.size());
    if (answer.may_join) {
      return true;
    }
    if (parts_.clock.MonotonicNs() - told_ns > kToldEveryNs) {
      std::fprintf(stderr, "cluster: waiting to take part: %s\n", answer.why_not.c_str());
      told_ns = parts_.clock.MonotonicNs();
    }
    const timespec pause = {0, 20 * kMillisecondNs};
    nanosleep(&pause, nullptr);
  }
  return false;
}

std::string ClusterNode::StatusJson() const {
  NodeStatus status;
  status.member = parts_.config.member;
  status.phase = phase_.load();
  const bool starting = std::string_view(status.phase) == "starting";
  status.role = starting ? "candidate" : Name(parts_.sequencer.role());
  status.term = parts_.sequencer.term();
  status.leader = parts_.leadership.leader();
  status.takes_commands = parts_.leadership.tenure() != Leadership::kNoTenure;
  status.committed = parts_.sequencer.committed_position();
  status.applied = parts_.driver.applied_position();
  status.snapshot = parts_.sequencer.snapshot_position();
  status.older_snapshot = parts_.sequencer.older_snapshot_position();
  status.digest = parts_.driver.digest();
  status.wall_ns = parts_.clock.WallNs();
  status.digests = parts_.driver.digest_trail().Recent();
  status.members = AddressesOf(parts_.config, true);
  return ToJson(status);
}

void ClusterNode::Watch() {
  CheckDigests();
  PurgeIfAsked();
}

void ClusterNode::CheckDigests() {
  std::vector<std::vector<DigestAt>> trails;
  for (NodeStatus& peer : peers_.Fresh(kFreshNs)) {
    trails.push_back(std::move(peer.digests));
  }
  const auto own = parts_.driver.digest_trail().Recent();
  const DivergenceFinding finding = JudgeDigests(own, trails, parts_.config.members.size());
  const bool must_stop =
      finding.verdict == Verdict::kMinority || finding.verdict == Verdict::kNoMajority;
  if (finding.verdict != last_verdict_ && finding.verdict != Verdict::kAgrees) {
    const std::string alarm =
        fmt::format("ALARM: divergence at position {}: digest {:016x} here, {:016x} on {}; {}\n",
                    finding.position, finding.own, finding.other,
                    finding.verdict == Verdict::kMinority ? "a majority" : "another node",
                    must_stop ? "this node stops" : "this node goes on");
    std::fputs(alarm.c_str(), stderr);
  }
  last_verdict_ = finding.verdict;
  if (must_stop) {
    std::_Exit(kDivergedExit);
  }
}

void ClusterNode::PurgeIfAsked() {
  if (const std::int64_t position = purge_position_.exchange(0); position != 0) {
    if (Status purged = parts_.sequencer.PurgeLog(position); !purged.ok()) {
      std::fprintf(stderr, "cluster: %s\n", purged.message().c_str());
    }
  }
}

Status ClusterNode::MustLead() const {
  if (parts_.leadership.tenure() != Leadership::kNoTenure) {
    return Status::Ok();
  }
  const std::int32_t leader = parts_.leadership.leader();
  return {StatusCode::kUnavailable,
          leader < 0 ? std::string("no node leads at the moment")
                     : fmt::format("this node does not lead; member {} does", leader)};
}

Status ClusterNode::RequestSnapshot() {
  Status leads = MustLead();
  if (leads.ok()) {
    parts_.sequencer.RequestSnapshot();
  }
  return leads;
}

Status ClusterNode::RequestStepDown() {
  Status leads = MustLead();
  if (leads.ok() && parts_.config.members.size() == 1) {
    return {StatusCode::kUnavailable, "this node is alone: nobody could take over"};
  }
  if (leads.ok()) {
    wants_restart_.store(true);
  }
  return leads;
}

Status ClusterNode::RequestPurge(std::int64_t position) {
  const std::int64_t needed = parts_.sequencer.older_snapshot_position();
  if (position <= 0 || position > needed) {
    return {StatusCode::kInvalidArgument,
            fmt::format("position is from 1 to {}: behind that, a restart needs the log", needed)};
  }
  purge_position_.store(position);
  return Status::Ok();
}

}  // namespace lockstep
