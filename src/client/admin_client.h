// Signed requests to the admin API, one connection for each: what a tool for operators needs.
//
// Blocking; every wait ends within `timeout_ms`. A request whose answer did not come may have been
// carried out: the audit log tells. Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "client/credentials.h"

namespace lockstep {

struct AdminAnswer {
  int status = 0;    // of HTTP
  std::string body;  // JSON
};

class AdminClient {
 public:
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  // `address` is host:port.
  AdminClient(std::string address, Credentials credentials, std::int64_t timeout_ms = 10'000)
      : address_(std::move(address)),
        credentials_(std::move(credentials)),
        timeout_ms_(timeout_ms) {}

  // `method`: GET, POST or PUT. kInvalidArgument (the address), kIoError, kUnavailable (no answer
  // in time), kCorruption (the answer is no HTTP).
  [[nodiscard]] Result<AdminAnswer> Send(std::string_view method, std::string_view path,
                                         const Parameters& parameters) const;

 private:
  std::string address_;
  Credentials credentials_;
  std::int64_t timeout_ms_;
};

}  // namespace lockstep
