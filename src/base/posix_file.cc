#include "base/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "base/status.h"

namespace lockstep {

void FileDescriptor::Close() {
  if (fd_ >= 0) {
    close(fd_);
    fd_ = -1;
  }
}

Status IoError(const std::string& path, const char* call, int error_number) {
  return {error_number == ENOENT ? StatusCode::kNotFound : StatusCode::kIoError,
          path + ": " + call + ": " + std::generic_category().message(error_number)};
}

Result<FileDescriptor> OpenFile(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC, 0640);
  if (fd < 0) {
    return std::unexpected(IoError(path, "open", errno));
  }
  return FileDescriptor(fd);
}

Status WriteAt(int fd, const std::string& path, std::span<const std::byte> bytes,
               std::int64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(fd, bytes.data(), bytes.size(), offset);
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return IoError(path, "pwrite", errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += written;
  }
  return Status::Ok();
}

Result<std::size_t> ReadAt(int fd, const std::string& path, std::span<std::byte> bytes,
                           std::int64_t offset) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = pread(fd, bytes.data() + done, bytes.size() - done,
                              offset + static_cast<std::int64_t>(done));
    if (got < 0) {
      if (errno == EINTR) {
        continue;
      }
      return std::unexpected(IoError(path, "pread", errno));
    }
    if (got == 0) {
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Status SyncData(int fd, const std::string& path) {
  // Not repeated, whatever the error: after a failed sync the kernel may have dropped the dirty
  // pages, so that a second one succeeds though the bytes are gone.
  if (fdatasync(fd) != 0) {
    return IoError(path, "fdatasync", errno);
  }
  return Status::Ok();
}

Status SyncDirectory(const std::string& path) {
  auto directory = OpenFile(path, O_RDONLY | O_DIRECTORY);
  if (!directory) {
    return directory.error();
  }
  if (fsync(directory->get()) != 0) {
    return IoError(path, "fsync", errno);
  }
  return Status::Ok();
}

Status RenameFile(const std::string& from, const std::string& to) {
  return rename(from.c_str(), to.c_str()) == 0 ? Status::Ok() : IoError(from, "rename", errno);
}

Status RemoveFile(const std::string& path) {
  return unlink(path.c_str()) == 0 ? Status::Ok() : IoError(path, "unlink", errno);
}

Status MakeDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  return error ? Status(StatusCode::kIoError, path + ": mkdir: " + error.message()) : Status::Ok();
}

Result<std::int64_t> FileBytes(int fd, const std::string& path) {
  struct stat facts{};
  if (fstat(fd, &facts) != 0) {
    return std::unexpected(IoError(path, "fstat", errno));
  }
  return static_cast<std::int64_t>(facts.st_size);
}

Result<std::vector<std::string>> ListFiles(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored)) {
      names.push_back(at->path().filename().string());
    }
  }
  if (error) {
    return Error(error == std::errc::no_such_file_or_directory ? StatusCode::kNotFound
                                                               : StatusCode::kIoError,
                 path + ": readdir: " + error.message());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace lockstep
