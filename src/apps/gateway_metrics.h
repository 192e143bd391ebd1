// The counters of the HTTP port's gateways and of the audit log, for /metrics.
#pragma once

#include "audit/audit_log.h"
#include "gateway/gateway_counters.h"
#include "gateway/http/metrics.h"

namespace lockstep {

// lockstep_binance_…: beside lockstep_gateway_…, which are the binary gateway's.
void AddBinanceMetrics(Metrics& metrics, const GatewayCounters& counters);
// lockstep_admin_… and lockstep_audit_….
void AddAdminMetrics(Metrics& metrics, const GatewayCounters& counters, const AuditLog& audit);

}  // namespace lockstep
