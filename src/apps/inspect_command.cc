// lockstep inspect: what stands in a data directory, for a person. Reads only.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "base/limits.h"
#include "engine/matching_engine.h"
#include "protocol/entry.h"
#include "protocol/text.h"
#include "sequencer/journal/read_only_replay.h"

namespace lockstep {
namespace {

// The engine's events are of no interest here.
class DiscardingSink final : public EventSink {
 public:
  std::byte* Claim(std::size_t /*length*/) override { return buffer_.data(); }
  void Commit(std::size_t /*length*/) override {}

 private:
  alignas(8) std::array<std::byte, limits::kMaxEventBytes> buffer_{};
};

struct Arguments {
  std::string path;
  std::int64_t from = 0;
  std::uint64_t limit = UINT64_MAX;
  bool marks = false;
  bool ignore_snapshots = false;
};

void Warn(std::string_view warning) {
  std::fprintf(stderr, "inspect: %.*s\n", static_cast<int>(warning.size()), warning.data());
}

int Report(const Status& status) {
  if (status.ok()) {
    return 0;
  }
  Warn(status.message());
  return status.code() == StatusCode::kNotFound || status.code() == StatusCode::kInvalidArgument
             ? 2
             : 1;
}

void PrintFrame(const FrameView& frame) {
  if (frame.header.kind != FrameKind::kEntry) {
    fmt::print("{} mark durable={}\n", frame.header.position, frame.header.durable_start);
    return;
  }
  EntryReader reader(frame.payload);
  if (!reader.IsEntry()) {
    fmt::print("{} entry that is none: {} bytes\n", frame.EndPosition(), frame.payload.size());
    return;
  }
  auto header = reader.Header();
  fmt::print("{} entry timestamp={} node={} boot={:016x} batch={} commands={} bytes={}\n",
             frame.EndPosition(), frame.header.timestamp_ns, header.originNode(), header.bootId(),
             header.batchSequence(), header.commandCount(), frame.payload.size());
  for (auto command = reader.Next(); !command.empty(); command = reader.Next()) {
    fmt::print("  {}\n", ToText(command));
  }
}

// The segments to read: all of a data directory or of its journal/, or one file. `end`: where to
// stop printing.
Result<std::vector<Segment>> SegmentsAt(const std::string& path, std::int64_t& end) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  end = INT64_MAX;
  if (fs::is_directory(path, ignored)) {
    const std::string log = LogDirectoryOf(path);
    return ListSegments(fs::is_directory(log, ignored) ? log : path);
  }
  fs::path parent = fs::path(path).parent_path();
  auto segments = ListSegments(parent.empty() ? "." : parent.string());
  if (!segments) {
    return segments;
  }
  const std::int64_t base = PositionOfFileName(fs::path(path).filename().string(), kSegmentEnding);
  std::erase_if(*segments, [base](const Segment& segment) { return segment.base < base; });
  if (base < 0 || segments->empty() || segments->front().base != base) {
    return Error(StatusCode::kNotFound, path + ": not a segment of a log");
  }
  end = segments->front().End();
  return segments;
}

int InspectLog(const Arguments& arguments) {
  std::int64_t end_position = 0;
  const auto segments = SegmentsAt(arguments.path, end_position);
  if (!segments) {
    return Report(segments.error());
  }
  if (segments->empty()) {
    return Report({StatusCode::kNotFound, arguments.path + ": no log here"});
  }
  std::uint64_t printed = 0;
  const auto end = ReadLog(*segments, segments->front().base, [&](const FrameView& frame) {
    const bool wanted = frame.header.kind == FrameKind::kEntry || arguments.marks;
    if (wanted && frame.EndPosition() >= arguments.from && frame.header.position < end_position &&
        printed < arguments.limit) {
      PrintFrame(frame);
      ++printed;
    }
  });
  if (!end) {
    return Report(end.error());
  }
  fmt::print("log: {} segments, positions {} to {}, {} entries, {} bytes of entries\n",
             segments->size(), segments->front().base, end->position, end->entries,
             end->entry_bytes);
  if (end->torn_end != end->position) {
    fmt::print("torn tail: {} bytes at position {}: {}\n", end->torn_end - end->position,
               end->position, end->torn_reason);
  }
  return 0;
}

int InspectSnapshot(const Arguments& arguments) {
  const auto facts = VerifySnapshotFile(arguments.path);
  if (!facts) {
    return Report(facts.error());
  }
  fmt::print(
      "snapshot: position {}, written at {} ns, {} bytes of state, digest {:016x}, all checksums "
      "good\n",
      facts->position, facts->written_ns, facts->payload_bytes, facts->digest);
  return 0;
}

int InspectState(const Arguments& arguments, bool audit) {
  DiscardingSink sink;
  MatchingEngine engine(EngineLimits{}, sink);
  const auto replay = ReplayReadOnly(arguments.path, !arguments.ignore_snapshots, engine, Warn);
  if (!replay) {
    return Report(replay.error());
  }
  const double seconds = static_cast<double>(replay->replay_ns) * 1e-9;
  fmt::print(stderr, "snapshot at position {}, then {} entries in {:.3f} s\n",
             replay->snapshot.position, replay->end.entries, seconds);
  if (audit) {
    const Status audited = engine.Audit();
    if (!audited.ok()) {
      return Report(audited);
    }
    fmt::print("audit good at position {}: every invariant holds, the funds of each asset add up\n",
               replay->end.entry_position);
  }
  fmt::print("digest {:016x} at position {}\n", engine.Digest(), replay->end.entry_position);
  return 0;
}

}  // namespace

void AddInspectCommand(CLI::App& root, int& exit_code) {
  CLI::App& inspect =
      *root.add_subcommand("inspect", "Look into a data directory; changes nothing");
  inspect.require_subcommand(1);
  auto arguments = std::make_shared<Arguments>();

  CLI::App& log =
      *inspect.add_subcommand("log", "Print the log's entries, a line for each command");
  log.add_option("path", arguments->path, "Data directory, or one .log file")->required();
  log.add_option("--from", arguments->from, "Begin at this position");
  log.add_option("--limit", arguments->limit, "At most so many entries");
  log.add_flag("--marks", arguments->marks, "Print commit marks too");
  log.callback([arguments, &exit_code] { exit_code = InspectLog(*arguments); });

  CLI::App& snapshot = *inspect.add_subcommand("snapshot", "Check every checksum of a snapshot");
  snapshot.add_option("file", arguments->path, "A .snapshot file")->required();
  snapshot.callback([arguments, &exit_code] { exit_code = InspectSnapshot(*arguments); });

  for (const bool audit : {false, true}) {
    CLI::App& state = *inspect.add_subcommand(
        audit ? "audit" : "digest", audit ? "Load and replay; check conservation and all invariants"
                                          : "Load and replay; print the state's digest");
    state.add_option("directory", arguments->path, "Data directory")->required();
    state.add_flag("--ignore-snapshots", arguments->ignore_snapshots,
                   "Replay from the log's first entry");
    state.callback([arguments, audit, &exit_code] { exit_code = InspectState(*arguments, audit); });
  }
}

}  // namespace lockstep
