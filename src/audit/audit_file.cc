#include "audit/audit_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <span>
#include <utility>

namespace lockstep {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10U;
// Space is asked for in pieces, so that not every line pays for the call.
constexpr std::int64_t kReservePieceBytes = std::int64_t{64} << 10U;

std::span<const std::byte> Bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// Hands out the lines from `offset` on, without their newlines, until `take(line, offset)` returns
// false. Returns what stands behind the last newline, or a piece of a line that is too long.
Result<std::string> ReadLines(int fd, const std::string& path, std::int64_t offset,
                              const std::function<bool(std::string_view, std::int64_t)>& take) {
  std::string held;  // from `offset` on
  std::string buffer(kReadBytes, '\0');
  for (std::int64_t next = offset;;) {
    const auto read = ReadAt(fd, path, std::as_writable_bytes(std::span(buffer)), next);
    if (!read) {
      return std::unexpected(read.error());
    }
    if (*read == 0) {
      return held;
    }
    next += static_cast<std::int64_t>(*read);
    held.append(buffer, 0, *read);
    std::size_t begin = 0;
    for (std::size_t end = held.find('\n'); end != std::string::npos;
         end = held.find('\n', begin)) {
      const std::string_view line = std::string_view(held).substr(begin, end - begin);
      if (!take(line, offset + static_cast<std::int64_t>(begin))) {
        return held.substr(begin);
      }
      begin = end + 1;
    }
    held.erase(0, begin);
    offset += static_cast<std::int64_t>(begin);
    if (held.size() > kMaxAuditLineBytes) {
      return held;
    }
  }
}

// What a crash leaves behind the last line that became durable: a part of a line, or blocks that
// the file got before their bytes reached the disk.
bool IsTorn(std::string_view tail) {
  const bool is_part_of_a_line =
      tail.size() < kMaxAuditLineBytes && tail.find('\n') == std::string_view::npos;
  return is_part_of_a_line || tail.find('\0') != std::string_view::npos;
}

Result<AuditScan> Scan(int fd, const std::string& path,
                       const std::function<void(std::string_view, std::int64_t)>& on_line) {
  AuditScan scan;
  Status problem;
  const auto rest = ReadLines(fd, path, 0, [&](std::string_view line, std::int64_t offset) {
    auto link = CheckAuditLine(line, scan.last);
    if (!link) {
      problem = link.error();
      return false;
    }
    scan.last = std::move(*link);
    scan.good_bytes = offset + static_cast<std::int64_t>(line.size()) + 1;
    on_line(line, offset);
    return true;
  });
  if (!rest) {
    return std::unexpected(rest.error());
  }
  const auto size = FileBytes(fd, path);
  if (!size) {
    return std::unexpected(size.error());
  }
  scan.torn_bytes = *size - scan.good_bytes;
  // Many lines become durable together, so a bad one may have others behind it; more than a write
  // can hold is no tail.
  std::string tail(
      static_cast<std::size_t>(std::min<std::int64_t>(scan.torn_bytes, std::int64_t{1} << 20U)),
      '\0');
  const auto read = ReadAt(fd, path, std::as_writable_bytes(std::span(tail)), scan.good_bytes);
  if (!read) {
    return std::unexpected(read.error());
  }
  if (!IsTorn(tail)) {
    if (problem.ok()) {
      problem = {StatusCode::kCorruption, "a line that is too long"};
    }
    return Error(StatusCode::kCorruption, path + ": " + problem.message());
  }
  return scan;
}

}  // namespace

Result<AuditScan> ScanAuditFile(
    const std::string& path, const std::function<void(std::string_view, std::int64_t)>& on_line) {
  const auto fd = OpenFile(path, O_RDONLY);
  if (!fd) {
    return std::unexpected(fd.error());
  }
  return Scan(fd->get(), path, on_line);
}

Result<AuditFile> AuditFile::Open(const std::string& path) {
  auto fd = OpenFile(path, O_RDWR | O_CREAT);
  if (!fd) {
    return std::unexpected(fd.error());
  }
  const std::string directory = std::filesystem::path(path).parent_path().string();
  if (Status status = SyncDirectory(directory.empty() ? "." : directory); !status.ok()) {
    return std::unexpected(status);
  }
  AuditFile file(path, std::move(*fd));
  std::uint64_t number = 0;
  const auto scan = Scan(file.fd_.get(), path, [&](std::string_view, std::int64_t offset) {
    file.Index(++number, offset);
  });
  if (!scan) {
    return std::unexpected(scan.error());
  }
  file.last_ = scan->last;
  file.bytes_ = scan->good_bytes;
  file.reserved_bytes_ = scan->good_bytes;
  if (scan->torn_bytes != 0) {
    if (Status status = file.SetTailAside(*scan); !status.ok()) {
      return std::unexpected(status);
    }
  }
  return file;
}

