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

}  // namespace

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
