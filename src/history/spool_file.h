// A file that holds, in order, what does not fit into memory; read once, by another thread, while
// it grows.
//
// Shape: blocks as they were appended, each behind its length (uint64, little-endian). Nothing in
// it outlives the process: the log has the commands that all of it follows from. Threads: Append
// one; Read, Rewind another; the caller sees to it that Read gets no further than what Append has
// finished, and that neither runs during Rewind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/posix_file.h"
#include "base/status.h"

namespace lockstep {

class SpoolFile {
 public:
  // `reserve_bytes`: so much space of the disk is left to others.
  SpoolFile(std::string path, std::int64_t limit_bytes, std::int64_t reserve_bytes);

  // Makes the file, or empties the one that another life has left.
  [[nodiscard]] Status Create();

  // kIoError: the disk refuses it, or it would take more than its share; nothing is added then.
  [[nodiscard]] Status Append(std::span<const std::byte> block);
  [[nodiscard]] Status Read(std::vector<std::byte>& block);
  // Begins again at its start, once all has been read. Gives the space back if it is much.
  [[nodiscard]] Status Rewind();

  [[nodiscard]] std::int64_t end() const { return end_; }
  [[nodiscard]] std::int64_t read_end() const { return read_end_; }

 private:
  [[nodiscard]] Status CheckSpace(std::int64_t bytes) const;

  const std::string path_;
  const std::int64_t limit_bytes_;
  const std::int64_t reserve_bytes_;
  FileDescriptor file_;
  std::int64_t end_ = 0;       // the appender's
  std::int64_t read_end_ = 0;  // the reader's
};

}  // namespace lockstep
