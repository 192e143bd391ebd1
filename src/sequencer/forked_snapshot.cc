#include "sequencer/forked_snapshot.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

namespace lockstep {
namespace {

// Exit codes of the child: 0, errno of the failed call (all are below), or this.
constexpr int kOtherFailure = 255;

[[noreturn]] void RunChild(const StateMachine& state, SnapshotFileWriter& writer, const char* path,
                           pid_t parent, std::int64_t position, std::int64_t written_ns) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {
    _exit(kOtherFailure);
  }
  close_range(0, UINT_MAX, 0);
  // The market comes first.
  [[maybe_unused]] const int ignored = nice(10);
  const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  int error_number = errno;
  if (fd >= 0) {
    writer.Begin(fd, position, written_ns);
    if (state.WriteSnapshot(writer) && writer.Finish(state.Digest())) {
      _exit(0);
    }
    error_number = writer.error_number();
  }
  _exit(error_number > 0 && error_number < kOtherFailure ? error_number : kOtherFailure);
}

}  // namespace

ForkedSnapshot::ForkedSnapshot() : writer_(std::make_unique<SnapshotFileWriter>()) {}

Result<pid_t> ForkedSnapshot::Start(const StateMachine& state, const std::string& path,
                                    std::int64_t position, std::int64_t written_ns) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    RunChild(state, *writer_, path.c_str(), parent, position, written_ns);
  }
  if (child < 0) {
    return std::unexpected(IoError(path, "fork", errno));
  }
  return child;
}

Status AwaitChild(pid_t child, const std::string& path) {
  siginfo_t ended{};
  while (waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) != 0) {
    if (errno != EINTR) {
      return IoError(path, "waitid", errno);
    }
  }
  return Status::Ok();
}

Status ReapChild(pid_t child, const std::string& path) {
  int outcome = 0;
  if (waitpid(child, &outcome, WNOHANG) != child) {
    return IoError(path, "waitpid", errno);
  }
  if (WIFEXITED(outcome) && WEXITSTATUS(outcome) == 0) {
    return Status::Ok();
  }
  if (WIFEXITED(outcome) && WEXITSTATUS(outcome) != kOtherFailure) {
    return IoError(path, "open or write", WEXITSTATUS(outcome));
  }
  return {StatusCode::kIoError, path + ": the process that wrote it ended early"};
}

}  // namespace lockstep
