// The writing end of the log: frames go to the memory ring at once (Append) and from there to disk
// as a group (Commit). The engine's thread applies them from the same memory.
//
// Threads: Open before all; Append, Commit, Close the sequencer's; the getters any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "base/latency_histogram.h"
#include "base/status.h"
#include "sequencer/journal/frame.h"
#include "sequencer/journal/journal_options.h"
#include "sequencer/journal/mirrored_buffer.h"
#include "sequencer/journal/segment.h"
#include "sequencer/journal/segment_allocator.h"
#include "sequencer/journal/storage_health.h"
#include "sequencer/sequencer.h"

namespace lockstep {

class LogWriter {
 public:
  // All must outlive the writer.
  LogWriter(const JournalOptions& options, MirroredBuffer& ring, StorageHealth& health,
            SegmentAllocator& allocator);

  // Goes on in `segment` at `position`, up to which all is durable. `unproven`: the log ends with
  // an entry, so that a mark behind it is worth its bytes.
  void Open(Segment segment, std::int64_t position, std::int64_t entry_position, bool unproven);

  // `freed`: frames before it have been applied, their memory may be used again.
  std::expected<std::int64_t, AppendError> Append(std::span<const std::byte> entry,
                                                  std::int64_t freed);
  // Returns the number of entries released.
  std::size_t Commit();
  // Commits, and makes all durable whatever the policy, with a mark at the end.
  void Close();

  // Asks for a sync with the next Commit, whatever the policy. Any thread.
  void RequestSync() { sync_requested_.store(true, std::memory_order_release); }

  // How long each sync to disk took, and each Commit that released entries (write and sync). Any
  // thread.
  [[nodiscard]] const LatencyHistogram& sync_latency() const { return sync_latency_; }
  [[nodiscard]] const LatencyHistogram& commit_latency() const { return commit_latency_; }

  // Frames before this are committed and may be applied from the ring.
  [[nodiscard]] std::int64_t released() const { return released_.load(std::memory_order_acquire); }
  // All before this is on disk for good.
  [[nodiscard]] std::int64_t durable() const { return durable_.load(std::memory_order_acquire); }
  [[nodiscard]] std::int64_t appended_position() const {
    return appended_position_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::int64_t committed_position() const {
    return committed_position_.load(std::memory_order_acquire);
  }

 private:
  void PutFrame(FrameKind kind, std::span<const std::byte> payload);
  [[nodiscard]] bool Roll();
  [[nodiscard]] bool Flush();
  [[nodiscard]] bool Sync();
  [[nodiscard]] bool SyncIsDue() const;
  void WorkWhenIdle();
  void MarkIfUseful();

  const JournalOptions& options_;
  MirroredBuffer& ring_;
  StorageHealth& health_;
  SegmentAllocator& allocator_;
  Segment segment_;
  std::int64_t next_ = 0;     // where the next frame goes
  std::int64_t flushed_ = 0;  // frames before this were written to the file
  std::int64_t freed_ = 0;    // as last told: the ring's memory behind it may be used again
  bool unproven_ = false;     // the last frame is an entry
  std::size_t uncommitted_entries_ = 0;
  std::int64_t last_sync_ns_ = 0;  // monotonic
  LatencyHistogram sync_latency_;
  LatencyHistogram commit_latency_;
  std::atomic<bool> sync_requested_{false};
  std::atomic<std::int64_t> released_{0};
  std::atomic<std::int64_t> durable_{0};
  std::atomic<std::int64_t> appended_position_{0};
  std::atomic<std::int64_t> committed_position_{0};
};

}  // namespace lockstep
