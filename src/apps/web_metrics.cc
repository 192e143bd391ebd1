#include "apps/web_metrics.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "gateway/http/metrics.h"
#include "gateway/http/web_counters.h"

namespace lockstep {

void AddWebMetrics(Metrics& metrics, const WebCounters& web) {
  const auto counter = [&metrics](const char* name, const char* help,
                                  const std::atomic<std::uint64_t>& value,
                                  Metrics::Labels labels = {}) {
    metrics.AddCounter(std::string("lockstep_web_") + name + "_total", help, std::move(labels),
                       [&value] { return static_cast<double>(value.load()); });
  };
  const auto gauge = [&metrics](const char* name, const char* help,
                                const std::atomic<std::uint64_t>& value) {
    metrics.AddGauge(std::string("lockstep_web_") + name, help, {},
                     [&value] { return static_cast<double>(value.load()); });
  };
  gauge("connections", "Open connections, WebSockets too", web.connections_open);
  gauge("websockets", "Open WebSockets", web.websockets_open);
  counter("connections_accepted", "Connections taken", web.connections_accepted);
  counter("connections_over_bound", "Connections taken for probes alone, past the bound",
          web.connections_over_bound);
  counter("accept_pauses", "Times that no file descriptor was left", web.accept_pauses);
  counter("requests", "HTTP requests", web.requests);
  const char* const answers = "HTTP answers by class of status";
  counter("answers", answers, web.answers_2xx, {{"class", "2xx"}});
  counter("answers", answers, web.answers_3xx, {{"class", "3xx"}});
  counter("answers", answers, web.answers_4xx, {{"class", "4xx"}});
  counter("answers", answers, web.answers_5xx, {{"class", "5xx"}});
  counter("malformed", "Bytes that were no HTTP or no WebSocket frame", web.malformed);
  counter("timeouts", "Connections ended because they were slow or silent", web.timeouts);
  counter("held_over_bound", "Connections ended while others held too much in part",
          web.held_over_bound);
  counter("messages_received", "WebSocket messages received", web.messages_received);
  counter("messages_sent", "WebSocket messages sent", web.messages_sent);
  counter("messages_throttled", "WebSockets ended for sending too often", web.messages_throttled);
  counter("slow_consumers", "WebSockets ended because they read too slowly", web.slow_consumers);
  counter("pong_timeouts", "WebSockets ended without a pong", web.pong_timeouts);
  counter("received_bytes", "Bytes received", web.bytes_received);
  counter("sent_bytes", "Bytes sent", web.bytes_sent);
}

}  // namespace lockstep
