#include "apps/exchange_metrics.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "apps/market_metrics.h"

namespace lockstep {
namespace {

constexpr double kNsPerSecond = 1e9;

void AddGatewayMetrics(Metrics& metrics, const GatewayCounters& gateway) {
  const auto counter = [&metrics](const char* name, const char* help,
                                  const std::atomic<std::uint64_t>& value) {
    metrics.AddCounter(std::string("lockstep_gateway_") + name + "_total", help, {},
                       [&value] { return static_cast<double>(value.load()); });
  };
  const auto gauge = [&metrics](const char* name, const char* help,
                                const std::atomic<std::uint64_t>& value) {
    metrics.AddGauge(std::string("lockstep_gateway_") + name, help, {},
                     [&value] { return static_cast<double>(value.load()); });
  };
  gauge("connections", "Open connections", gateway.connections_open);
  gauge("sessions", "Connections that are logged on", gateway.sessions_open);
  counter("connections_accepted", "Connections taken", gateway.connections_accepted);
  counter("connections_refused", "Connections over a bound", gateway.connections_refused);
  counter("logon_failures", "Logons refused", gateway.logon_failures);
  counter("commands", "Commands handed to the sequencer", gateway.commands_accepted);
  counter("queries", "Queries handed to the engine", gateway.queries_accepted);
  counter("refused_messages", "Messages answered with SessionReject", gateway.messages_refused);
  counter("back_pressured", "Messages refused because a ring was full", gateway.back_pressured);
  counter("malformed", "Messages that could not be read", gateway.malformed);
  counter("slow_consumers", "Sessions ended because they read too slowly", gateway.slow_consumers);
  counter("heartbeat_timeouts", "Sessions ended because they were silent",
          gateway.heartbeat_timeouts);
  counter("private_events", "Private events sent", gateway.private_events_sent);
  counter("received_bytes", "Bytes received", gateway.bytes_received);
  counter("sent_bytes", "Bytes sent", gateway.bytes_sent);
  counter("disconnect_cancels", "Cancel-alls on behalf of ended sessions",
          gateway.cancels_on_disconnect);
}

void AddLogMetrics(Metrics& metrics, const MetricSources& sources) {
  const auto& [clock, commands, gateway_reader, sequencer, journal, batcher, driver, engine_thread,
               router, history, gateway] = sources;
  metrics.AddGauge("lockstep_log_appended_position", "Position of the newest entry", {},
                   [&sequencer] { return static_cast<double>(sequencer.appended_position()); });
  metrics.AddGauge("lockstep_log_committed_position", "Position of the newest durable entry", {},
                   [&sequencer] { return static_cast<double>(sequencer.committed_position()); });
  metrics.AddGauge("lockstep_log_applied_position", "Position of the newest applied entry", {},
                   [&driver] { return static_cast<double>(driver.applied_position()); });
  metrics.AddGauge("lockstep_log_storage_failed", "1: the log takes no more commands", {},
                   [&sequencer] { return sequencer.storage_failed() ? 1.0 : 0.0; });
  metrics.AddCounter("lockstep_log_entries_total", "Entries appended by this process", {},
                     [&batcher] { return static_cast<double>(batcher.entries_appended()); });
  metrics.AddCounter("lockstep_log_commands_total", "Commands appended by this process", {},
                     [&batcher] { return static_cast<double>(batcher.commands_appended()); });
  metrics.AddCounter("lockstep_log_refused_entries_total", "Times that the log took no entry", {},
                     [&batcher] { return static_cast<double>(batcher.times_refused()); });
  if (journal != nullptr) {
    metrics.AddHistogram("lockstep_log_sync_seconds", "One sync of the log to disk", {},
                         journal->sync_latency());
    metrics.AddHistogram("lockstep_log_commit_seconds",
                         "Making one group of entries durable, write and sync", {},
                         journal->commit_latency());
  }
  metrics.AddGauge("lockstep_ingress_ring_bytes", "Bytes of commands waiting for the sequencer", {},
                   [&commands] { return static_cast<double>(commands.UsedBytes()); });
}

void AddEngineMetrics(Metrics& metrics, const MetricSources& sources) {
  const auto& driver = sources.driver;
  const auto& engine_thread = sources.engine_thread;
  const auto& router = sources.router;
  const auto& gateway_reader = sources.gateway_reader;
  metrics.AddCounter("lockstep_engine_commands_total", "Commands applied, replayed ones too", {},
                     [&driver] { return static_cast<double>(driver.commands_applied()); });
  metrics.AddInfo("lockstep_engine_digest",
                  "Digest of the whole state, and at which position, as labels", [&driver] {
                    const auto [position, digest] = driver.applied();
                    return Metrics::Labels{{"digest", fmt::format("{:016x}", digest)},
                                           {"position", fmt::format("{}", position)}};
                  });
  metrics.AddCounter("lockstep_snapshots_total", "Snapshots started", {}, [&engine_thread] {
    return static_cast<double>(engine_thread.snapshots_started());
  });
  metrics.AddGauge("lockstep_snapshot_pause_max_seconds",
                   "Longest stop of the market at the start of a snapshot", {}, [&engine_thread] {
                     return static_cast<double>(engine_thread.snapshot_pause_ns_max()) /
                            kNsPerSecond;
                   });
  metrics.AddGauge("lockstep_event_ring_lag_bytes", "Events published and not yet read",
                   {{"reader", "gateway"}},
                   [&gateway_reader] { return static_cast<double>(gateway_reader.LagBytes()); });
  metrics.AddGauge("lockstep_event_ring_lag_bytes", "Events published and not yet read",
                   {{"reader", "market_data"}},
                   [&router] { return static_cast<double>(router.GetSummary().lag_bytes); });
  metrics.AddGauge("lockstep_market_data_subscriptions", "Subscriptions held", {},
                   [&router] { return static_cast<double>(router.GetSummary().subscriptions); });
  metrics.AddGauge("lockstep_market_data_symbols", "Symbols known", {},
                   [&router] { return static_cast<double>(router.GetSummary().symbols); });
}

void AddHistoryMetrics(Metrics& metrics, const HistoryRecorder& history) {
  using Summary = HistoryRecorder::Summary;
  const auto gauge = [&](const char* name, const char* help, auto Summary::* field) {
    metrics.AddGauge(std::string("lockstep_history_") + name, help, {}, [&history, field] {
      return static_cast<double>(history.GetSummary().*field);
    });
  };
  const auto counter = [&](const char* name, const char* help, auto Summary::* field) {
    metrics.AddCounter(
        std::string("lockstep_history_") + name + "_total", help, {},
        [&history, field] { return static_cast<double>(history.GetSummary().*field); });
  };
  gauge("seen_position", "Position of the newest entry taken off the event ring",
        &Summary::seen_position);
  gauge("stored_position", "Position of the newest entry stored", &Summary::stored_position);
  gauge("durable_position", "Position of the newest entry known to survive loss of power",
        &Summary::durable_position);
  gauge("backlog_bytes", "Bytes of events in memory, not yet stored", &Summary::backlog_bytes);
  gauge("spool_bytes", "Bytes of events in the spool file, not yet stored", &Summary::spool_bytes);
  gauge("questions", "Questions that wait for their position", &Summary::questions);
  counter("spooled_bytes", "Bytes that went through the spool file", &Summary::spooled_bytes);
  counter("rows", "Rows written", &Summary::rows);
  counter("write_errors", "Failed tries to store", &Summary::write_errors);
  metrics.AddGauge("lockstep_history_problem", "1: not everything is being stored at present", {},
                   [&history] { return history.Problem().ok() ? 0.0 : 1.0; });
  metrics.AddGauge("lockstep_event_ring_lag_bytes", "Events published and not yet read",
                   {{"reader", "history"}},
                   [&history] { return static_cast<double>(history.GetSummary().ring_lag_bytes); });
}

}  // namespace

void AddExchangeMetrics(Metrics& metrics, const MetricSources& sources) {
  AddGatewayMetrics(metrics, sources.gateway);
  AddLogMetrics(metrics, sources);
  AddEngineMetrics(metrics, sources);
  AddMarketMetrics(metrics, sources.router);
  AddHistoryMetrics(metrics, sources.history);
  const Clock& clock = sources.clock;
  const std::int64_t started_ns = clock.MonotonicNs();
  metrics.AddGauge("lockstep_uptime_seconds", "Since the process started", {},
                   [&clock, started_ns] {
                     return static_cast<double>(clock.MonotonicNs() - started_ns) / kNsPerSecond;
                   });
}

}  // namespace lockstep
