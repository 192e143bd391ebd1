// The few calls on files that the log and the snapshots are made of, each with an error that names
// path, call and errno.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace lockstep {

// Owns one file descriptor; -1: none.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() { Close(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool IsOpen() const { return fd_ >= 0; }
  void Close();

 private:
  int fd_ = -1;
};

// kIoError: "<path>: <call>: <text of errno>".
[[nodiscard]] Status IoError(const std::string& path, const char* call, int error_number);

// open(2) with O_CLOEXEC; files are made with mode 0640. kNotFound when there is no such file.
Result<FileDescriptor> OpenFile(const std::string& path, int flags);

// Writes or reads all of `bytes` at `offset`. ReadAt returns how many bytes there were before the
// end of the file.
Status WriteAt(int fd, const std::string& path, std::span<const std::byte> bytes,
               std::int64_t offset);
Result<std::size_t> ReadAt(int fd, const std::string& path, std::span<std::byte> bytes,
                           std::int64_t offset);

Status SyncData(int fd, const std::string& path);
// Makes names created in, renamed in or removed from the directory durable.
Status SyncDirectory(const std::string& path);
Status RenameFile(const std::string& from, const std::string& to);
Status RemoveFile(const std::string& path);
Status MakeDirectories(const std::string& path);
Result<std::int64_t> FileBytes(int fd, const std::string& path);

// Names of the plain files in a directory, sorted.
Result<std::vector<std::string>> ListFiles(const std::string& path);

}  // namespace lockstep
