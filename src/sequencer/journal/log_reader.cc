#include "sequencer/journal/log_reader.h"

#include <fcntl.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/posix_file.h"

namespace lockstep {
namespace {

// One segment's bytes in memory; what the file lacks at its end is zero.
struct LoadedSegment {
  std::vector<std::byte> bytes;
  std::int64_t file_bytes = 0;

  Status Load(const Segment& segment) {
    auto file = OpenFile(segment.path, O_RDONLY);
    if (!file) {
      return file.error();
    }
    bytes.assign(static_cast<std::size_t>(segment.bytes), std::byte{0});
    const auto got = ReadAt(file->get(), segment.path, bytes, 0);
    if (!got) {
      return got.error();
    }
    const auto size = FileBytes(file->get(), segment.path);
    if (!size) {
      return size.error();
    }
    file_bytes = *size;
    return Status::Ok();
  }

  [[nodiscard]] std::span<const std::byte> From(const Segment& segment,
                                                std::int64_t position) const {
    return std::span<const std::byte>(bytes).subspan(
        static_cast<std::size_t>(position - segment.base));
  }
};

std::string Where(const Segment& segment, std::int64_t position) {
  return segment.path + ": offset " + std::to_string(position - segment.base);
}

// The first frame at or behind `from` that says "durable beyond `bad`"; -1: none.
std::int64_t FindProof(const Segment& segment, const LoadedSegment& loaded, std::int64_t from,
                       std::int64_t bad) {
  FrameView frame{};
  for (std::int64_t at = from;
       at + static_cast<std::int64_t>(kLogFrameHeaderBytes) <= segment.End(); at += 8) {
    if (ReadFrame(loaded.From(segment, at), at, frame) == nullptr &&
        frame.header.durable_start > bad) {
      return at;
    }
  }
  return -1;
}

// Behind the last byte at or behind `from` that is not zero; `from` when all are.
std::int64_t EndOfData(const Segment& segment, const LoadedSegment& loaded, std::int64_t from) {
  const auto rest = loaded.From(segment, from);
  const auto last =
      std::find_if(rest.rbegin(), rest.rend(), [](std::byte b) { return b != std::byte{0}; });
  return from + (rest.rend() - last);
}

class Reader {
 public:
  Reader(const std::vector<Segment>& segments, std::int64_t start, const FrameVisitor& visit)
      : segments_(segments), start_(start), visit_(visit) {}

  Result<LogEnd> Run();

 private:
  [[nodiscard]] Status Seek();
  [[nodiscard]] Status EnterNextSegment(const FrameView& end_frame);
  void Visit(const FrameView& frame);
  [[nodiscard]] Status DecideTail(const char* reason);
  [[nodiscard]] const Segment& current() const { return segments_[end_.segment]; }

