// One HTTP request on a connection of its own.
#pragma once

#include <cstdint>
#include <string>

namespace lockstep::testing_system {

struct HttpAnswer {
  int status = 0;  // 0: no whole answer in time
  std::string body;
};
[[nodiscard]] HttpAnswer HttpGet(const std::string& address, const std::string& path,
                                 std::int64_t timeout_ms = 5'000);

}  // namespace lockstep::testing_system
