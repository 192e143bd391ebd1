// Makes the log's next segment in the background, so that the commit path never waits for zeroing.
//
// On a full disk it tries again every second; when that works, appends are accepted again.
// Threads: Request and Take the sequencer's; its own does the work.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/status.h"
#include "sequencer/journal/segment.h"
#include "sequencer/journal/storage_health.h"

namespace lockstep {

class SegmentAllocator {
 public:
  SegmentAllocator(std::string directory, std::int64_t segment_bytes, const Clock& clock,
                   StorageHealth& health);
  ~SegmentAllocator() { Stop(); }
  SegmentAllocator(const SegmentAllocator&) = delete;
  SegmentAllocator& operator=(const SegmentAllocator&) = delete;

  void Start();
  void Stop();

  // Asks for the segment at `base`; one at a time.
  void Request(std::int64_t base);
  // The same when it is there already (found at start).
  void Offer(Segment segment);

  // The segment asked for; empty: not ready yet. When the disk is full or failed, the health is
  // told.
  std::optional<Segment> Take();

 private:
  void Run();
  void MakeRequested(std::unique_lock<std::mutex>& lock);

  const std::string directory_;
  const std::int64_t segment_bytes_;
  const Clock& clock_;
  StorageHealth& health_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t requested_base_ = -1;  // -1: none
  std::optional<Segment> ready_;
  Status failure_;  // of the last try
  std::thread thread_;
};

}  // namespace lockstep
