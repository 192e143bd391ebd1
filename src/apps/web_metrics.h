// Which numbers of the HTTP and WebSocket port /metrics shows.
#pragma once

#include "gateway/http/metrics.h"
#include "gateway/http/web_counters.h"

namespace lockstep {

// The counters outlive the metrics' last scrape.
void AddWebMetrics(Metrics& metrics, const WebCounters& web);

}  // namespace lockstep
