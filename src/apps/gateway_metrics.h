// The counters of the HTTP port's gateways and of the audit log, for /metrics.
#pragma once

#include "audit/audit_log.h"
#include "base/clock.h"
#include "gateway/cluster_counters.h"
#include "gateway/cluster_membership.h"
#include "gateway/gateway_counters.h"
#include "gateway/http/metrics.h"

namespace lockstep {

// lockstep_binance_…: beside lockstep_gateway_…, which are the binary gateway's.
void AddBinanceMetrics(Metrics& metrics, const GatewayCounters& counters);
// lockstep_admin_… and lockstep_audit_….
void AddAdminMetrics(Metrics& metrics, const GatewayCounters& counters, const AuditLog& audit);

// lockstep_cluster_…: who leads, as this node knows it, and what its gateways did with what came to
// it while it did not. All outlive `metrics`. On a node that is alone there is nothing to add.
struct ClusterMetricsSources {
  const ClusterMembership& cluster;
  const Clock& clock;
  const ClusterCounters& http;
  const ClusterCounters& sbe;
};
void AddClusterMetrics(Metrics& metrics, const ClusterMetricsSources& sources);

}  // namespace lockstep
