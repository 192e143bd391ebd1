// What one kill of `lockstep bench failover` came to, and all of them as a table or as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/local_cluster.h"

namespace lockstep {

// Times from the kill, in nanoseconds; -1: it was not seen.
struct FailoverRun {
  int killed = -1;
  int observed = -1;                // the node whose market data was listened to
  std::int64_t leaderless_ns = -1;  // a survivor says that no leader is known
  std::int64_t leads_ns = -1;       // a survivor says that it leads
  std::int64_t takes_ns = -1;       // … that it takes commands
  std::int64_t answered_ns = -1;    // the client has the answer to a command sent after the kill
  std::int64_t market_data_gap_ns = -1;
  bool market_data_in_sequence = true;
  std::int64_t longest_stall_ns = 0;  // of a core, between kill and answer; 0: none above 20 ms
};

struct FailoverSetting {
  double rate = 0;
  std::uint64_t answered = 0;
  std::uint64_t rejected = 0;
  std::uint64_t unknown = 0;
};

// The phases, from what the nodes printed since the kill.
[[nodiscard]] FailoverRun PhasesOf(const std::vector<NodeLine>& lines, int killed,
                                   std::int64_t killed_ns);

[[nodiscard]] std::string RunLine(int number, const FailoverRun& run);
// Runs in which a core stalled are listed apart.
[[nodiscard]] std::string ReportText(const FailoverSetting& setting,
                                     const std::vector<FailoverRun>& runs);
[[nodiscard]] std::string ReportJson(const FailoverSetting& setting,
                                     const std::vector<FailoverRun>& runs);

}  // namespace lockstep
