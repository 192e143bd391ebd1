// What the tests above the journal share: a sequencer in memory, a state machine that keeps
// commands, commands to send.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/state_machine.h"
#include "protocol/entry.h"
#include "sequencer/sequencer.h"

namespace lockstep {

// Keeps entries in memory; each is 100 positions long. `refuse` answers every Append while it is
// set.
class MemorySequencer final : public Sequencer {
 public:
  std::optional<AppendError> refuse;
  std::vector<std::vector<std::byte>> entries;

  [[nodiscard]] Status Recover(StateMachine& /*state*/) override { return Status::Ok(); }
  void SetEngineWaker(Waker& /*waker*/, const std::atomic<bool>& /*early*/) override {}
  std::expected<std::int64_t, AppendError> Append(std::span<const std::byte> entry) override {
    if (refuse) {
      return std::unexpected(*refuse);
    }
    entries.emplace_back(entry.begin(), entry.end());
    return appended_position();
  }
  std::size_t Commit() override {
    const std::size_t committed = entries.size() - committed_;
    committed_ = entries.size();
    return committed;
  }
  std::size_t ApplyCommitted(StateMachine& state, std::size_t limit) override {
    std::size_t count = 0;
    for (; applied_ < committed_ && count < limit; ++count) {
      const std::size_t index = applied_++;
      state.Apply(applied_position(), static_cast<std::int64_t>(index), entries[index]);
    }
    return count;
  }
  [[nodiscard]] Status TakeSnapshot(const StateMachine& /*state*/) override { return Status::Ok(); }
  [[nodiscard]] Role role() const override { return Role::kLeader; }
  [[nodiscard]] std::int64_t term() const override { return 1; }
  [[nodiscard]] std::int32_t leader_hint() const override { return 0; }
  [[nodiscard]] std::int64_t appended_position() const override {
    return PositionOf(entries.size());
  }
  [[nodiscard]] std::int64_t committed_position() const override { return PositionOf(committed_); }
  [[nodiscard]] std::int64_t applied_position() const override { return PositionOf(applied_); }
  [[nodiscard]] std::int64_t snapshot_position() const override { return 0; }
  [[nodiscard]] bool storage_failed() const override {
    return refuse == AppendError::kStorageFailed;
  }
  [[nodiscard]] std::string StorageError() const override { return {}; }

 private:
  static std::int64_t PositionOf(std::size_t count) {
    return static_cast<std::int64_t>(count) * 100;
  }

  std::size_t committed_ = 0;
  std::size_t applied_ = 0;
};

// Keeps the commands of all entries, as text-sized byte strings.
class CommandKeeper final : public StateMachine {
 public:
  std::int64_t deadline_ns = INT64_MAX;

  [[nodiscard]] Status LoadSnapshot(SnapshotReader& /*reader*/) override { return Status::Ok(); }
  void Apply(std::int64_t /*position*/, std::int64_t /*timestamp_ns*/,
             std::span<const std::byte> entry) override {
    EntryReader reader(entry);
    for (auto command = reader.Next(); !command.empty(); command = reader.Next()) {
      const std::lock_guard lock(mutex_);
      commands_.emplace_back(reinterpret_cast<const char*>(command.data()), command.size());
    }
  }
  void OnLeadership(std::int64_t /*term*/, std::int32_t /*leader*/) override {}
  [[nodiscard]] bool WriteSnapshot(SnapshotWriter& /*writer*/) const override { return true; }
  [[nodiscard]] std::uint64_t Digest() const override {
    const std::lock_guard lock(mutex_);
    return commands_.size();
  }
  [[nodiscard]] std::int64_t NextDeadlineNs() const override { return deadline_ns; }

  [[nodiscard]] std::vector<std::string> commands() const {
    const std::lock_guard lock(mutex_);
    return commands_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> commands_;
};

inline std::span<const std::byte> CommandBytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace lockstep