  const std::vector<Segment>& segments_;
  const std::int64_t start_;
  const FrameVisitor& visit_;
  LoadedSegment loaded_;
  LogEnd end_;
  bool reached_start_ = false;
};

Status Reader::Seek() {
  const Segment& first = segments_.front();
  if (first.base > start_) {
    return {StatusCode::kCorruption,
            first.path + ": offset 0: the log begins at position " + std::to_string(first.base) +
                ", behind " +
                (start_ == 0 ? "its start, and there is no good snapshot"
                             : "the newest good snapshot at " + std::to_string(start_))};
  }
  while (end_.segment + 1 < segments_.size() && segments_[end_.segment + 1].base <= start_) {
    ++end_.segment;
  }
  end_.position = current().FirstFrame();
  end_.entry_position = start_;
  reached_start_ = start_ <= end_.position;
  return loaded_.Load(current());
}

Status Reader::EnterNextSegment(const FrameView& end_frame) {
  if (end_.segment + 1 == segments_.size()) {
    return {StatusCode::kCorruption,
            Where(current(), end_.position) +
                ": the segment is full, but the one that follows, of position " +
                std::to_string(current().End()) + ", is missing"};
  }
  if (loaded_.file_bytes != current().bytes) {
    return {StatusCode::kCorruption,
            Where(current(), current().base + loaded_.file_bytes) + ": the segment is truncated"};
  }
  ++end_.segment;
  end_.position = current().FirstFrame();
  if (NextSegmentPosition(end_frame) != end_.position) {
    return {StatusCode::kCorruption,
            Where(current(), end_.position) + ": not the segment that follows"};
  }
  return loaded_.Load(current());
}

void Reader::Visit(const FrameView& frame) {
  end_.ends_with_entry = frame.header.kind == FrameKind::kEntry;
  end_.position = frame.EndPosition();
  if (frame.header.position < start_) {
    return;
  }
  if (end_.ends_with_entry) {
    end_.entry_position = end_.position;
    ++end_.entries;
    end_.entry_bytes += frame.payload.size();
  }
  visit_(frame);
}

Status Reader::DecideTail(const char* reason) {
  const std::int64_t bad = end_.position;
  std::int64_t proof = FindProof(current(), loaded_, bad, bad);
  std::string proof_path = current().path;
  std::int64_t proof_base = current().base;
  end_.keep_segments = segments_.size();
  end_.torn_end = EndOfData(current(), loaded_, bad);
  end_.torn_reason = reason;
  if (loaded_.file_bytes != current().bytes) {
    end_.torn_reason = "the segment is truncated";
    end_.torn_end = std::max(end_.torn_end, current().End());
  }
  LoadedSegment later;
  for (std::size_t i = end_.segment + 1; i < segments_.size() && proof < 0; ++i) {
    Status loaded = later.Load(segments_[i]);
    if (!loaded.ok()) {
      return loaded;
    }
    proof = FindProof(segments_[i], later, segments_[i].FirstFrame(), bad);
    proof_path = segments_[i].path;
    proof_base = segments_[i].base;
    const std::int64_t first = segments_[i].FirstFrame();
    if (later.file_bytes != segments_[i].bytes || EndOfData(segments_[i], later, first) != first) {
      end_.keep_segments = std::min(end_.keep_segments, i);
    }
  }
  if (proof >= 0) {
    return {StatusCode::kCorruption,
            Where(current(), bad) + ": " + end_.torn_reason +
                ", but what stood here was acknowledged: the frame at offset " +
                std::to_string(proof - proof_base) + " of " + proof_path + " says so"};
  }
  if (!reached_start_) {
    return {StatusCode::kCorruption, Where(current(), bad) + ": " + reason +
                                         ": the log ends at position " + std::to_string(bad) +
                                         ", before the snapshot at " + std::to_string(start_)};
  }
  return Status::Ok();
}

Result<LogEnd> Reader::Run() {
  Status status = Seek();
  while (status.ok()) {
    FrameView frame{};
    const char* wrong = ReadFrame(loaded_.From(current(), end_.position), end_.position, frame);
    if (wrong != nullptr) {
      status = DecideTail(wrong);
      break;
    }
    if (frame.header.kind == FrameKind::kSegmentEnd) {
      status = EnterNextSegment(frame);
      continue;
    }
    Visit(frame);
    reached_start_ = reached_start_ || end_.position == start_;
    if (!reached_start_ && end_.position > start_) {
      status = {StatusCode::kCorruption,
                Where(current(), start_) + ": the snapshot's position is not the end of a frame"};
    }
  }
  if (!status.ok()) {
    return std::unexpected(status);
  }
  return std::move(end_);
}

Status ZeroRange(const Segment& segment, std::int64_t from, std::int64_t to) {
  auto file = OpenFile(segment.path, O_RDWR);
  if (!file) {
    return file.error();
  }
  // Front to back: if this is broken off, what is left is still a torn tail.
  const std::vector<std::byte> zeros(static_cast<std::size_t>(to - from));
  Status written = WriteAt(file->get(), segment.path, zeros, from - segment.base);
  return written.ok() ? SyncData(file->get(), segment.path) : written;
}

}  // namespace

Result<LogEnd> ReadLog(const std::vector<Segment>& segments, std::int64_t start,
                       const FrameVisitor& visit) {
  return Reader(segments, start, visit).Run();
}

Status CutTail(const std::vector<Segment>& segments, const LogEnd& end) {
  // Last first, so that none is missing in the middle.
  for (std::size_t i = segments.size(); i-- > end.keep_segments;) {
    Status removed = RemoveFile(segments[i].path);
    if (!removed.ok()) {
      return removed;
    }
  }
  // What was read may so far be in the page cache only, of a process that was killed between write
  // and sync. The segment before may have been ended just then.
  for (std::size_t i = end.segment == 0 ? 0 : end.segment - 1; i <= end.segment; ++i) {
    const std::int64_t from = i == end.segment ? end.position : segments[i].End();
    Status zeroed = ZeroRange(segments[i], from, i == end.segment ? end.torn_end : from);
    if (!zeroed.ok()) {
      return zeroed;
    }
  }
  return Status::Ok();
}

}  // namespace lockstep
