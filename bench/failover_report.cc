#include "bench/failover_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "client/local_cluster.h"

namespace lockstep {
namespace {

constexpr double kNsPerMs = 1e6;
constexpr std::int64_t kBoundNs = 500'000'000;

struct Column {
  const char* name;
  const char* key;
  std::int64_t FailoverRun::* field;
};
constexpr std::array<Column, 5> kColumns = {
    {{"no leader is known", "leaderless_ms", &FailoverRun::leaderless_ns},
     {"another one leads", "leads_ms", &FailoverRun::leads_ns},
     {"takes commands", "takes_commands_ms", &FailoverRun::takes_ns},
     {"first order acknowledged", "answered_ms", &FailoverRun::answered_ns},
     {"gap in market data", "market_data_gap_ms", &FailoverRun::market_data_gap_ns}}};
constexpr std::array<double, 5> kPercentiles = {0, 50, 90, 99, 100};

double Ms(std::int64_t ns) { return ns < 0 ? -1 : static_cast<double>(ns) / kNsPerMs; }

std::vector<std::int64_t> Sorted(const std::vector<FailoverRun>& runs, const Column& column) {
  std::vector<std::int64_t> values;
  for (const FailoverRun& run : runs) {
    if (run.*column.field >= 0) {
      values.push_back(run.*column.field);
    }
  }
  std::ranges::sort(values);
  return values;
}

// The smallest value that `percent` of all do not exceed.
std::int64_t At(const std::vector<std::int64_t>& sorted, double percent) {
  if (sorted.empty()) {
    return -1;
  }
  const double rank = percent / 100 * static_cast<double>(sorted.size());
  const auto index = static_cast<std::size_t>(std::max(0.0, rank - 1e-9));
  return sorted[std::min(index, sorted.size() - 1)];
}

std::vector<FailoverRun> Only(const std::vector<FailoverRun>& runs, bool stalled) {
  std::vector<FailoverRun> found;
  for (const FailoverRun& run : runs) {
    if ((run.longest_stall_ns > 0) == stalled) {
      found.push_back(run);
    }
  }
  return found;
}

std::string Table(const std::string& title, const std::vector<FailoverRun>& runs) {
  std::string text =
      fmt::format("\n{}: {} kills\n{:<26}{:>9}{:>9}{:>9}{:>9}{:>9}\n", title, runs.size(),
                  "ms from the kill", "min", "p50", "p90", "p99", "max");
  for (const Column& column : kColumns) {
    const auto sorted = Sorted(runs, column);
    text += fmt::format("{:<26}", column.name);
    for (const double percent : kPercentiles) {
      text += fmt::format("{:>9.1f}", Ms(At(sorted, percent)));
    }
    text += "\n";
  }
  return text;
}

std::string Distribution(const std::vector<FailoverRun>& runs) {
  std::string text = fmt::format("{{\"kills\":{}", runs.size());
  for (const Column& column : kColumns) {
    const auto sorted = Sorted(runs, column);
    text += fmt::format(
        R"(,"{}":{{"min":{:.1f},"p50":{:.1f},"p90":{:.1f},"p99":{:.1f},"max":{:.1f},"count":{}}})",
        column.key, Ms(At(sorted, 0)), Ms(At(sorted, 50)), Ms(At(sorted, 90)), Ms(At(sorted, 99)),
        Ms(At(sorted, 100)), sorted.size());
  }
  return text + "}";
}

std::string RunJson(const FailoverRun& run) {
  std::string text = fmt::format(R"({{"killed":{},"observed":{})", run.killed, run.observed);
  for (const Column& column : kColumns) {
    text += fmt::format(R"(,"{}":{:.1f})", column.key, Ms(run.*column.field));
  }
  return text + fmt::format(R"(,"longest_stall_ms":{:.1f},"market_data_in_sequence":{}}})",
                            Ms(run.longest_stall_ns), run.market_data_in_sequence);
}

}  // namespace

FailoverRun PhasesOf(const std::vector<NodeLine>& lines, int killed, std::int64_t killed_ns) {
  FailoverRun run;
  const auto first = [&](std::int64_t& phase_ns, const NodeLine& line) {
    if (phase_ns < 0) {
      phase_ns = line.arrived_ns - killed_ns;
    }
  };
  for (const NodeLine& line : lines) {
    if (line.member == killed || line.arrived_ns < killed_ns) {
      continue;
    }
    if (line.text.contains(": no leader is known")) {
      first(run.leaderless_ns, line);
    } else if (line.text.contains(fmt::format("member {0}: member {0} leads", line.member))) {
      first(run.leads_ns, line);
    } else if (line.text.contains(" takes commands")) {
      first(run.takes_ns, line);
    }
  }
  return run;
}

std::string RunLine(int number, const FailoverRun& run) {
  std::string text = fmt::format("kill {:>3} of member {}:", number + 1, run.killed);
  for (const Column& column : kColumns) {
    text += fmt::format(" {} {:.0f} ·", column.name, Ms(run.*column.field));
  }
  text += run.longest_stall_ns > 0
              ? fmt::format(" a core stalled for {:.0f} ms", Ms(run.longest_stall_ns))
              : std::string(" no stall");
  return text + (run.market_data_in_sequence ? "\n" : ", UPDATES OUT OF SEQUENCE\n");
}

std::string ReportText(const FailoverSetting& setting, const std::vector<FailoverRun>& runs) {
  std::string text = Table("no core stalled for more than 20 ms", Only(runs, false));
  if (const auto stalled = Only(runs, true); !stalled.empty()) {
    text += Table("a core stalled for more than 20 ms between kill and answer", stalled);
  }
  const auto within = std::ranges::count_if(
      runs, [](const FailoverRun& run) { return run.answered_ns < kBoundNs; });
  return text + fmt::format(
                    "\n{} of {} within 500 ms; {:.0f} orders a second, {} answered, {} of them "
                    "rejected, {} without an answer\n",
                    within, runs.size(), setting.rate, setting.answered, setting.rejected,
                    setting.unknown);
}

std::string ReportJson(const FailoverSetting& setting, const std::vector<FailoverRun>& runs) {
  std::string text = fmt::format(
      R"({{"unit":"ms","orders_per_second":{:.0f},"answered":{},"rejected":{},"unknown":{},)"
      R"("undisturbed":{},"with_stalls":{},"runs":[)",
      setting.rate, setting.answered, setting.rejected, setting.unknown,
      Distribution(Only(runs, false)), Distribution(Only(runs, true)));
  for (const FailoverRun& run : runs) {
    text += (text.ends_with('[') ? "" : ",") + RunJson(run);
  }
  return text + "]}\n";
}

}  // namespace lockstep
