// What the market does, as Prometheus sees it: orders, trades, rejects by reason, from the counts
// that market data keeps.
#pragma once

#include "gateway/http/metrics.h"
#include "market_data/events_router.h"

namespace lockstep {

// `router` must outlive `metrics`.
void AddMarketMetrics(Metrics& metrics, const EventsRouter& router);

}  // namespace lockstep
