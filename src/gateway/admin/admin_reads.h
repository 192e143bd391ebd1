// The endpoints that only read. Threads: the trading loop alone.
#pragma once

#include <cstdint>

#include "gateway/admin/admin_audit.h"
#include "gateway/admin/admin_endpoint.h"
#include "gateway/binance/api_call.h"
#include "gateway/binance/engine_queries.h"
#include "gateway/binance/parameter_reader.h"
#include "gateway/http/io_thread.h"
#include "protocol/reference_data.h"

namespace lockstep {

class AdminReads {
 public:
  AdminReads(const ReferenceData& reference, EngineQueries& queries, AuditLog& audit,
             IoThread& loop)
      : reference_(reference), queries_(queries), audit_(audit), loop_(loop) {}

  // Answers `call`, now or later. Requires an endpoint that only reads.
  void Answer(AdminEndpointId endpoint, const ApiCall& call, ParameterReader& reader);

 private:
  void Assets(const ApiCall& call, ParameterReader& reader) const;
  void Symbols(const ApiCall& call, ParameterReader& reader) const;
  void Account(const ApiCall& call, ParameterReader& reader);
  void Audit(const ApiCall& call, ParameterReader& reader);

  const ReferenceData& reference_;
  EngineQueries& queries_;
  AuditLog& audit_;
  IoThread& loop_;
};

}  // namespace lockstep
