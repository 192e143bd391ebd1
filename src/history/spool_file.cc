#include "history/spool_file.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace lockstep {
namespace {

constexpr std::int64_t kKeptBytes = std::int64_t{16} << 20;

}  // namespace

SpoolFile::SpoolFile(std::string path, std::int64_t limit_bytes, std::int64_t reserve_bytes)
    : path_(std::move(path)), limit_bytes_(limit_bytes), reserve_bytes_(reserve_bytes) {}

Status SpoolFile::Create() {
  auto file = OpenFile(path_, O_RDWR | O_CREAT | O_TRUNC);
  if (!file) {
    return file.error();
  }
  file_ = std::move(*file);
  return Status::Ok();
}

Status SpoolFile::CheckSpace(std::int64_t bytes) const {
  if (end_ + bytes > limit_bytes_) {
    return {StatusCode::kIoError,
            path_ + ": has grown to its limit of " + std::to_string(limit_bytes_) + " bytes"};
  }
  struct statvfs disk{};
  if (fstatvfs(file_.get(), &disk) != 0) {
    return IoError(path_, "fstatvfs", errno);
  }
  const auto free_bytes = static_cast<std::int64_t>(disk.f_bavail * disk.f_frsize);
  if (free_bytes - bytes < reserve_bytes_) {
    return {StatusCode::kIoError, path_ + ": " + std::to_string(free_bytes) +
                                      " bytes of disk are left, too few to spool"};
  }
  return Status::Ok();
}

Status SpoolFile::Append(std::span<const std::byte> block) {
  const std::uint64_t length = block.size();
  const auto bytes = static_cast<std::int64_t>(sizeof(length) + length);
  Status status = CheckSpace(bytes);
  if (status.ok()) {
    status = WriteAt(file_.get(), path_, std::as_bytes(std::span(&length, 1)), end_);
  }
  if (status.ok()) {
    status = WriteAt(file_.get(), path_, block, end_ + static_cast<std::int64_t>(sizeof(length)));
  }
  if (status.ok()) {
    end_ += bytes;
  }
  return status;
}

Status SpoolFile::Read(std::vector<std::byte>& block) {
  std::uint64_t length = 0;
  auto got = ReadAt(file_.get(), path_, std::as_writable_bytes(std::span(&length, 1)), read_end_);
  if (!got) {
    return got.error();
  }
  // Only a file that somebody else has changed is shorter than what was written to it.
  if (*got != sizeof(length) || length > static_cast<std::uint64_t>(limit_bytes_)) {
    return {StatusCode::kCorruption, path_ + ": what was spooled is not there any more"};
  }
  block.resize(length);
  got = ReadAt(file_.get(), path_, block, read_end_ + static_cast<std::int64_t>(sizeof(length)));
  if (!got) {
    return got.error();
  }
  if (*got != length) {
    return {StatusCode::kCorruption, path_ + ": what was spooled is not there any more"};
  }
  read_end_ += static_cast<std::int64_t>(sizeof(length) + length);
  return Status::Ok();
}

Status SpoolFile::Rewind() {
  // Truncation waits for the file system's journal, which the log keeps busy.
  if (end_ > kKeptBytes && ftruncate(file_.get(), 0) != 0) {
    return IoError(path_, "ftruncate", errno);
  }
  end_ = 0;
  read_end_ = 0;
  return Status::Ok();
}

}  // namespace lockstep
