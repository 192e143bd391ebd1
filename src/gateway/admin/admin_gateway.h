// The operators' API over HTTP, independent of any transport: route /admin. docs/admin.md is what
// an operator sees.
//
// Shape: everything runs on the trading loop, beside the dialect's gateway, whose reader of the
// event ring it shares. Requests are signed as the dialect's are and need kPermissionAdmin.
// Lifetime: made after the dialect's gateway and before the loop starts; destroyed before it, after
// the loop has stopped; the audit log has been stopped by then. Threads: SetRefusal, Drain and
// counters() from any.
#pragma once

#include <cstdint>
#include <memory>

#include "audit/audit_log.h"
#include "auth/key_store.h"
#include "base/clock.h"
#include "gateway/binance/binance_gateway.h"
#include "gateway/gateway_counters.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/web_handler.h"

namespace lockstep {

class AdminGateway {
 public:
  struct Surroundings {
    const Clock& clock;
    const KeyStore& keys;
    AuditLog& audit;
    BinanceGateway::Shared shared;
    IoThread& trading;
  };
  explicit AdminGateway(const Surroundings& surroundings);
  ~AdminGateway();
  AdminGateway(const AdminGateway&) = delete;
  AdminGateway& operator=(const AdminGateway&) = delete;

  [[nodiscard]] HttpHandler& handler();

  // As BinanceGateway has it.
  void SetRefusal(TradingRefusal refusal);
  bool Drain(std::int64_t timeout_ns);

  [[nodiscard]] const GatewayCounters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
