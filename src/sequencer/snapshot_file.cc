#include "sequencer/snapshot_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/crc32c.h"

namespace lockstep {
namespace {

constexpr std::array<char, 8> kMagic = {'L', 'K', 'S', 'T', 'S', 'N', 'A', 'P'};
constexpr std::uint32_t kVersion = 1;

struct Header {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t chunk_bytes;
  std::int64_t position;
  std::int64_t written_ns;
  std::array<std::byte, 28> reserved;
  std::uint32_t crc32c;  // of the bytes before
};
static_assert(sizeof(Header) == kSnapshotHeaderBytes);

struct ChunkHeader {
  std::uint32_t payload_bytes;
  std::uint32_t crc32c;  // of payload_bytes and the payload
};
static_assert(sizeof(ChunkHeader) == kSnapshotChunkHeaderBytes);

struct Trailer {
  std::uint32_t payload_bytes;  // 0: tells it from a chunk
  std::uint32_t crc32c;         // of payload_bytes and the bytes behind this
  std::uint64_t total_payload_bytes;
  std::uint64_t digest;
  std::uint64_t chunk_count;
};
static_assert(sizeof(Trailer) == kSnapshotTrailerBytes);

template <class Record>
std::span<const std::byte> BytesOf(const Record& record) {
  return std::as_bytes(std::span(&record, 1));
}

// Length and payload are covered, the checksum between them is not.
std::uint32_t ChunkCrc(std::uint32_t payload_bytes, std::span<const std::byte> behind) {
  return Crc32c(behind, Crc32c(BytesOf(payload_bytes)));
}

std::uint32_t TrailerCrc(const Trailer& trailer) {
  return ChunkCrc(trailer.payload_bytes, BytesOf(trailer).subspan(kSnapshotChunkHeaderBytes));
}

std::uint32_t HeaderCrc(const Header& header) {
  return Crc32c(BytesOf(header).first(offsetof(Header, crc32c)));
}

}  // namespace

void SnapshotFileWriter::Begin(int fd, std::int64_t position, std::int64_t written_ns) {
  fd_ = fd;
  error_number_ = 0;
  payload_bytes_ = 0;
  chunk_count_ = 0;
  used_ = kSnapshotChunkHeaderBytes;
  Header header{};
  header.magic = kMagic;
  header.version = kVersion;
  header.chunk_bytes = kSnapshotChunkBytes;
  header.position = position;
  header.written_ns = written_ns;
  header.crc32c = HeaderCrc(header);
  WriteOut(BytesOf(header));
}

bool SnapshotFileWriter::WriteOut(std::span<const std::byte> bytes) {
  while (error_number_ == 0 && !bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error_number_ = errno;
    }
  }
  return error_number_ == 0;
}

bool SnapshotFileWriter::WriteChunk() {
  const std::size_t payload_bytes = used_ - kSnapshotChunkHeaderBytes;
  ChunkHeader header{.payload_bytes = static_cast<std::uint32_t>(payload_bytes), .crc32c = 0};
  const auto payload =
      std::span<const std::byte>(chunk_).subspan(kSnapshotChunkHeaderBytes, payload_bytes);
  header.crc32c = ChunkCrc(header.payload_bytes, payload);
  std::memcpy(chunk_.data(), &header, sizeof(header));
  payload_bytes_ += payload_bytes;
  ++chunk_count_;
  const std::size_t bytes = used_;
  used_ = kSnapshotChunkHeaderBytes;
  return WriteOut(std::span<const std::byte>(chunk_).first(bytes));
}

bool SnapshotFileWriter::Write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t part = std::min(bytes.size(), chunk_.size() - used_);
    std::memcpy(chunk_.data() + used_, bytes.data(), part);
    used_ += part;
    bytes = bytes.subspan(part);
    if (used_ == chunk_.size() && !WriteChunk()) {
      return false;
    }
  }
  return error_number_ == 0;
}

bool SnapshotFileWriter::Finish(std::uint64_t digest) {
  if (used_ > kSnapshotChunkHeaderBytes && !WriteChunk()) {
    return false;
  }
  Trailer trailer{};
  trailer.total_payload_bytes = payload_bytes_;
  trailer.digest = digest;
  trailer.chunk_count = chunk_count_;
  trailer.crc32c = TrailerCrc(trailer);
  if (!WriteOut(BytesOf(trailer))) {
    return false;
  }
  if (fsync(fd_) != 0) {
    error_number_ = errno;
  }
  return error_number_ == 0;
}

Status SnapshotFileReader::Corrupt(const char* what) const {
  return {StatusCode::kCorruption, path_ + ": offset " + std::to_string(offset_) + ": " + what};
}

