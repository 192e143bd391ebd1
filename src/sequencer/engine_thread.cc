#include "sequencer/engine_thread.h"

#include <sched.h>

#include <algorithm>
#include <utility>

#include "base/thread_kind.h"

namespace lockstep {

EngineThread::EngineThread(const EngineThreadOptions& options, Sequencer& sequencer,
                           StateMachine& state, IngressRing& queries, QueryHandler on_query,
                           const Clock& clock)
    : options_(options),
      sequencer_(sequencer),
      state_(state),
      queries_(queries),
      on_query_(std::move(on_query)),
      clock_(clock) {
  sequencer_.SetEngineWaker(queries_.waker(), wake_early_);
  sequencer_.SetEngineWork({.answer = [this] { return AnswerQueries(); },
                            .waiting = [this] { return !queries_.Empty(); }});
}

void EngineThread::Start() {
  if (sequencer_.RunsEngine()) {
    return;
  }
  snapshot_started_position_ = sequencer_.snapshot_position();
  snapshot_started_ns_ = clock_.MonotonicNs();
  thread_ = std::thread([this] {
    DescribeThread("engine", ThreadKind::kPrompt);
    Run();
  });
}

void EngineThread::Stop() {
  if (thread_.joinable()) {
    stopping_.store(true, std::memory_order_release);
    queries_.waker().Notify();
    thread_.join();
  }
}

void EngineThread::RequestSnapshot() {
  snapshot_requested_.store(true, std::memory_order_release);
  queries_.waker().Notify();
}

std::size_t EngineThread::DoWork() {
  const std::size_t applied = sequencer_.ApplyCommitted(state_, options_.entries_per_cycle);
  const std::size_t answered = AnswerQueries();
  SnapshotIfDue();
  return applied + answered;
}

std::size_t EngineThread::AnswerQueries() {
  return queries_.Read(
      [this](std::span<const std::byte> query) {
        on_query_(query);
        return true;
      },
      options_.queries_per_cycle);
}

void EngineThread::SnapshotIfDue() {
  const bool requested = snapshot_requested_.load(std::memory_order_acquire);
  const std::int64_t position = sequencer_.applied_position();
  const std::int64_t grown = position - snapshot_started_position_;
  const std::int64_t now_ns = clock_.MonotonicNs();
  if (!requested &&
      (grown == 0 || (grown < options_.snapshot_log_bytes &&
                      now_ns - snapshot_started_ns_ < options_.snapshot_interval_ns))) {
    return;
  }
  const Status started = sequencer_.TakeSnapshot(state_);
  const std::int64_t pause_ns = clock_.MonotonicNs() - now_ns;
  // Refused while one is under way: a request stays, and so does what has grown. A failed fork
  // waits for the next turn.
  if (started.ok()) {
    snapshots_started_.fetch_add(1);
    pause_ns_last_.store(pause_ns);
    pause_ns_max_.store(std::max(pause_ns_max_.load(), pause_ns));
  }
  if (started.ok() || started.code() != StatusCode::kUnavailable) {
    snapshot_requested_.store(false, std::memory_order_release);
    snapshot_started_position_ = position;
    snapshot_started_ns_ = now_ns;
  }
}

// A yield that takes longer has run somebody else: the core is wanted, and staying awake would only
// take turns with those whose work this thread waits for.
constexpr std::int64_t kWantedNs = 5'000;
// How long a wanted core is left alone before this thread looks again whether there is one to
// spare.
constexpr std::int64_t kLeaveAloneNs = 10'000'000;

void EngineThread::Run() {
  std::int64_t last_work_ns = clock_.MonotonicNs();
  std::int64_t awake_since_ns = last_work_ns;
  std::int64_t wanted_until_ns = 0;
  for (;;) {
    const bool stopping = stopping_.load(std::memory_order_acquire);
    const bool worked = DoWork() != 0;
    if (stopping && !worked) {
      return;
    }
    const std::int64_t now_ns = clock_.MonotonicNs();
    const bool may_stay_awake = now_ns >= wanted_until_ns;
    wake_early_.store(may_stay_awake, std::memory_order_relaxed);
    if (worked) {
      last_work_ns = now_ns;
      awake_since_ns = now_ns;
    } else if (may_stay_awake && SyncUnderWay() &&
               now_ns - awake_since_ns < options_.sync_wait_ns) {
      sched_yield();
      if (clock_.MonotonicNs() - now_ns > kWantedNs) {
        wanted_until_ns = now_ns + kLeaveAloneNs;
      }
    } else if (!may_stay_awake || now_ns - last_work_ns >= options_.spin_ns) {
      Sleep();
      awake_since_ns = clock_.MonotonicNs();
    }
  }
}

bool EngineThread::SyncUnderWay() const { return !sequencer_.IsQuiet(); }

void EngineThread::Sleep() {
  Waker& waker = queries_.waker();
  waker.Arm();
  if (queries_.Empty() && sequencer_.applied_position() == sequencer_.committed_position() &&
      !stopping_.load(std::memory_order_acquire)) {
    waker.Wait(options_.idle_ns);
  }
  waker.Disarm();
}

}  // namespace lockstep
