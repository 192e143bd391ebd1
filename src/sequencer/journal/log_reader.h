// Reads a log from a position to its end, and decides what the end is: a torn tail, or a hole in
// what was acknowledged.
//
// A frame says up to where the log was durable when it was written. A bad frame at P with a good
// frame behind it that says "durable beyond P" was acknowledged: that is corruption, and nothing
// may be cut. Without such a proof, P and all behind it belong to the last flush, which never came
// to its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "sequencer/journal/frame.h"
#include "sequencer/journal/segment.h"

namespace lockstep {

struct LogEnd {
  std::size_t segment = 0;          // index of the segment that ends the log
  std::int64_t position = 0;        // where the next frame goes
  std::int64_t entry_position = 0;  // of the last entry; where reading began when there was none
  bool ends_with_entry = false;     // the last frame is an entry, not a mark
  std::uint64_t entries = 0;        // those that were visited
  std::uint64_t entry_bytes = 0;    // their payload
  // The torn tail: from `position` up to here there is something that is not zero; equal: a clean
  // end.
  std::int64_t torn_end = 0;
  std::string torn_reason;  // why the frame at `position` is not one
  // Behind the last one there may be the next, made in advance. Those from this index on are
  // damaged: not all zero, or of a wrong size.
  std::size_t keep_segments = 0;
};

// Called with each good frame at or behind the start, except kSegmentEnd. The frame's bytes are
// valid during the call.
using FrameVisitor = std::function<void(const FrameView&)>;

// Requires segments as ListSegments gives them, not empty. `start` is 0 or the end of an entry (of
// a snapshot). kCorruption, with file and offset: a hole in what was acknowledged, a missing or
// truncated segment, or a log that begins behind `start` or ends before it.
Result<LogEnd> ReadLog(const std::vector<Segment>& segments, std::int64_t start,
                       const FrameVisitor& visit);

// Makes the end that ReadLog found the true one: zeros the torn tail, removes damaged segments
// behind it, syncs.
Status CutTail(const std::vector<Segment>& segments, const LogEnd& end);

}  // namespace lockstep
