// Which numbers of a running exchange /metrics shows, and where they come from.
#pragma once

#include "base/clock.h"
#include "base/event_ring.h"
#include "base/ingress_ring.h"
#include "gateway/gateway_counters.h"
#include "gateway/http/metrics.h"
#include "history/history_recorder.h"
#include "market_data/events_router.h"
#include "sequencer/batcher.h"
#include "sequencer/engine_thread.h"
#include "sequencer/journal/journal_sequencer.h"
#include "sequencer/state_machine_driver.h"

namespace lockstep {

// All outlive the metrics' last scrape.
struct MetricSources {
  const Clock& clock;
  const IngressRing& commands;
  const EventRing::Reader& gateway_reader;
  const Sequencer& sequencer;
  const JournalSequencer* journal;  // null: a cluster's node
  const Batcher& batcher;
  const StateMachineDriver& driver;
  const EngineThread& engine_thread;
  const EventsRouter& router;
  const HistoryRecorder& history;
  const GatewayCounters& gateway;
};

void AddExchangeMetrics(Metrics& metrics, const MetricSources& sources);

}  // namespace lockstep
