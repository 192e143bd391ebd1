#include "sequencer/journal/segment_allocator.h"

#include <pthread.h>

#include <chrono>
#include <utility>

namespace lockstep {
namespace {

constexpr auto kRetryInterval = std::chrono::seconds(1);

}  // namespace

SegmentAllocator::SegmentAllocator(std::string directory, std::int64_t segment_bytes,
                                   const Clock& clock, StorageHealth& health)
    : directory_(std::move(directory)),
      segment_bytes_(segment_bytes),
      clock_(clock),
      health_(health) {}

void SegmentAllocator::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "log-segments");
    Run();
  });
}

void SegmentAllocator::Stop() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      stopping_.store(true);
    }
    changed_.notify_all();
    thread_.join();
  }
}

void SegmentAllocator::Request(std::int64_t base) {
  {
    const std::lock_guard lock(mutex_);
    requested_base_ = base;
    failure_ = Status::Ok();
  }
  changed_.notify_all();
}

void SegmentAllocator::Offer(Segment segment) {
  const std::lock_guard lock(mutex_);
  ready_ = std::move(segment);
}

std::optional<Segment> SegmentAllocator::Take() {
  const std::lock_guard lock(mutex_);
  if (!ready_ && !failure_.ok()) {
    health_.SetBlocked(failure_);
  }
  return std::exchange(ready_, std::nullopt);
}

void SegmentAllocator::MakeRequested(std::unique_lock<std::mutex>& lock) {
  const std::int64_t base = requested_base_;
  lock.unlock();
  auto made = CreateSegment(directory_, base, segment_bytes_, clock_.WallNs(), stopping_);
  lock.lock();
  if (made) {
    ready_ = std::move(*made);
    requested_base_ = -1;
    failure_ = Status::Ok();
    health_.ClearBlocked();
  } else {
    failure_ = made.error();
  }
}

void SegmentAllocator::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_.load()) {
    if (requested_base_ < 0) {
      changed_.wait(lock);
      continue;
    }
    MakeRequested(lock);
    if (!failure_.ok()) {
      changed_.wait_for(lock, kRetryInterval, [this] { return stopping_.load(); });
    }
  }
}

}  // namespace lockstep
