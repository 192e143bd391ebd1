#include "sequencer/journal/log_writer.h"

#include <utility>

#include "base/assert.h"
#include "base/limits.h"

namespace lockstep {

LogWriter::LogWriter(const JournalOptions& options, MirroredBuffer& ring, StorageHealth& health,
                     SegmentAllocator& allocator)
    : options_(options), ring_(ring), health_(health), allocator_(allocator) {}

void LogWriter::Open(Segment segment, std::int64_t position, std::int64_t entry_position,
                     bool unproven) {
  segment_ = std::move(segment);
  next_ = position;
  flushed_ = position;
  freed_ = position;
  unproven_ = unproven;
  released_.store(position);
  durable_.store(position);
  appended_position_.store(entry_position);
  committed_position_.store(entry_position);
}

void LogWriter::PutFrame(FrameKind kind, std::span<const std::byte> payload) {
  WriteFrame(ring_.At(next_), kind, next_, options_.clock->WallNs(),
             durable_.load(std::memory_order_relaxed), payload);
  next_ += static_cast<std::int64_t>(FrameBytes(payload.size()));
  unproven_ = kind == FrameKind::kEntry;
}

std::expected<std::int64_t, AppendError> LogWriter::Append(std::span<const std::byte> entry,
                                                           std::int64_t freed) {
  LOCKSTEP_ASSERT(!entry.empty() && entry.size() <= limits::kMaxBatchBytes);
  if (health_.failed()) {
    return std::unexpected(AppendError::kStorageFailed);
  }
  freed_ = freed;
  const auto bytes = static_cast<std::int64_t>(FrameBytes(entry.size()));
  // A segment always has room left for the frame that ends it.
  const bool fits =
      next_ + bytes + static_cast<std::int64_t>(kSegmentEndFrameBytes) <= segment_.End();
  const std::int64_t end = (fits ? next_ : segment_.End() + kSegmentHeaderBytes) + bytes;
  if (end - freed > static_cast<std::int64_t>(ring_.size())) {
    return std::unexpected(AppendError::kBackPressured);
  }
  if (!fits && !Roll()) {
    return std::unexpected(health_.accepts() ? AppendError::kBackPressured
                                             : AppendError::kStorageFailed);
  }
  PutFrame(FrameKind::kEntry, entry);
  ++uncommitted_entries_;
  appended_position_.store(next_, std::memory_order_release);
  return next_;
}

bool LogWriter::Roll() {
  auto next_segment = allocator_.Take();
  if (!next_segment) {
    return false;
  }
  const std::int64_t first_frame = next_segment->FirstFrame();
  PutFrame(FrameKind::kSegmentEnd, std::as_bytes(std::span(&first_frame, 1)));
  // Under every policy a segment is durable before the next one is begun, so that a hole in it is
  // known for one.
  if (!Flush() || !Sync()) {
    return false;
  }
  segment_ = std::move(*next_segment);
  next_ = first_frame;
  flushed_ = first_frame;
  durable_.store(first_frame, std::memory_order_release);
  allocator_.Request(segment_.End());
  return true;
}

bool LogWriter::Flush() {
  const auto bytes = static_cast<std::size_t>(next_ - flushed_);
  const Status written = WriteAt(segment_.file.get(), segment_.path, {ring_.At(flushed_), bytes},
                                 flushed_ - segment_.base);
  if (!written.ok()) {
    health_.Fail(written);
    return false;
  }
  flushed_ = next_;
  return true;
}

bool LogWriter::Sync() {
  const std::int64_t started_ns = options_.clock->MonotonicNs();
  const Status synced = SyncData(segment_.file.get(), segment_.path);
  if (!synced.ok()) {
    health_.Fail(synced);
    return false;
  }
  durable_.store(flushed_, std::memory_order_release);
  last_sync_ns_ = options_.clock->MonotonicNs();
  sync_latency_.Record(last_sync_ns_ - started_ns);
  return true;
}

bool LogWriter::SyncIsDue() const {
  if (options_.sync == SyncPolicy::kAlways || sync_requested_.load(std::memory_order_acquire)) {
    return true;
  }
  return options_.sync == SyncPolicy::kInterval &&
         options_.clock->MonotonicNs() - last_sync_ns_ >= options_.sync_interval_ns;
}

std::size_t LogWriter::Commit() {
  if (health_.failed()) {
    return 0;
  }
  if (uncommitted_entries_ == 0) {
    WorkWhenIdle();
    return 0;
  }
  const std::int64_t started_ns = options_.clock->MonotonicNs();
  if (!Flush()) {
    return 0;
  }
  if (SyncIsDue()) {
    sync_requested_.store(false, std::memory_order_release);
    if (!Sync()) {
      return 0;
    }
  }
  committed_position_.store(appended_position_.load(std::memory_order_relaxed),
                            std::memory_order_release);
  released_.store(next_, std::memory_order_release);
  commit_latency_.Record(options_.clock->MonotonicNs() - started_ns);
  return std::exchange(uncommitted_entries_, 0);
}

void LogWriter::WorkWhenIdle() {
  if (durable_.load(std::memory_order_relaxed) < flushed_ && unproven_ && SyncIsDue()) {
    sync_requested_.store(false, std::memory_order_release);
    if (!Sync()) {
      return;
    }
  }
  MarkIfUseful();
}

void LogWriter::MarkIfUseful() {
  const bool fits =
      next_ + static_cast<std::int64_t>(kLogFrameHeaderBytes + kSegmentEndFrameBytes) <=
      segment_.End();
  // When the engine is a whole ring behind, a mark would overwrite a frame that it has still to
  // apply.
  const bool has_room = next_ + static_cast<std::int64_t>(kLogFrameHeaderBytes) - freed_ <=
                        static_cast<std::int64_t>(ring_.size());
  if (unproven_ && fits && has_room && durable_.load(std::memory_order_relaxed) == next_) {
    PutFrame(FrameKind::kCommitMark, {});
    // Not synced: it takes no part in the promise, it only proves it to a later reader of the file.
    [[maybe_unused]] const bool told_by_health = Flush();
  }
}

void LogWriter::Close() {
  if (health_.failed() || !segment_.file.IsOpen()) {
    return;
  }
  Commit();
  if (Flush() && Sync()) {
    MarkIfUseful();
    [[maybe_unused]] const bool told_by_health = !health_.failed() && Sync();
  }
}

}  // namespace lockstep
