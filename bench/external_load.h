// Programs of others that measure or are measured beside ours: wrk and nginx, from Debian.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"

namespace lockstep {

struct WrkFigures {
  double requests_per_second = 0;
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;  // neither 2xx nor 3xx
  std::uint64_t socket_errors = 0;
  double p50_us = 0;
  double p90_us = 0;
  double p99_us = 0;
};

struct WrkLoad {
  std::string url;
  int connections = 64;
  int seconds = 5;
  std::string requests_path;  // of equal size, sent in turn; empty: GET url
  std::size_t request_bytes = 0;
};

// Runs `wrk -t1 --latency`. kNotFound: it is not installed; kIoError: it failed, or said something
// that is not understood. `directory`: for its script.
[[nodiscard]] Result<WrkFigures> RunWrk(const WrkLoad& load, const std::string& directory);

// One worker that answers 204 to everything.
class Nginx {
 public:
  // Serves on a free port of 127.0.0.1 once this returns. kNotFound: not installed.
  [[nodiscard]] static Result<std::unique_ptr<Nginx>> Start(const std::string& directory);
  ~Nginx();
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/";
  }

 private:
  Nginx(pid_t pid, std::uint16_t port) : pid_(pid), port_(port) {}

  pid_t pid_;
  std::uint16_t port_;
};

}  // namespace lockstep
