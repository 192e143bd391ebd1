// lockstep cluster: what operators see of a cluster and do to its nodes; docs/operations.md.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/admin_text.h"
#include "apps/commands.h"
#include "apps/operator_keys.h"
#include "base/clock.h"
#include "client/rest_client.h"
#include "client/rest_request.h"
#include "cluster/divergence.h"
#include "cluster/node_status.h"

namespace lockstep {
namespace {

constexpr int kFailed = 1;
constexpr int kBadInput = 2;
constexpr std::int64_t kTimeoutMs = 3'000;
constexpr std::int64_t kActTimeoutMs = 10'000;
constexpr std::uint32_t kRecvWindowMs = 5'000;
constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::int64_t kNsPerMs = 1'000'000;

struct Arguments {
  std::string node = "127.0.0.1:8080";
  std::string keys;
  bool json = false;
  std::int64_t position = 0;
};

void Complain(const std::string& text) { std::fprintf(stderr, "cluster: %s\n", text.c_str()); }

// A node as it was seen from here.
struct Seen {
  MemberAddresses addresses;
  std::optional<NodeStatus> status;
  std::string json;
  std::string trouble;               // why there is no status
  std::int64_t clock_offset_ns = 0;  // its clock minus ours, to half a round trip
};

Seen Ask(const MemberAddresses& addresses) {
  const SystemClock clock;
  Seen seen{.addresses = addresses, .status = {}, .json = {}, .trouble = {}};
  RestClient client(addresses.rest);
  const std::int64_t sent_ns = clock.WallNs();
  auto answer = client.Send(MakePublicRequest("/cluster/v1/status"), kTimeoutMs);
  const std::int64_t middle_ns = sent_ns + (clock.WallNs() - sent_ns) / 2;
  if (!answer) {
    seen.trouble = answer.error().message();
    return seen;
  }
  if (answer->status != 200) {
    seen.trouble = fmt::format("answers {}: not a node of a cluster?", answer->status);
    return seen;
  }
  auto status = ParseNodeStatus(answer->body);
  if (!status) {
    seen.trouble = status.error().message();
    return seen;
  }
  seen.json = std::move(answer->body);
  seen.clock_offset_ns = status->wall_ns - middle_ns;
  seen.status = std::move(*status);
  return seen;
}

// All nodes, of whom the given one tells. Empty: it does not answer, which was said.
std::vector<Seen> AskAll(const Arguments& arguments) {
  Seen first = Ask({.id = -1, .rest = arguments.node, .sbe = {}});
  if (!first.status) {
    Complain(arguments.node + ": " + first.trouble);
    return {};
  }
  std::vector<Seen> all;
  for (const MemberAddresses& member : first.status->members) {
    all.push_back(Ask(member));
  }
  return all;
}

const Seen* LeaderOf(const std::vector<Seen>& all) {
  const auto leader = std::ranges::find_if(
      all, [](const Seen& seen) { return seen.status && seen.status->takes_commands; });
  return leader == all.end() ? nullptr : &*leader;
}

std::int64_t HighestCommitted(const std::vector<Seen>& all) {
  std::int64_t highest = 0;
  for (const Seen& seen : all) {
    highest = std::max(highest, seen.status ? seen.status->committed : 0);
  }
  return highest;
}

void PrintRow(const Seen& seen, std::int64_t highest) {
  if (!seen.status) {
    fmt::print("{:>6}  {:<21}  {}\n", seen.addresses.id, seen.addresses.rest, seen.trouble);
    return;
  }
  const NodeStatus& status = *seen.status;
  fmt::print("{:>6}  {:<21}  {:<9}  {:>5}  {:>13}  {:>9}  {:>13}  {:016x}  {:>+8.1f}\n",
             status.member, seen.addresses.rest, status.takes_commands ? "LEADER" : status.role,
             status.term, status.applied, highest - status.applied, status.snapshot, status.digest,
             static_cast<double>(seen.clock_offset_ns) / kNsPerMs);
}

int ShowStatus(const Arguments& arguments) {
  const std::vector<Seen> all = AskAll(arguments);
  if (all.empty()) {
    return kFailed;
  }
  const Seen* const leader = LeaderOf(all);
  if (arguments.json) {
    std::string list;
    for (const Seen& seen : all) {
      list += list.empty() ? "" : ",";
      list += seen.status ? fmt::format("{{\"clockOffsetNs\":{},\"status\":{}}}",
                                        seen.clock_offset_ns, seen.json)
                          : fmt::format("{{\"member\":{},\"rest\":\"{}\",\"status\":null}}",
                                        seen.addresses.id, seen.addresses.rest);
    }
    fmt::print("{{\"nodes\":[{}]}}\n", list);
  } else {
    fmt::print(
        "member  address                role        term       position        lag"
        "       snapshot  digest            clock ms\n");
    const std::int64_t highest = HighestCommitted(all);
    for (const Seen& seen : all) {
      PrintRow(seen, highest);
    }
  }
  return leader == nullptr ? kFailed : 0;
}

int Verify(const Arguments& arguments) {
  const std::vector<Seen> all = AskAll(arguments);
  if (all.empty()) {
    return kFailed;
  }
  int outcome = 0;
  for (const Seen& seen : all) {
    if (!seen.status) {
      fmt::print("member {}: {}\n", seen.addresses.id, seen.trouble);
      outcome = kFailed;
      continue;
    }
    std::vector<std::vector<DigestAt>> others;
    for (const Seen& other : all) {
      if (other.status && &other != &seen) {
        others.push_back(other.status->digests);
      }
    }
    const DivergenceFinding finding = JudgeDigests(seen.status->digests, others, all.size());
    if (finding.verdict == Verdict::kAgrees) {
      fmt::print("member {}: agrees at every position that can be compared\n", seen.status->member);
    } else {
      fmt::print("member {}: DIFFERS at position {}: {:016x}, another has {:016x}\n",
                 seen.status->member, finding.position, finding.own, finding.other);
      outcome = kFailed;
    }
  }
  return outcome;
}

int Act(const Arguments& arguments, const std::string& address, std::string_view path,
        RestParameters parameters) {
  const auto credentials = FindOperatorKey(arguments.keys);
  if (!credentials) {
    Complain(credentials.error().message());
    return kBadInput;
  }
  RestClient client(address);
  const auto answer =
      client.Send(MakeSignedRequest(RestMethod::kPost, path, std::move(parameters), *credentials,
                                    SystemClock().WallNs() / kNsPerUs, kRecvWindowMs),
                  kActTimeoutMs);
  if (!answer) {
    Complain(address + ": " + answer.error().message());
    return kFailed;
  }
  if (answer->status != 200) {
    Complain(address + ": " + AdminErrorText(static_cast<int>(answer->status), answer->body));
    return kFailed;
  }
  if (arguments.json) {
    fmt::print("{}\n", answer->body);
  } else {
    fmt::print("{}: {}", address, AdminText(AdminView::kAct, answer->body));
  }
  return 0;
}

// Snapshot and step-down are the leader's to do.
int ActOnLeader(const Arguments& arguments, std::string_view path) {
  const std::vector<Seen> all = AskAll(arguments);
  if (all.empty()) {
    return kFailed;
  }
  const Seen* const leader = LeaderOf(all);
  if (leader == nullptr) {
    Complain("no node takes commands at the moment");
    return kFailed;
  }
  return Act(arguments, leader->addresses.rest, path, {});
}

// What no node needs any more: behind the older of the two snapshots that each has.
int Purge(const Arguments& arguments) {
  const std::vector<Seen> all = AskAll(arguments);
  std::int64_t position = INT64_MAX;
  for (const Seen& seen : all) {
    if (!seen.status) {
      Complain(fmt::format("member {}: {}; what it needs of the log cannot be told",
                           seen.addresses.id, seen.trouble));
      return kFailed;
    }
    position = std::min(position, seen.status->older_snapshot);
  }
  if (all.empty()) {
    return kFailed;
  }
  if (position == 0) {
    Complain("a node has fewer than two snapshots: it needs the whole log");
    return kFailed;
  }
  int outcome = 0;
  for (const Seen& seen : all) {
    RestParameters parameters;
    parameters.Add("position", static_cast<std::uint64_t>(position));
    outcome = std::max(
        outcome, Act(arguments, seen.addresses.rest, "/cluster/v1/purge", std::move(parameters)));
  }
  return outcome;
}

}  // namespace

void AddClusterCommand(CLI::App& root, int& exit_code) {
  CLI::App& cluster = *root.add_subcommand("cluster", "See and run the nodes of a cluster");
  cluster.require_subcommand(1);
  auto arguments = std::make_shared<Arguments>();
  cluster.add_option("--node", arguments->node, "HTTP address:port of any node")
      ->capture_default_str();
  cluster.add_option("--keys", arguments->keys,
                     "File with the operator's key (dev-keys.json); default: the environment");
  cluster.add_flag("--json", arguments->json, "Print answers as they came");
  const auto add = [&](const char* name, const char* help, std::function<int()> run) {
    cluster.add_subcommand(name, help)
        ->fallthrough()
        ->final_callback([run = std::move(run), &exit_code] { exit_code = run(); });
  };
  add("status", "Roles, positions, digests and clocks of all nodes; 1: nobody leads",
      [arguments] { return ShowStatus(*arguments); });
  add("verify", "Compare the nodes' digests at the same positions; 1: they differ",
      [arguments] { return Verify(*arguments); });
  add("snapshot", "All nodes take a snapshot at one position",
      [arguments] { return ActOnLeader(*arguments, "/cluster/v1/snapshot"); });
  add("step-down", "The leader finishes what is in flight and lets another lead",
      [arguments] { return ActOnLeader(*arguments, "/cluster/v1/step-down"); });
  add("purge", "Remove the log that no node needs for a restart",
      [arguments] { return Purge(*arguments); });
}

}  // namespace lockstep
