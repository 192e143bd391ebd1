// The one table of what operators can ask; docs/openapi-admin.yaml describes the same.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gateway/http/web_handler.h"

namespace lockstep {

enum class AdminEndpointId : std::uint8_t {
  kCreateAsset,
  kCreateSymbol,
  kSymbolStatus,
  kSymbolFilters,
  kSymbolFees,
  kCreateAccount,
  kAccountStatus,
  kDeposit,
  kWithdraw,
  kAssets,  // from here on they read
  kSymbols,
  kAccount,
  kAudit,
};

struct AdminEndpoint {
  AdminEndpointId id;
  HttpMethod method;
  std::string_view path;  // "/admin/v1/symbol"
  std::string_view act;   // its name in the audit log; empty: it only reads
};

[[nodiscard]] std::span<const AdminEndpoint> AdminEndpoints();

struct AdminEndpointMatch {
  const AdminEndpoint* endpoint = nullptr;  // null: not found
  bool path_known = false;                  // … but by another method
};
[[nodiscard]] AdminEndpointMatch FindAdminEndpoint(HttpMethod method, std::string_view path);

}  // namespace lockstep
