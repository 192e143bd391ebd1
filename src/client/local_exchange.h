// An exchange started as a child process on ports of the system's choosing, for tests and
// measurements.
//
// Threads: one at a time. The child never outlives this object: the destructor kills it if it still
// runs.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"

namespace lockstep {

class LocalExchange {
 public:
  // Runs `executable exchange --dev --data DIRECTORY` with `more` options behind, and waits for its
  // ready line. kUnavailable: it was not ready within `timeout_ms`; kIoError: it ended before, or
  // could not be started.
  [[nodiscard]] static Result<std::unique_ptr<LocalExchange>> Start(
      const std::string& executable, const std::string& data_directory,
      const std::vector<std::string>& more = {}, std::int64_t timeout_ms = 60'000);
  ~LocalExchange();
  LocalExchange(const LocalExchange&) = delete;
  LocalExchange& operator=(const LocalExchange&) = delete;

  // SIGTERM, then waits. The exit code, 128 + the signal that ended it, or kUnavailable when it
  // still runs after `timeout_ms`.
  [[nodiscard]] Result<int> Terminate(std::int64_t timeout_ms = 30'000);
  // SIGKILL, then waits until it is gone. Nothing when it has ended already.
  void Kill();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] const std::string& ready_line() const { return ready_line_; }
  [[nodiscard]] const std::string& sbe_address() const { return sbe_address_; }
  [[nodiscard]] const std::string& http_address() const { return http_address_; }
  [[nodiscard]] const std::string& keys_path() const { return keys_path_; }

 private:
  LocalExchange(pid_t pid, int output) : pid_(pid), output_(output) {}
  [[nodiscard]] Status AwaitReady(std::int64_t timeout_ms);

  pid_t pid_;
  int output_;  // read end of its standard output
  std::string ready_line_;
  std::string sbe_address_;
  std::string http_address_;
  std::string keys_path_;
};

}  // namespace lockstep
