#include "sequencer/snapshot_store.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/posix_file.h"

namespace lockstep {
namespace {

constexpr std::string_view kEnding = ".snapshot";
constexpr std::string_view kTemporaryEnding = ".snapshot.tmp";
constexpr std::size_t kPositionDigits = 20;

}  // namespace

std::string PositionFileName(std::int64_t position, std::string_view ending) {
  const std::string digits = std::to_string(position);
  return std::string(kPositionDigits - digits.size(), '0') + digits + std::string(ending);
}

std::int64_t PositionOfFileName(std::string_view name, std::string_view ending) {
  if (name.size() != kPositionDigits + ending.size() || !name.ends_with(ending)) {
    return -1;
  }
  std::int64_t position = -1;
  const char* end = name.data() + kPositionDigits;
  const auto parsed = std::from_chars(name.data(), end, position);
  return parsed.ec == std::errc() && parsed.ptr == end ? position : -1;
}

SnapshotStore::SnapshotStore(std::string directory, WarningHandler warn)
    : directory_(std::move(directory)), warn_(std::move(warn)) {}

std::string SnapshotStore::PathOf(std::int64_t position) const {
  return directory_ + "/" + PositionFileName(position, kEnding);
}

std::string SnapshotStore::TemporaryPathOf(std::int64_t position) const {
  return directory_ + "/" + PositionFileName(position, kTemporaryEnding);
}

Status SnapshotStore::Prepare() {
  Status made = MakeDirectories(directory_);
  if (!made.ok()) {
    return made;
  }
  const auto names = ListFiles(directory_);
  if (!names) {
    return names.error();
  }
  for (const std::string& name : *names) {
    if (PositionOfFileName(name, kTemporaryEnding) >= 0) {
      Status removed = RemoveFile(directory_ + "/" + name);
      if (!removed.ok()) {
        return removed;
      }
    }
  }
  return Status::Ok();
}

Result<std::vector<std::int64_t>> SnapshotStore::Positions() const {
  const auto names = ListFiles(directory_);
  if (!names) {
    return std::unexpected(names.error());
  }
  std::vector<std::int64_t> positions;
  for (const std::string& name : *names) {
    const std::int64_t position = PositionOfFileName(name, kEnding);
    if (position >= 0) {
      positions.push_back(position);
    }
  }
  std::reverse(positions.begin(), positions.end());
  return positions;
}

Status SnapshotStore::Load(const std::string& path, StateMachine& state,
                           SnapshotFacts& facts) const {
  auto reader = SnapshotFileReader::Open(path);
  if (!reader) {
    return reader.error();
  }
  Status loaded = state.LoadSnapshot(*reader);
  if (loaded.ok()) {
    loaded = reader->Finish();
  }
  if (!loaded.ok()) {
    return {loaded.code(), path + ": " + loaded.message()};
  }
  facts = reader->facts();
  if (state.Digest() != facts.digest) {
    return {StatusCode::kCorruption,
            path + ": the loaded state has another digest than the snapshot"};
  }
  return Status::Ok();
}

Status SnapshotStore::VerifyOne(std::int64_t position) const {
  const std::string path = PathOf(position);
  const auto verified = VerifySnapshotFile(path);
  if (!verified) {
    return verified.error();
  }
  if (verified->position != position) {
    return {StatusCode::kCorruption,
            path + ": the file is of position " + std::to_string(verified->position)};
  }
  return Status::Ok();
}

Result<SnapshotFacts> SnapshotStore::LoadOne(std::int64_t position, StateMachine& state) const {
  SnapshotFacts facts;
  Status outcome = VerifyOne(position);
  if (outcome.ok()) {
    outcome = Load(PathOf(position), state, facts);
  }
  if (!outcome.ok()) {
    return std::unexpected(outcome);
  }
  return facts;
}

Result<SnapshotFacts> SnapshotStore::LoadNewest(StateMachine& state) const {
  const auto positions = Positions();
  if (!positions) {
    return std::unexpected(positions.error());
  }
  Status touched;  // why a state that was begun is not usable
  for (const std::int64_t position : *positions) {
    const std::string path = PathOf(position);
    SnapshotFacts facts;
    Status outcome = VerifyOne(position);
    if (outcome.ok()) {
      outcome = Load(path, state, facts);
      if (outcome.ok()) {
        return facts;
      }
      touched = outcome;
    }
    warn_("snapshot passed over: " + outcome.message());
  }
  if (!touched.ok()) {
    return std::unexpected(
        Status(touched.code(), "no snapshot could be loaded: " + touched.message()));
  }
  return SnapshotFacts{};
}

Status SnapshotStore::Verify(std::int64_t position) const {
  const auto verified = VerifySnapshotFile(TemporaryPathOf(position));
  return verified ? Status::Ok() : verified.error();
}

Status SnapshotStore::Accept(std::int64_t position) const {
  Status named = RenameFile(TemporaryPathOf(position), PathOf(position));
  return named.ok() ? SyncDirectory(directory_) : named;
}

Result<std::int64_t> SnapshotStore::RemoveOld() const {
  const auto positions = Positions();
  if (!positions) {
    return std::unexpected(positions.error());
  }
  std::size_t good = 0;
  std::int64_t older = 0;
  for (const std::int64_t position : *positions) {
    const std::string path = PathOf(position);
    if (good == 2) {
      Status removed = RemoveFile(path);
      if (!removed.ok()) {
        return std::unexpected(removed);
      }
      continue;
    }
    const auto verified = VerifySnapshotFile(path);
    if (!verified) {
      warn_("snapshot does not count: " + verified.error().message());
    } else if (++good == 2) {
      older = position;
    }
  }
  return older;
}

}  // namespace lockstep
