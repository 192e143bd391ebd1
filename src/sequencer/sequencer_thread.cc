#include "sequencer/sequencer_thread.h"

#include <algorithm>

namespace lockstep {

SequencerThread::SequencerThread(const SequencerThreadOptions& options, Batcher& batcher,
                                 Sequencer& sequencer, IngressRing& ring, const Clock& clock)
    : options_(options), batcher_(batcher), sequencer_(sequencer), ring_(ring), clock_(clock) {}

void SequencerThread::Start() {
  thread_ = std::thread([this] {
    DescribeThread("sequencer", options_.kind);
    Run();
  });
}

void SequencerThread::Stop() {
  if (thread_.joinable()) {
    stopping_.store(true, std::memory_order_release);
    ring_.waker().Notify();
    thread_.join();
  }
}

std::size_t SequencerThread::DoWork() {
  const std::size_t appended = batcher_.AppendWaiting(options_.entries_per_commit);
  const std::size_t committed = sequencer_.Commit();
  commits_.fetch_add(committed == 0 ? 0 : 1, std::memory_order_relaxed);
  return appended + committed;
}

void SequencerThread::Run() {
  std::int64_t last_work_ns = clock_.MonotonicNs();
  std::int64_t stop_seen_ns = 0;
  for (;;) {
    const bool stopping = stopping_.load(std::memory_order_acquire);
    const bool worked = DoWork() != 0;
    const std::int64_t now_ns = clock_.MonotonicNs();
    if (worked) {
      last_work_ns = now_ns;
    }
    if (stopping) {
      stop_seen_ns = stop_seen_ns == 0 ? now_ns : stop_seen_ns;
      if (DrainedOrLate(stop_seen_ns)) {
        return;
      }
    }
    if (!worked && (batcher_.IsHeldBack() || now_ns - last_work_ns >= options_.spin_ns)) {
      Sleep();
    }
  }
}

bool SequencerThread::DrainedOrLate(std::int64_t stop_seen_ns) const {
  const bool drained = batcher_.Empty() && sequencer_.IsQuiet();
  return drained || sequencer_.storage_failed() ||
         clock_.MonotonicNs() - stop_seen_ns > options_.drain_limit_ns;
}

void SequencerThread::Sleep() {
  std::int64_t sleep_ns = options_.idle_ns;
  if (batcher_.IsHeldBack()) {
    sleep_ns = options_.held_back_ns;
  } else if (const std::int64_t tick_ns = batcher_.NextTickNs(); tick_ns != INT64_MAX) {
    sleep_ns = std::min(sleep_ns, tick_ns - clock_.WallNs());
  }
  Waker& waker = ring_.waker();
  waker.Arm();
  // Held back, what is in the ring is no reason to stay awake.
  if ((batcher_.IsHeldBack() || ring_.Empty()) && !sequencer_.HasWork() &&
      !stopping_.load(std::memory_order_acquire)) {
    waker.Wait(sleep_ns);
  }
  waker.Disarm();
}

}  // namespace lockstep
