#include "base/event_ring.h"

#include <sched.h>
#include <time.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"

namespace lockstep {
namespace {

std::int64_t MonotonicNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

EventRing::EventRing(std::size_t capacity_bytes, std::int64_t stall_limit_ns,
                     std::function<void()> on_stall)
    : mask_(capacity_bytes - 1),
      buffer_(std::make_unique<std::byte[]>(capacity_bytes)),
      stall_limit_ns_(stall_limit_ns),
      on_stall_(std::move(on_stall)) {
  LOCKSTEP_ASSERT(capacity_bytes >= 16 * limits::kMaxEventBytes && (capacity_bytes & mask_) == 0);
}

EventRing::Reader& EventRing::Attach() {
  LOCKSTEP_ASSERT(reader_count_ < kMaxReaders);
  auto reader = std::make_unique<Reader>();
  reader->ring_ = this;
  reader->position_.store(published_.load());
  readers_[reader_count_] = std::move(reader);
  return *readers_[reader_count_++];
}

std::size_t EventRing::SlowestReader() const {
  std::size_t slowest = tail_;
  for (std::size_t i = 0; i < reader_count_; ++i) {
    const std::size_t position = readers_[i]->position_.load(std::memory_order_acquire);
    if (tail_ - position > tail_ - slowest) {
      slowest = position;
    }
  }
  return slowest;
}

void EventRing::WaitForSpace(std::size_t end) {
  slowest_cached_ = SlowestReader();
  if (end - slowest_cached_ <= mask_ + 1) {
    return;
  }
  Publish();
  const std::int64_t started = MonotonicNs();
  bool told = false;
  while (end - slowest_cached_ > mask_ + 1) {
    // Nothing to do but wait for a reader's thread: give it the core.
    sched_yield();
    slowest_cached_ = SlowestReader();
    if (!told && MonotonicNs() - started > stall_limit_ns_) {
      told = true;
      on_stall_();
    }
  }
}

std::byte* EventRing::Claim(std::size_t length) {
  LOCKSTEP_DEBUG_ASSERT(length <= limits::kMaxEventBytes);
  const std::size_t bytes = (kHeaderBytes + length + 7) & ~std::size_t{7};
  const std::size_t to_end = mask_ + 1 - (tail_ & mask_);
  if (to_end < bytes) {
    if (tail_ + to_end - slowest_cached_ > mask_ + 1) {
      WaitForSpace(tail_ + to_end);
    }
    *reinterpret_cast<std::uint32_t*>(&buffer_[tail_ & mask_]) = kPadding;
    tail_ += to_end;
  }
  if (tail_ + bytes - slowest_cached_ > mask_ + 1) {
    WaitForSpace(tail_ + bytes);
  }
  return &buffer_[(tail_ & mask_) + kHeaderBytes];
}

void EventRing::Commit(std::size_t length) {
  *reinterpret_cast<std::uint32_t*>(&buffer_[tail_ & mask_]) = static_cast<std::uint32_t>(length);
  tail_ += (kHeaderBytes + length + 7) & ~std::size_t{7};
}

void EventRing::Publish() {
  published_.store(tail_, std::memory_order_release);
  // Who is seen dozing here will find, when it arms its waker, what has just been published.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  for (std::size_t i = 0; i < reader_count_; ++i) {
    if (!readers_[i]->dozes_.load(std::memory_order_relaxed)) {
      readers_[i]->waker_.Notify();
    }
  }
}

}  // namespace lockstep
