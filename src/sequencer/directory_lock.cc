#include "sequencer/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace lockstep {
namespace {

constexpr auto kRetryInterval = std::chrono::milliseconds(5);

}  // namespace

Result<FileDescriptor> LockDataDirectory(const std::string& directory, const Clock& clock,
                                         std::int64_t wait_ns) {
  const std::string path = directory + "/lock";
  auto file = OpenFile(path, O_RDWR | O_CREAT);
  if (!file) {
    return file;
  }
  const std::int64_t deadline_ns = clock.MonotonicNs() + wait_ns;
  while (flock(file->get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return std::unexpected(IoError(path, "flock", errno));
    }
    if (clock.MonotonicNs() >= deadline_ns) {
      return Error(StatusCode::kAlreadyExists, path + ": another process uses this directory");
    }
    std::this_thread::sleep_for(kRetryInterval);
  }
  return file;
}

}  // namespace lockstep
