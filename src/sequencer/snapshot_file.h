// The file of a snapshot, one format for all sequencers: docs/formats/snapshot.md.
//
// Shape: header (64 bytes) · chunks (length, CRC32C, up to 256 KiB of the state machine's bytes) ·
// trailer (32 bytes with the number of bytes, the number of chunks and the state's digest).
// Little-endian. A file that is cut anywhere, or has a changed byte anywhere, is kCorruption with
// file and offset.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/posix_file.h"
#include "base/state_machine.h"
#include "base/status.h"

namespace lockstep {

inline constexpr std::size_t kSnapshotChunkBytes = std::size_t{256} * 1024;
inline constexpr std::size_t kSnapshotHeaderBytes = 64;
inline constexpr std::size_t kSnapshotChunkHeaderBytes = 8;
inline constexpr std::size_t kSnapshotTrailerBytes = 32;

// Writes with write(2) from its own buffer: allocates nothing, so it may run in a forked child.
class SnapshotFileWriter final : public SnapshotWriter {
 public:
  // Any thread or process state: the buffer is part of the object. `fd` is at the start of an empty
  // file.
  void Begin(int fd, std::int64_t position, std::int64_t written_ns);
  [[nodiscard]] bool Write(std::span<const std::byte> bytes) override;
  // Writes what is buffered and the trailer, and syncs. False: a call failed.
  [[nodiscard]] bool Finish(std::uint64_t digest);
  // errno of the call that failed; 0: none did.
  [[nodiscard]] int error_number() const { return error_number_; }

 private:
  bool WriteOut(std::span<const std::byte> bytes);
  bool WriteChunk();

  int fd_ = -1;
  int error_number_ = 0;
  std::uint64_t payload_bytes_ = 0;
  std::uint64_t chunk_count_ = 0;
  std::size_t used_ = 0;
  std::array<std::byte, kSnapshotChunkHeaderBytes + kSnapshotChunkBytes> chunk_{};
};

struct SnapshotFacts {
  std::int64_t position = 0;    // the state is as of this position of the log
  std::int64_t written_ns = 0;  // wall clock at the fork
  std::uint64_t payload_bytes = 0;
  std::uint64_t digest = 0;
};

// Reads one file from start to end. Thread: one at a time.
class SnapshotFileReader final : public SnapshotReader {
 public:
  static Result<SnapshotFileReader> Open(const std::string& path);

  [[nodiscard]] Status Read(std::span<std::byte> bytes) override;
  // After the last Read: checks that all bytes have been read, that the trailer is right and
  // nothing follows it.
  [[nodiscard]] Status Finish();
  // Reads and checks all that is left, then as Finish.
  [[nodiscard]] Status SkipAll();

  // position and written_ns from the start, the rest after Finish.
  [[nodiscard]] const SnapshotFacts& facts() const { return facts_; }

 private:
  SnapshotFileReader(FileDescriptor file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}
  Status ReadHeader();
  Status NextChunk();
  [[nodiscard]] Status Corrupt(const char* what) const;

  FileDescriptor file_;
  std::string path_;
  SnapshotFacts facts_;
  std::int64_t offset_ = 0;  // of what is read next
  std::vector<std::byte> chunk_;
  std::size_t chunk_at_ = 0;
  std::uint64_t chunk_count_ = 0;
  bool ended_ = false;  // the trailer was read and is good
};

// Reads the whole file and checks every checksum.
Result<SnapshotFacts> VerifySnapshotFile(const std::string& path);

}  // namespace lockstep
