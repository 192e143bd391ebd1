#include "testing/system/system_fixture.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace lockstep::testing_system {

std::string Executable() { return std::string(LOCKSTEP_BINARY_DIR) + "/lockstep"; }

std::string SharedFile(const std::string& relative_path) {
  const char* set = std::getenv("LOCKSTEP_SHARED_DIR");
  const std::string path =
      (set != nullptr ? std::string(set) : std::string(LOCKSTEP_SOURCE_DIR) + "/../shared") + "/" +
      relative_path;
  return std::filesystem::exists(path) ? path : std::string();
}

Finished RunLockstep(const std::vector<std::string>& arguments) {
  std::string command = "exec '" + Executable() + "'";
  for (const std::string& argument : arguments) {
    command += " '" + argument + "'";
  }
  Finished finished;
  FILE* pipe = popen((command + " 2>&1 </dev/null").c_str(), "r");
  if (pipe == nullptr) {
    return finished;
  }
  std::array<char, 4'096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    finished.output.append(buffer.data(), count);
  }
  const int status = pclose(pipe);
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished;
}

Result<std::unique_ptr<SbeClient>> LogOn(const LocalExchange& exchange,
                                         const Credentials& credentials,
                                         const LogonOptions& options) {
  auto client = SbeClient::Connect(exchange.sbe_address());
  if (client) {
    if (const auto logon = (*client)->Logon(credentials, options); !logon) {
      return std::unexpected(logon.error());
    }
  }
  return client;
}

SystemTest::SystemTest() {
  std::string path = (std::filesystem::temp_directory_path() / "lockstep-XXXXXX").string();
  directory_ = mkdtemp(path.data());
}

SystemTest::~SystemTest() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::unique_ptr<LocalExchange> SystemTest::StartExchange(
    const std::vector<std::string>& more) const {
  auto exchange = LocalExchange::Start(Executable(), data(), more);
  EXPECT_TRUE(exchange) << exchange.error().message();
  return exchange ? std::move(*exchange) : nullptr;
}

}  // namespace lockstep::testing_system
