#include "sequencer/journal/read_only_replay.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "base/clock.h"

namespace lockstep {

std::string LogDirectoryOf(const std::string& directory) { return directory + "/journal"; }

std::string SnapshotDirectoryOf(const std::string& directory) { return directory + "/snapshots"; }

Result<ReadOnlyReplay> ReplayReadOnly(const std::string& directory, bool use_snapshots,
                                      StateMachine& state, const WarningHandler& warn) {
  ReadOnlyReplay replay;
  std::error_code ignored;
  if (use_snapshots && std::filesystem::exists(SnapshotDirectoryOf(directory), ignored)) {
    const SnapshotStore store(SnapshotDirectoryOf(directory), warn);
    auto loaded = store.LoadNewest(state);
    if (!loaded) {
      return std::unexpected(loaded.error());
    }
    replay.snapshot = *loaded;
  }
  const auto segments = ListSegments(LogDirectoryOf(directory));
  if (!segments) {
    return std::unexpected(segments.error());
  }
  if (segments->empty()) {
    return Error(StatusCode::kNotFound, LogDirectoryOf(directory) + ": no log here");
  }
  const SystemClock clock;
  const std::int64_t started_ns = clock.MonotonicNs();
  auto end = ReadLog(*segments, replay.snapshot.position, [&state](const FrameView& frame) {
    if (frame.header.kind == FrameKind::kEntry) {
      state.Apply(frame.EndPosition(), frame.header.timestamp_ns, frame.payload);
    }
  });
  if (!end) {
    return std::unexpected(end.error());
  }
  replay.end = std::move(*end);
  replay.replay_ns = clock.MonotonicNs() - started_ns;
  return replay;
}

}  // namespace lockstep