Result<SnapshotFileReader> SnapshotFileReader::Open(const std::string& path) {
  auto file = OpenFile(path, O_RDONLY);
  if (!file) {
    return std::unexpected(file.error());
  }
  SnapshotFileReader reader(std::move(*file), path);
  Status header = reader.ReadHeader();
  if (!header.ok()) {
    return std::unexpected(header);
  }
  return reader;
}

Status SnapshotFileReader::ReadHeader() {
  Header header{};
  const auto got = ReadAt(file_.get(), path_, std::as_writable_bytes(std::span(&header, 1)), 0);
  if (!got) {
    return got.error();
  }
  if (*got != sizeof(header) || header.magic != kMagic || header.crc32c != HeaderCrc(header)) {
    return Corrupt("not the header of a snapshot");
  }
  if (header.version != kVersion || header.chunk_bytes != kSnapshotChunkBytes) {
    return {StatusCode::kUnimplemented, path_ + ": version " + std::to_string(header.version) +
                                            " of snapshots is not known here"};
  }
  facts_.position = header.position;
  facts_.written_ns = header.written_ns;
  offset_ = sizeof(header);
  return Status::Ok();
}

Status SnapshotFileReader::NextChunk() {
  chunk_.resize(kSnapshotTrailerBytes);
  auto got = ReadAt(file_.get(), path_, chunk_, offset_);
  if (!got) {
    return got.error();
  }
  ChunkHeader header{};
  if (*got < sizeof(header)) {
    return Corrupt("the file ends early");
  }
  std::memcpy(&header, chunk_.data(), sizeof(header));
  if (header.payload_bytes == 0) {
    Trailer trailer{};
    if (*got < sizeof(trailer)) {
      return Corrupt("the file ends early");
    }
    std::memcpy(&trailer, chunk_.data(), sizeof(trailer));
    if (trailer.crc32c != TrailerCrc(trailer) ||
        trailer.total_payload_bytes != facts_.payload_bytes ||
        trailer.chunk_count != chunk_count_) {
      return Corrupt("wrong trailer");
    }
    facts_.digest = trailer.digest;
    offset_ += static_cast<std::int64_t>(sizeof(trailer));
    ended_ = true;
    chunk_.clear();
    chunk_at_ = 0;
    return Status::Ok();
  }
  if (header.payload_bytes > kSnapshotChunkBytes) {
    return Corrupt("impossible length of a chunk");
  }
  chunk_.resize(header.payload_bytes);
  got = ReadAt(file_.get(), path_, chunk_, offset_ + static_cast<std::int64_t>(sizeof(header)));
  if (!got) {
    return got.error();
  }
  if (*got != chunk_.size()) {
    return Corrupt("the file ends early");
  }
  if (ChunkCrc(header.payload_bytes, chunk_) != header.crc32c) {
    return Corrupt("wrong checksum of a chunk");
  }
  offset_ += static_cast<std::int64_t>(sizeof(header) + chunk_.size());
  facts_.payload_bytes += chunk_.size();
  ++chunk_count_;
  chunk_at_ = 0;
  return Status::Ok();
}

Status SnapshotFileReader::Read(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    if (chunk_at_ == chunk_.size()) {
      if (!ended_) {
        Status next = NextChunk();
        if (!next.ok()) {
          return next;
        }
      }
      if (ended_) {
        return Corrupt("the state machine asks for more bytes than there are");
      }
    }
    const std::size_t part = std::min(bytes.size(), chunk_.size() - chunk_at_);
    std::memcpy(bytes.data(), chunk_.data() + chunk_at_, part);
    chunk_at_ += part;
    bytes = bytes.subspan(part);
  }
  return Status::Ok();
}

Status SnapshotFileReader::Finish() {
  if (chunk_at_ != chunk_.size()) {
    return Corrupt("the state machine left bytes unread");
  }
  if (!ended_) {
    Status next = NextChunk();
    if (!next.ok()) {
      return next;
    }
  }
  if (!ended_) {
    return Corrupt("the state machine left bytes unread");
  }
  const auto bytes = FileBytes(file_.get(), path_);
  if (!bytes) {
    return bytes.error();
  }
  return *bytes == offset_ ? Status::Ok() : Corrupt("bytes behind the trailer");
}

Status SnapshotFileReader::SkipAll() {
  while (!ended_) {
    Status next = NextChunk();
    if (!next.ok()) {
      return next;
    }
    chunk_at_ = chunk_.size();
  }
  return Finish();
}

Result<SnapshotFacts> VerifySnapshotFile(const std::string& path) {
  auto reader = SnapshotFileReader::Open(path);
  if (!reader) {
    return std::unexpected(reader.error());
  }
  Status finished = reader->SkipAll();
  if (!finished.ok()) {
    return std::unexpected(finished);
  }
  return reader->facts();
}

}  // namespace lockstep
