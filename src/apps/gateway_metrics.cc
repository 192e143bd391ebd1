#include "apps/gateway_metrics.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

namespace lockstep {
namespace {

using Value = std::atomic<std::uint64_t>;

class Adder {
 public:
  Adder(Metrics& metrics, std::string prefix) : metrics_(metrics), prefix_(std::move(prefix)) {}

  void Counter(const char* name, const char* help, const Value& value) const {
    metrics_.AddCounter(prefix_ + name + "_total", help, {},
                        [&value] { return static_cast<double>(value.load()); });
  }
  void Gauge(const char* name, const char* help, const Value& value) const {
    metrics_.AddGauge(prefix_ + name, help, {},
                      [&value] { return static_cast<double>(value.load()); });
  }

 private:
  Metrics& metrics_;
  std::string prefix_;
};

void AddDiverted(Metrics& metrics, const char* gateway, const ClusterCounters& counters) {
  const Metrics::Labels labels = {{"gateway", gateway}};
  metrics.AddCounter("lockstep_cluster_held_total", "Requests that waited for a leader", labels,
                     [&counters] { return static_cast<double>(counters.held.load()); });
  metrics.AddGauge("lockstep_cluster_held", "Requests that wait for a leader now", labels,
                   [&counters] { return static_cast<double>(counters.held_now.load()); });
  metrics.AddCounter("lockstep_cluster_served_late_total",
                     "Requests that waited and were then served here", labels,
                     [&counters] { return static_cast<double>(counters.served_late.load()); });
  metrics.AddCounter("lockstep_cluster_never_happened_total",
                     "Commands in flight at a loss of leadership that were proved never to happen",
                     labels,
                     [&counters] { return static_cast<double>(counters.never_happened.load()); });
  const auto answers = [&](const char* outcome, const Value& value) {
    metrics.AddCounter("lockstep_cluster_answers_total",
                       "Answers at a node that may not serve, by outcome",
                       {{"gateway", gateway}, {"outcome", outcome}},
                       [&value] { return static_cast<double>(value.load()); });
  };
  answers("redirect", counters.redirected);
  answers("no_leader", counters.no_leader);
  answers("unknown", counters.unknown);
}

}  // namespace

void AddClusterMetrics(Metrics& metrics, const ClusterMetricsSources& sources) {
  const ClusterMembership& cluster = sources.cluster;
  metrics.AddGauge("lockstep_cluster_takes_commands", "1: this node takes commands", {},
                   [&cluster] { return cluster.TakesCommands() ? 1.0 : 0.0; });
  metrics.AddGauge("lockstep_cluster_holds_lease", "1: this node may answer signed questions", {},
                   [&cluster, &clock = sources.clock] {
                     return cluster.MayAnswerQueries(clock.MonotonicNs()) ? 1.0 : 0.0;
                   });
  metrics.AddGauge("lockstep_cluster_leader", "Member that leads, -1: none is known", {},
                   [&cluster] { return static_cast<double>(cluster.leadership().leader()); });
  metrics.AddGauge("lockstep_cluster_term", "Newest term of leadership seen in the log", {},
                   [&cluster] { return static_cast<double>(cluster.term()); });
  AddDiverted(metrics, "http", sources.http);
  AddDiverted(metrics, "sbe", sources.sbe);
}

void AddBinanceMetrics(Metrics& metrics, const GatewayCounters& counters) {
  const Adder add(metrics, "lockstep_binance_");
  add.Gauge("user_streams", "Private streams that are open", counters.sessions_open);
  add.Counter("commands", "Commands handed to the sequencer", counters.commands_accepted);
  add.Counter("queries", "Queries handed to the engine", counters.queries_accepted);
  add.Counter("back_pressured", "Requests refused because a ring was full",
              counters.back_pressured);
  add.Counter("private_events", "Private events sent", counters.private_events_sent);
}

void AddAdminMetrics(Metrics& metrics, const GatewayCounters& counters, const AuditLog& audit) {
  const Adder add(metrics, "lockstep_admin_");
  add.Counter("commands", "Operators' commands handed to the sequencer",
              counters.commands_accepted);
  add.Counter("queries", "Operators' queries handed to the engine", counters.queries_accepted);
  add.Counter("refused", "Requests refused before anything was done", counters.messages_refused);
  add.Counter("back_pressured", "Commands that found a ring full", counters.back_pressured);
  metrics.AddCounter("lockstep_audit_lines_total", "Lines in the audit log", {},
                     [&audit] { return static_cast<double>(audit.GetSummary().lines); });
  metrics.AddCounter("lockstep_audit_failed_lines_total",
                     "Lines that could not be written: their acts were not done", {},
                     [&audit] { return static_cast<double>(audit.GetSummary().failed); });
  metrics.AddGauge("lockstep_audit_owed_lines", "Outcomes that wait for the disk", {},
                   [&audit] { return static_cast<double>(audit.GetSummary().owed); });
  metrics.AddGauge("lockstep_audit_problem", "1: the audit log cannot be written at present", {},
                   [&audit] { return audit.Problem().ok() ? 0.0 : 1.0; });
}

}  // namespace lockstep
