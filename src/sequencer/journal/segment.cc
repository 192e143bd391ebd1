#include "sequencer/journal/segment.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/crc32c.h"
#include "sequencer/snapshot_store.h"

namespace lockstep {
namespace {

constexpr std::array<char, 8> kMagic = {'L', 'K', 'S', 'T', 'J', 'R', 'N', 'L'};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kZeroStepBytes = std::size_t{256} * 1024;

struct SegmentHeader {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t crc32c;  // of all other bytes
  std::int64_t base;
  std::int64_t bytes;
  std::int64_t created_ns;
  std::array<std::byte, 24> reserved;
};
static_assert(sizeof(SegmentHeader) == kSegmentHeaderBytes);

std::uint32_t HeaderCrc(SegmentHeader header) {
  header.crc32c = 0;
  return Crc32c(std::as_bytes(std::span(&header, 1)));
}

Status WriteSegment(int fd, const std::string& path, const SegmentHeader& header,
                    const std::atomic<bool>& stop) {
  static constexpr std::array<std::byte, kZeroStepBytes> kZeros{};
  for (std::int64_t at = 0; at < header.bytes;) {
    if (stop.load(std::memory_order_relaxed)) {
      return {StatusCode::kUnavailable, path + ": stopped"};
    }
    const auto step = std::min<std::int64_t>(kZeroStepBytes, header.bytes - at);
    Status written = WriteAt(fd, path, std::span(kZeros).first(static_cast<std::size_t>(step)), at);
    if (written.ok()) {
      written = SyncData(fd, path);
    }
    if (!written.ok()) {
      return written;
    }
    at += step;
  }
  Status written = WriteAt(fd, path, std::as_bytes(std::span(&header, 1)), 0);
  return written.ok() ? SyncData(fd, path) : written;
}

Result<Segment> ReadSegmentHeader(const std::string& directory, const std::string& name) {
  const std::string path = directory + "/" + name;
  auto file = OpenFile(path, O_RDONLY);
  if (!file) {
    return std::unexpected(file.error());
  }
  SegmentHeader header{};
  const auto got = ReadAt(file->get(), path, std::as_writable_bytes(std::span(&header, 1)), 0);
  if (!got) {
    return std::unexpected(got.error());
  }
  if (*got != sizeof(header) || header.magic != kMagic || header.crc32c != HeaderCrc(header)) {
    return Error(StatusCode::kCorruption, path + ": offset 0: not the header of a log segment");
  }
  if (header.version != kVersion) {
    return Error(StatusCode::kUnimplemented, path + ": version " + std::to_string(header.version) +
                                                 " of the log is not known here");
  }
  if (header.base != PositionOfFileName(name, kSegmentEnding)) {
    return Error(StatusCode::kCorruption,
                 path + ": offset 0: the segment is of position " + std::to_string(header.base));
  }
  return Segment{.base = header.base, .bytes = header.bytes, .path = path, .file = {}};
}

}  // namespace

Result<Segment> CreateSegment(const std::string& directory, std::int64_t base, std::int64_t bytes,
                              std::int64_t created_ns, const std::atomic<bool>& stop) {
  const std::string temporary = directory + "/" + PositionFileName(base, kSegmentTemporaryEnding);
  auto file = OpenFile(temporary, O_RDWR | O_CREAT | O_TRUNC);
  if (!file) {
    return std::unexpected(file.error());
  }
  SegmentHeader header{};
  header.magic = kMagic;
  header.version = kVersion;
  header.base = base;
  header.bytes = bytes;
  header.created_ns = created_ns;
  header.crc32c = HeaderCrc(header);
  Segment segment{.base = base,
                  .bytes = bytes,
                  .path = directory + "/" + PositionFileName(base, kSegmentEnding),
                  .file = std::move(*file)};
  Status made = WriteSegment(segment.file.get(), temporary, header, stop);
  if (made.ok()) {
    made = RenameFile(temporary, segment.path);
  }
  if (made.ok()) {
    made = SyncDirectory(directory);
  }
  if (!made.ok()) {
    // Only the first error counts; what is left of the temporary file is removed at the next start
    // at the latest.
    [[maybe_unused]] const Status ignored = RemoveFile(temporary);
    return std::unexpected(made);
  }
  return segment;
}

Status RemoveUnfinishedSegments(const std::string& directory) {
  const auto names = ListFiles(directory);
  if (!names) {
    return names.error();
  }
  for (const std::string& name : *names) {
    if (PositionOfFileName(name, kSegmentTemporaryEnding) >= 0) {
      Status removed = RemoveFile(directory + "/" + name);
      if (!removed.ok()) {
        return removed;
      }
    }
  }
  return Status::Ok();
}

Result<std::vector<Segment>> ListSegments(const std::string& directory) {
  const auto names = ListFiles(directory);
  if (!names) {
    return std::unexpected(names.error());
  }
  std::vector<Segment> segments;
  for (const std::string& name : *names) {
    if (PositionOfFileName(name, kSegmentEnding) < 0) {
      continue;
    }
    auto segment = ReadSegmentHeader(directory, name);
    if (!segment) {
      return std::unexpected(segment.error());
    }
    if (!segments.empty() && segments.back().End() != segment->base) {
      return Error(StatusCode::kCorruption,
                   directory + "/" + PositionFileName(segments.back().End(), kSegmentEnding) +
                       ": offset 0: this segment of the log is missing; the next one there is " +
                       name);
    }
    segments.push_back(std::move(*segment));
  }
  return segments;
}

Status RemoveSegmentsBefore(const std::string& directory, std::int64_t position) {
  const auto names = ListFiles(directory);
  if (!names) {
    return names.error();
  }
  std::vector<std::int64_t> bases;
  for (const std::string& name : *names) {
    const std::int64_t base = PositionOfFileName(name, kSegmentEnding);
    if (base >= 0) {
      bases.push_back(base);
    }
  }
  bool any = false;
  for (std::size_t i = 0; i + 1 < bases.size() && bases[i + 1] <= position; ++i) {
    Status removed = RemoveFile(directory + "/" + PositionFileName(bases[i], kSegmentEnding));
    if (!removed.ok()) {
      return removed;
    }
    any = true;
  }
  return any ? SyncDirectory(directory) : Status::Ok();
}

}  // namespace lockstep
