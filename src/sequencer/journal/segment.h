// The log's files: <first position, 20 digits>.log, each `bytes` long from its making to its
// removal: a header, frames, zeros. Position P of the log is at offset P - base of the segment with
// base ≤ P < base + bytes; the next segment's base is exactly base + bytes.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/posix_file.h"
#include "base/status.h"

namespace lockstep {

inline constexpr std::int64_t kSegmentHeaderBytes = 64;
inline constexpr std::string_view kSegmentEnding = ".log";
inline constexpr std::string_view kSegmentTemporaryEnding = ".log.tmp";

struct Segment {
  std::int64_t base = 0;
  std::int64_t bytes = 0;
  std::string path;
  FileDescriptor file;  // open for writing in CreateSegment's result; closed in ListSegments'

  [[nodiscard]] std::int64_t FirstFrame() const { return base + kSegmentHeaderBytes; }
  [[nodiscard]] std::int64_t End() const { return base + bytes; }
};

// Makes a segment of written zeros, so that a later fdatasync has no metadata to write, under a
// temporary name; syncs it and gives it its name. Small pieces, each synced, so that commits on the
// same disk do not queue behind it. `stop`: give up with kUnavailable. Nothing is left behind on an
// error.
Result<Segment> CreateSegment(const std::string& directory, std::int64_t base, std::int64_t bytes,
                              std::int64_t created_ns, const std::atomic<bool>& stop);

// Removes segments that were never finished.
Status RemoveUnfinishedSegments(const std::string& directory);

// The segments in order, with their headers read. kCorruption: a bad header, or one is missing in
// the middle.
Result<std::vector<Segment>> ListSegments(const std::string& directory);

// Removes the segments that lie wholly before `position`, oldest first.
Status RemoveSegmentsBefore(const std::string& directory, std::int64_t position);

}  // namespace lockstep
