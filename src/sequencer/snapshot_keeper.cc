#include "sequencer/snapshot_keeper.h"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <utility>

namespace lockstep {
namespace {

constexpr auto kDurableCheckInterval = std::chrono::milliseconds(20);

}  // namespace

SnapshotKeeper::SnapshotKeeper(SnapshotStore& store, Gates gates, LogRemover remove_log,
                               WarningHandler warn)
    : store_(store),
      gates_(std::move(gates)),
      remove_log_(std::move(remove_log)),
      warn_(std::move(warn)) {}

void SnapshotKeeper::Start(std::int64_t position) {
  position_.store(position);
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "snapshots");
    Run();
  });
}

void SnapshotKeeper::Stop() {
  if (!thread_.joinable()) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    // Not yet waited for, since child_ is reset after the wait under this lock: the id is still the
    // child's.
    if (child_ > 0) {
      kill(child_, SIGKILL);
    }
  }
  changed_.notify_all();
  thread_.join();
}

Status SnapshotKeeper::Take(const StateMachine& state, std::int64_t position, std::int64_t now_ns) {
  {
    const std::lock_guard lock(mutex_);
    if (busy_) {
      return {StatusCode::kUnavailable, "a snapshot is under way"};
    }
  }
  const auto child = fork_.Start(state, store_.TemporaryPathOf(position), position, now_ns);
  if (!child) {
    warn_("no snapshot: " + child.error().message());
    return child.error();
  }
  {
    const std::lock_guard lock(mutex_);
    busy_ = true;
    child_ = *child;
    child_position_ = position;
  }
  changed_.notify_all();
  return Status::Ok();
}

Status SnapshotKeeper::Await(const DurabilityGate& gate, std::int64_t position) {
  while (gate) {
    const auto is_durable = gate(position);
    if (!is_durable) {
      return is_durable.error();
    }
    if (*is_durable) {
      break;
    }
    if (PauseOrStop()) {
      return {StatusCode::kUnavailable, "stopped"};
    }
  }
  return Status::Ok();
}

bool SnapshotKeeper::PauseOrStop() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kDurableCheckInterval, [this] { return stopping_; });
}

Status SnapshotKeeper::SeeThrough(pid_t child, std::int64_t position) {
  const std::string path = store_.TemporaryPathOf(position);
  Status status = AwaitChild(child, path);
  if (status.ok()) {
    const std::lock_guard lock(mutex_);
    status = ReapChild(child, path);
    child_ = 0;
  }
  if (status.ok()) {
    status = store_.Verify(position);
  }
  if (status.ok()) {
    status = Await(gates_.log, position);
  }
  if (status.ok()) {
    status = Await(gates_.other, position);
  }
  if (!status.ok()) {
    // Gone at the next start at the latest.
    [[maybe_unused]] const Status ignored = RemoveFile(path);
    return status;
  }
  status = store_.Accept(position);
  if (!status.ok()) {
    return status;
  }
  position_.store(position, std::memory_order_release);
  const auto needed = store_.RemoveOld();
  if (!needed) {
    return needed.error();
  }
  return remove_log_ ? remove_log_(*needed) : Status::Ok();
}

void SnapshotKeeper::Run() {
  std::unique_lock lock(mutex_);
  while (busy_ || !stopping_) {
    if (!busy_) {
      changed_.wait(lock);
      continue;
    }
    const pid_t child = child_;
    const std::int64_t position = child_position_;
    lock.unlock();
    const Status status = SeeThrough(child, position);
    lock.lock();
    if (!status.ok() && !stopping_) {
      warn_("snapshot at position " + std::to_string(position) + ": " + status.message());
    }
    busy_ = false;
  }
}

}  // namespace lockstep
