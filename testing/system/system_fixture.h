// What the system tests share: a directory that goes away, the executable's path, running it to its
// end.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "client/credentials.h"
#include "client/local_exchange.h"
#include "client/sbe_client.h"
#include "testing/support/http_get.h"  // IWYU pragma: export

namespace lockstep::testing_system {

// build/<preset>/lockstep of the build that this test belongs to.
[[nodiscard]] std::string Executable();

// The recorded data beside the checkout; empty when it is not there.
[[nodiscard]] std::string SharedFile(const std::string& relative_path);

struct Finished {
  int exit_code = -1;  // 128 + signal when a signal ended it
  std::string output;  // standard output and error
};
// Runs the executable with these arguments until it ends.
[[nodiscard]] Finished RunLockstep(const std::vector<std::string>& arguments);

// A connection that is logged on.
[[nodiscard]] Result<std::unique_ptr<SbeClient>> LogOn(const LocalExchange& exchange,
                                                       const Credentials& credentials,
                                                       const LogonOptions& options = {});

// Each test has a directory of its own.
class SystemTest : public ::testing::Test {
 protected:
  SystemTest();
  ~SystemTest() override;

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::string data() const { return directory_ + "/data"; }
  // Fails the test when the exchange does not become ready.
  [[nodiscard]] std::unique_ptr<LocalExchange> StartExchange(
      const std::vector<std::string>& more = {}) const;

 private:
  std::string directory_;
};

}  // namespace lockstep::testing_system
