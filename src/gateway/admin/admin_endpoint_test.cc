// The table of endpoints, and the description of it for tools.
#include "gateway/admin/admin_endpoint.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <utility>

namespace lockstep {
namespace {

std::string NameOf(HttpMethod method) {
  switch (method) {
    case HttpMethod::kGet:
      return "get";
    case HttpMethod::kPost:
      return "post";
    case HttpMethod::kPut:
      return "put";
    default:
      return "other";
  }
}

TEST(AdminEndpoint, IsFoundByMethodAndPath) {
  for (const AdminEndpoint& endpoint : AdminEndpoints()) {
    EXPECT_EQ(FindAdminEndpoint(endpoint.method, endpoint.path).endpoint, &endpoint);
    const AdminEndpointMatch other = FindAdminEndpoint(HttpMethod::kDelete, endpoint.path);
    EXPECT_EQ(other.endpoint, nullptr);
    EXPECT_TRUE(other.path_known);
  }
  EXPECT_FALSE(FindAdminEndpoint(HttpMethod::kGet, "/admin/v1").path_known);
  EXPECT_FALSE(FindAdminEndpoint(HttpMethod::kGet, "/admin/v1/audit/").path_known);
}

TEST(AdminEndpoint, OpenApiDescribesEachAndNoOther) {
  std::set<std::pair<std::string, std::string>> described;
  std::ifstream file(std::string(LOCKSTEP_SOURCE_DIR) + "/docs/openapi-admin.yaml");
  ASSERT_TRUE(file);
  std::string path;
  bool in_paths = false;
  for (std::string line; std::getline(file, line);) {
    const bool is_section = !line.empty() && line[0] != ' ' && line[0] != '#';
    in_paths = is_section ? line == "paths:" : in_paths;
    if (!in_paths || !line.ends_with(':')) {
      continue;
    }
    const std::size_t indent = line.find_first_not_of(' ');
    const std::string name = line.substr(indent, line.size() - indent - 1);
    if (indent == 2) {
      path = name;
    } else if (indent == 4) {
      described.emplace(path, name);
    }
  }
  std::set<std::pair<std::string, std::string>> served;
  for (const AdminEndpoint& endpoint : AdminEndpoints()) {
    served.emplace(endpoint.path, NameOf(endpoint.method));
  }
  EXPECT_EQ(described, served);
}

}  // namespace
}  // namespace lockstep
