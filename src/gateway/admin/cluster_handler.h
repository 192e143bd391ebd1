// One node of a cluster over HTTP: route /cluster.
//
//   GET  /cluster/v1/status      whoever can reach the node, the other nodes among them
//   POST /cluster/v1/snapshot    signed, kPermissionAdmin, in the audit log, as all below
//   POST /cluster/v1/step-down
//   POST /cluster/v1/purge       position
//
// These are about the node that is asked, so nothing here is redirected. Threads: the trading loop
// alone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "audit/audit_log.h"
#include "auth/key_store.h"
#include "base/clock.h"
#include "gateway/admin/admin_audit.h"
#include "gateway/admin/cluster_control.h"
#include "gateway/binance/authorization.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/web_handler.h"
#include "protocol/reference_data.h"

namespace lockstep {

class ClusterHandler final : public HttpHandler {
 public:
  struct Surroundings {
    const Clock& clock;
    const KeyStore& keys;
    AuditLog& audit;
    IoThread& trading;
    ClusterControl& control;
  };
  explicit ClusterHandler(const Surroundings& around);

  void Handle(const HttpRequest& request, std::shared_ptr<HttpResponder> responder) override;

 private:
  struct Act;
  void Run(const Act& act, const HttpRequest& request,
           const std::shared_ptr<HttpResponder>& responder);
  // Behind its intent in the audit log.
  void Do(std::string_view name, const std::function<Status()>& deed, std::uint64_t intent,
          HttpResponder& responder);

  const KeyStore& keys_;
  ClusterControl& control_;
  const ReferenceData nothing_;  // no parameter names a symbol
  Authorization authorization_;
  AdminAudit audit_;
};

}  // namespace lockstep
