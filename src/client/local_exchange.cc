#include "client/local_exchange.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <string_view>

#include "base/clock.h"

extern char** environ;

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

// The value of `name=` in the ready line.
std::string Field(std::string_view line, std::string_view name) {
  const std::string key = " " + std::string(name) + "=";
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) {
    return {};
  }
  line.remove_prefix(at + key.size());
  return std::string(line.substr(0, line.find(' ')));
}

}  // namespace

Result<std::unique_ptr<LocalExchange>> LocalExchange::Start(const std::string& executable,
                                                            const std::string& data_directory,
                                                            const std::vector<std::string>& more,
                                                            std::int64_t timeout_ms) {
  std::vector<std::string> arguments = {executable,    "exchange",     "--dev",
                                        "--data",      data_directory, "--listen",
                                        "127.0.0.1:0", "--sbe",        "127.0.0.1:0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) {
    pointers.push_back(argument.data());
  }
  pointers.push_back(nullptr);

  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
    return Error(StatusCode::kIoError, std::string("pipe: ") + std::strerror(errno));
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  pid_t pid = -1;
  const int error =
      posix_spawn(&pid, executable.c_str(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  if (error != 0) {
    close(pipe_ends[0]);
    return Error(StatusCode::kIoError, executable + ": " + std::strerror(error));
  }
  std::unique_ptr<LocalExchange> exchange(new LocalExchange(pid, pipe_ends[0]));
  if (Status status = exchange->AwaitReady(timeout_ms); !status.ok()) {
    return std::unexpected(status);
  }
  return exchange;
}

Status LocalExchange::AwaitReady(std::int64_t timeout_ms) {
  const SystemClock clock;
  const std::int64_t deadline_ns = clock.MonotonicNs() + timeout_ms * kNsPerMs;
  std::string text;
  while (text.find('\n') == std::string::npos) {
    const std::int64_t wait_ms = (deadline_ns - clock.MonotonicNs()) / kNsPerMs;
    pollfd entry = {output_, POLLIN, 0};
    if (wait_ms <= 0 || poll(&entry, 1, static_cast<int>(wait_ms)) == 0) {
      return {StatusCode::kUnavailable, "the exchange was not ready in time"};
    }
    std::array<char, 512> buffer{};
    const ssize_t count = read(output_, buffer.data(), buffer.size());
    if (count <= 0) {
      return {StatusCode::kIoError, "the exchange ended before it was ready"};
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ready_line_ = text.substr(0, text.find('\n'));
  if (!ready_line_.starts_with("ready")) {
    return {StatusCode::kIoError, "the exchange's first line is not 'ready': " + ready_line_};
  }
  sbe_address_ = Field(ready_line_, "sbe");
  http_address_ = Field(ready_line_, "http");
  keys_path_ = Field(ready_line_, "keys");
  return Status::Ok();
}

Result<int> LocalExchange::Terminate(std::int64_t timeout_ms) {
  kill(pid_, SIGTERM);
  const SystemClock clock;
  const std::int64_t deadline_ns = clock.MonotonicNs() + timeout_ms * kNsPerMs;
  for (;;) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    if (clock.MonotonicNs() > deadline_ns) {
      return Error(StatusCode::kUnavailable, "the exchange still runs after SIGTERM");
    }
    const timespec pause = {0, kNsPerMs};
    nanosleep(&pause, nullptr);
  }
}

void LocalExchange::Kill() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
}

LocalExchange::~LocalExchange() {
  Kill();
  close(output_);
}

}  // namespace lockstep
