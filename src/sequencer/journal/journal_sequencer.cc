#include "sequencer/journal/journal_sequencer.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "sequencer/directory_lock.h"
#include "sequencer/journal/read_only_replay.h"

namespace lockstep {
namespace {

JournalOptions WithDefaults(JournalOptions options) {
  LOCKSTEP_ASSERT(options.clock != nullptr && options.segment_bytes >= kMinSegmentBytes &&
                  options.segment_bytes % 4096 == 0 && options.ring_bytes >= kMinRingBytes);
  if (!options.warn) {
    options.warn = [](std::string_view warning) {
      std::fprintf(stderr, "journal: %.*s\n", static_cast<int>(warning.size()), warning.data());
    };
  }
  return options;
}

}  // namespace

JournalSequencer::JournalSequencer(JournalOptions options)
    : options_(WithDefaults(std::move(options))),
      log_directory_(LogDirectoryOf(options_.directory)),
      snapshots_(SnapshotDirectoryOf(options_.directory), options_.warn),
      allocator_(log_directory_, options_.segment_bytes, *options_.clock, health_),
      writer_(options_, ring_, health_, allocator_),
      keeper_(
          snapshots_,
          {.log = [this](std::int64_t position) -> Result<bool> {
             if (writer_.durable() >= position) {
               return true;
             }
             writer_.RequestSync();
             return false;
           },
           .other = options_.snapshot_gate},
          [this](std::int64_t position) { return RemoveSegmentsBefore(log_directory_, position); },
          options_.warn) {}

JournalSequencer::~JournalSequencer() {
  keeper_.Stop();
  allocator_.Stop();
  writer_.Close();
}

Status JournalSequencer::Recover(StateMachine& state) {
  Status status = LockDirectory();
  if (status.ok()) {
    status = ring_.Map(options_.ring_bytes);
  }
  if (status.ok()) {
    status = LoadSnapshot(state);
  }
  if (status.ok()) {
    status = ReplayLog(state);
  }
  if (status.ok()) {
    allocator_.Start();
    keeper_.Start(recovery_.snapshot_position);
    state.OnLeadership(term(), leader_hint());
  }
  return status;
}

Status JournalSequencer::LockDirectory() {
  Status made = MakeDirectories(log_directory_);
  if (!made.ok()) {
    return made;
  }
  auto lock = LockDataDirectory(options_.directory, *options_.clock, options_.lock_wait_ns);
  if (!lock) {
    return lock.error();
  }
  lock_ = std::move(*lock);
  return RemoveUnfinishedSegments(log_directory_);
}

Status JournalSequencer::LoadSnapshot(StateMachine& state) {
  Status prepared = snapshots_.Prepare();
  if (!prepared.ok()) {
    return prepared;
  }
  const std::int64_t started_ns = options_.clock->MonotonicNs();
  const auto loaded = snapshots_.LoadNewest(state);
  if (!loaded) {
    return loaded.error();
  }
  recovery_.snapshot_position = loaded->position;
  recovery_.snapshot_bytes = loaded->payload_bytes;
  recovery_.load_ns = options_.clock->MonotonicNs() - started_ns;
  return Status::Ok();
}

Status JournalSequencer::ReplayLog(StateMachine& state) {
  auto segments = ListSegments(log_directory_);
  if (!segments) {
    return segments.error();
  }
  if (segments->empty()) {
    if (recovery_.snapshot_position != 0) {
      return {StatusCode::kCorruption, log_directory_ + ": there is a snapshot at position " +
                                           std::to_string(recovery_.snapshot_position) +
                                           ", but no log"};
    }
    const std::atomic<bool> never{false};
    auto first =
        CreateSegment(log_directory_, 0, options_.segment_bytes, options_.clock->WallNs(), never);
    if (!first) {
      return first.error();
    }
    segments->push_back(std::move(*first));
  }
  const std::int64_t started_ns = options_.clock->MonotonicNs();
  const auto end = ReadLog(*segments, recovery_.snapshot_position, [&](const FrameView& frame) {
    if (frame.header.kind == FrameKind::kEntry) {
      state.Apply(frame.EndPosition(), frame.header.timestamp_ns, frame.payload);
    }
  });
  if (!end) {
    return end.error();
  }
  recovery_.replayed_entries = end->entries;
  recovery_.replayed_bytes = end->entry_bytes;
  recovery_.replay_ns = options_.clock->MonotonicNs() - started_ns;
  recovery_.cut_bytes = end->torn_end - end->position;
  return OpenLog(*segments, *end);
}

Status JournalSequencer::OpenLog(std::vector<Segment>& segments, const LogEnd& end) {
  Segment& last = segments[end.segment];
  if (end.torn_end != end.position) {
    options_.warn(last.path + ": offset " + std::to_string(end.position - last.base) + ": " +
                  end.torn_reason + ": a torn tail of " +
                  std::to_string(end.torn_end - end.position) +
                  " bytes, never acknowledged, is cut off");
  }
  Status cut = CutTail(segments, end);
  if (!cut.ok()) {
    return cut;
  }
  auto file = OpenFile(last.path, O_RDWR);
  if (!file) {
    return file.error();
  }
  last.file = std::move(*file);
  if (end.segment + 1 < end.keep_segments) {
    Segment& spare = segments[end.segment + 1];
    auto spare_file = OpenFile(spare.path, O_RDWR);
    if (!spare_file) {
      return spare_file.error();
    }
    spare.file = std::move(*spare_file);
    allocator_.Offer(std::move(spare));
  } else {
    allocator_.Request(last.End());
  }
  apply_cursor_ = end.position;
  freed_.store(end.position);
  applied_position_.store(end.entry_position);
  writer_.Open(std::move(last), end.position, end.entry_position, end.ends_with_entry);
  return Status::Ok();
}

std::expected<std::int64_t, AppendError> JournalSequencer::Append(
    std::span<const std::byte> entry) {
  return writer_.Append(entry, freed_.load(std::memory_order_acquire));
}

std::size_t JournalSequencer::Commit() {
  // A sleeper's way back takes as long as much of the sync; so it begins now.
  if (engine_waker_ != nullptr && wake_engine_early_->load(std::memory_order_relaxed) &&
      writer_.appended_position() != writer_.committed_position()) {
    engine_waker_->Notify();
  }
  const std::size_t committed = writer_.Commit();
  if (committed != 0 && engine_waker_ != nullptr) {
    engine_waker_->Notify();
  }
  return committed;
}

std::size_t JournalSequencer::ApplyCommitted(StateMachine& state, std::size_t limit) {
  const std::int64_t released = writer_.released();
  std::size_t applied = 0;
  while (apply_cursor_ < released && applied < limit) {
    const FrameView frame = TrustedFrame(ring_.At(apply_cursor_));
    LOCKSTEP_ASSERT(frame.header.position == apply_cursor_);
    apply_cursor_ = frame.EndPosition();
    switch (frame.header.kind) {
      case FrameKind::kEntry:
        state.Apply(apply_cursor_, frame.header.timestamp_ns, frame.payload);
        applied_position_.store(apply_cursor_, std::memory_order_release);
        ++applied;
        break;
      case FrameKind::kSegmentEnd:
        apply_cursor_ = NextSegmentPosition(frame);
        break;
      case FrameKind::kCommitMark:
        break;
    }
    freed_.store(apply_cursor_, std::memory_order_release);
  }
  return applied;
}

Status JournalSequencer::TakeSnapshot(const StateMachine& state) {
  const std::int64_t position = applied_position();
  if (position == keeper_.position()) {
    return Status::Ok();
  }
  return keeper_.Take(state, position, options_.clock->WallNs());
}

}  // namespace lockstep
