#include "client/local_node.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr int kNoProgram = 127;

// Between fork and exec: system calls alone.
[[noreturn]] void RunChild(pid_t parent, int output, char** arguments) {
  // However its parent ends, it is not left behind.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {
    _exit(kNoProgram);
  }
  setpgid(0, 0);  // a Ctrl-C meant for the parent must not reach it
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0) {
    dup2(nothing, STDIN_FILENO);
  }
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(arguments[0], arguments);
  _exit(kNoProgram);
}

}  // namespace

Result<std::unique_ptr<LocalNode>> LocalNode::Start(const std::string& executable,
                                                    const std::string& config_path,
                                                    OnLine on_line) {
  std::vector<std::string> arguments = {executable, "node", "--dev", "--config", config_path};
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
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    RunChild(parent, pipe_ends[1], pointers.data());
  }
  close(pipe_ends[1]);
  if (pid < 0) {
    close(pipe_ends[0]);
    return Error(StatusCode::kIoError, std::string("fork: ") + std::strerror(errno));
  }
  return std::unique_ptr<LocalNode>(new LocalNode(pid, pipe_ends[0], std::move(on_line)));
}

LocalNode::LocalNode(pid_t pid, int output, OnLine on_line)
    : pid_(pid), output_(output), on_line_(std::move(on_line)), reader_([this] {
        ReadOutput();
        output_ended_.store(true, std::memory_order_release);
      }) {}

void LocalNode::ReadOutput() const {
  const SystemClock clock;
  std::string text;
  std::array<char, 4'096> buffer{};
  for (;;) {
    const ssize_t count = read(output_, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      break;
    }
    const std::int64_t arrived_ns = clock.MonotonicNs();
    text.append(buffer.data(), static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', begin)) {
      on_line_(arrived_ns, std::string_view(text).substr(begin, end - begin));
      begin = end + 1;
    }
    text.erase(0, begin);
  }
  if (!text.empty()) {
    on_line_(clock.MonotonicNs(), text);
  }
}

void LocalNode::Pause() {
  is_paused_ = true;
  kill(pid_, SIGSTOP);
  // The signal has been taken when the process is seen stopped.
  int status = 0;
  waitpid(pid_, &status, WUNTRACED);
}

void LocalNode::Resume() {
  kill(pid_, SIGCONT);
  is_paused_ = false;
}

void LocalNode::AskToEnd() const {
  if (pid_ > 0) {
    kill(pid_, SIGTERM);
  }
}

Result<int> LocalNode::AwaitEnd(std::int64_t timeout_ms) {
  const SystemClock clock;
  const std::int64_t deadline_ns = clock.MonotonicNs() + timeout_ms * kNsPerMs;
  while (pid_ > 0) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      break;
    }
    if (clock.MonotonicNs() > deadline_ns) {
      return Error(StatusCode::kUnavailable, "the node still runs");
    }
    const timespec pause = {0, kNsPerMs};
    nanosleep(&pause, nullptr);
  }
  return exit_code_;
}

void LocalNode::Kill() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
    exit_code_ = 128 + SIGKILL;
  }
}

LocalNode::~LocalNode() {
  Kill();
  reader_.join();
  close(output_);
}

}  // namespace lockstep