Status AuditFile::SetTailAside(const AuditScan& scan) {
  const std::string aside = path_ + ".torn-" + std::to_string(scan.good_bytes);
  const auto fd = OpenFile(aside, O_WRONLY | O_CREAT | O_TRUNC);
  if (!fd) {
    return fd.error();
  }
  std::string buffer(kReadBytes, '\0');
  for (std::int64_t done = 0; done < scan.torn_bytes;) {
    const auto read =
        ReadAt(fd_.get(), path_, std::as_writable_bytes(std::span(buffer)), scan.good_bytes + done);
    if (!read) {
      return read.error();
    }
    if (Status status =
            WriteAt(fd->get(), aside, Bytes(std::string_view(buffer).substr(0, *read)), done);
        !status.ok()) {
      return status;
    }
    done += static_cast<std::int64_t>(*read);
  }
  if (Status status = SyncData(fd->get(), aside); !status.ok()) {
    return status;
  }
  if (ftruncate(fd_.get(), scan.good_bytes) != 0) {
    return IoError(path_, "ftruncate", errno);
  }
  torn_tail_ = path_ + ": " + std::to_string(scan.torn_bytes) + " bytes behind line " +
               std::to_string(scan.last.number) + " were never whole: moved to " + aside;
  return SyncData(fd_.get(), path_);
}

void AuditFile::Index(std::uint64_t number, std::int64_t offset) {
  if (number % kIndexEvery == 1) {
    index_.push_back(offset);
  }
}

// Blocks behind the end of the file, which keeps its size.
Status AuditFile::Reserve(std::int64_t end) {
  if (end <= reserved_bytes_) {
    return Status::Ok();
  }
  const std::int64_t wanted = end - bytes_ + kReservePieceBytes;
  if (fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, bytes_, wanted) == 0) {
    reserved_bytes_ = bytes_ + wanted;
    return Status::Ok();
  }
  if (errno == EOPNOTSUPP) {
    return Status::Ok();  // a file system that cannot promise: the write itself will tell
  }
  // What is left may still do for this line and what it owes.
  const int error_number = errno;
  if (fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, bytes_, end - bytes_) == 0) {
    reserved_bytes_ = end;
    return Status::Ok();
  }
  return IoError(path_, "fallocate", error_number);
}

Status AuditFile::Append(std::string_view lines, const AuditLink& last,
                         std::int64_t reserve_bytes) {
  if (!unusable_.ok()) {
    return unusable_;
  }
  const std::int64_t end = bytes_ + static_cast<std::int64_t>(lines.size());
  if (Status status = Reserve(end + reserve_bytes); !status.ok()) {
    return status;
  }
  if (Status status = WriteAt(fd_.get(), path_, Bytes(lines), bytes_); !status.ok()) {
    if (ftruncate(fd_.get(), bytes_) != 0) {
      unusable_ = status;
    }
    reserved_bytes_ = bytes_;
    return status;
  }
  if (Status status = SyncData(fd_.get(), path_); !status.ok()) {
    unusable_ = status;
    return status;
  }
  std::uint64_t number = last_.number;
  for (std::size_t begin = 0; begin < lines.size(); begin = lines.find('\n', begin) + 1) {
    Index(++number, bytes_ + static_cast<std::int64_t>(begin));
  }
  last_ = last;
  bytes_ = end;
  return Status::Ok();
}

Result<std::vector<std::string>> AuditFile::Read(std::uint64_t from, std::size_t limit) const {
  std::vector<std::string> lines;
  from = std::max<std::uint64_t>(from, 1);
  if (from > last_.number || limit == 0) {
    return lines;
  }
  const std::uint64_t slot = (from - 1) / kIndexEvery;
  std::uint64_t number = slot * kIndexEvery;
  const auto rest =
      ReadLines(fd_.get(), path_, index_[slot], [&](std::string_view line, std::int64_t offset) {
        if (++number >= from && offset < bytes_) {
          lines.emplace_back(line);
        }
        return lines.size() < limit;
      });
  if (!rest) {
    return std::unexpected(rest.error());
  }
  return lines;
}

}  // namespace lockstep
