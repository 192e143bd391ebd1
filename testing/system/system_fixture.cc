#include "testing/system/system_fixture.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>

#include "client/tcp_stream.h"

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

HttpAnswer HttpGet(const std::string& address, const std::string& path) {
  auto stream = TcpStream::Connect(address, 5'000);
  if (!stream) {
    return {};
  }
  const std::string request =
      "GET " + path + " HTTP/1.1\r\nHost: lockstep\r\nConnection: close\r\n\r\n";
  if (stream->Write(std::as_bytes(std::span(request))).value_or(0) != request.size()) {
    return {};
  }
  std::string text;
  std::array<std::byte, 4'096> buffer{};
  for (;;) {
    if (!stream->Wait(false, 5'000)) {
      return {};
    }
    const auto count = stream->Read(buffer);
    if (!count) {
      break;
    }
    text.append(reinterpret_cast<const char*>(buffer.data()), *count);
  }
  HttpAnswer answer;
  const std::size_t space = text.find(' ');
  const std::size_t blank = text.find("\r\n\r\n");
  if (space != std::string::npos && blank != std::string::npos) {
    answer.status = std::atoi(text.c_str() + space);
    answer.body = text.substr(blank + 4);
  }
  return answer;
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
