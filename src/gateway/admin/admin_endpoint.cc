#include "gateway/admin/admin_endpoint.h"

#include <array>

namespace lockstep {
namespace {

using Id = AdminEndpointId;
using enum HttpMethod;

constexpr std::array kEndpoints = {
    AdminEndpoint{Id::kCreateAsset, kPost, "/admin/v1/asset", "CREATE_ASSET"},
    AdminEndpoint{Id::kCreateSymbol, kPost, "/admin/v1/symbol", "CREATE_SYMBOL"},
    AdminEndpoint{Id::kSymbolStatus, kPut, "/admin/v1/symbol/status", "SET_SYMBOL_STATUS"},
    AdminEndpoint{Id::kSymbolFilters, kPut, "/admin/v1/symbol/filters", "SET_SYMBOL_FILTERS"},
    AdminEndpoint{Id::kSymbolFees, kPut, "/admin/v1/symbol/fees", "SET_SYMBOL_FEES"},
    AdminEndpoint{Id::kCreateAccount, kPost, "/admin/v1/account", "CREATE_ACCOUNT"},
    AdminEndpoint{Id::kAccountStatus, kPut, "/admin/v1/account/status", "SET_ACCOUNT_STATUS"},
    AdminEndpoint{Id::kDeposit, kPost, "/admin/v1/deposit", "DEPOSIT"},
    AdminEndpoint{Id::kWithdraw, kPost, "/admin/v1/withdrawal", "WITHDRAW"},
    AdminEndpoint{Id::kAssets, kGet, "/admin/v1/assets", ""},
    AdminEndpoint{Id::kSymbols, kGet, "/admin/v1/symbols", ""},
    AdminEndpoint{Id::kAccount, kGet, "/admin/v1/account", ""},
    AdminEndpoint{Id::kAudit, kGet, "/admin/v1/audit", ""},
};

}  // namespace

std::span<const AdminEndpoint> AdminEndpoints() { return kEndpoints; }

AdminEndpointMatch FindAdminEndpoint(HttpMethod method, std::string_view path) {
  AdminEndpointMatch match;
  for (const AdminEndpoint& endpoint : kEndpoints) {
    if (endpoint.path == path) {
      match.path_known = true;
      if (endpoint.method == method) {
        match.endpoint = &endpoint;
      }
    }
  }
  return match;
}

}  // namespace lockstep
