#include "sequencer/state_machine_driver.h"

#include <cstddef>

#include "lockstep_sbe/BatchEnd.h"
#include "protocol/entry.h"

namespace lockstep {

StateMachineDriver::StateMachineDriver(StateMachine& inner, EventRing& ring, const Clock& clock)
    : inner_(inner), ring_(ring), clock_(clock) {
  Mirror();
}

void StateMachineDriver::Mirror() {
  digest_.store(inner_.Digest(), std::memory_order_release);
  next_deadline_ns_.store(inner_.NextDeadlineNs(), std::memory_order_release);
}

Status StateMachineDriver::LoadSnapshot(SnapshotReader& reader) {
  Status loaded = inner_.LoadSnapshot(reader);
  ring_.Publish();
  Mirror();
  return loaded;
}

void StateMachineDriver::Apply(std::int64_t position, std::int64_t timestamp_ns,
                               std::span<const std::byte> entry) {
  inner_.Apply(position, timestamp_ns, entry);
  const EntryReader reader(entry);
  if (reader.IsEntry()) {
    auto header = reader.Header();
    constexpr std::size_t kBytes = kMessageHeaderBytes + sbe::BatchEnd::sbeBlockLength();
    auto batch_end = Encode<sbe::BatchEnd>(ring_.Claim(kBytes), kBytes);
    batch_end.position(position)
        .timestampNs(timestamp_ns)
        .matchedNs(clock_.WallNs())
        .bootId(header.bootId())
        .batchSequence(header.batchSequence())
        .commandCount(header.commandCount())
        .originNode(header.originNode())
        .replaying(replaying_ ? 1 : 0)
        .reserved(0);
    ring_.Commit(kBytes);
    commands_applied_.fetch_add(header.commandCount(), std::memory_order_relaxed);
  }
  // The mirrors first: who has seen the events must not find an older position or deadline.
  Mirror();
  entries_applied_.fetch_add(1, std::memory_order_relaxed);
  applied_position_.store(position, std::memory_order_release);
  ring_.Publish();
}

void StateMachineDriver::OnLeadership(std::int64_t term, std::int32_t leader) {
  inner_.OnLeadership(term, leader);
  replaying_ = false;
  Mirror();
  ring_.Publish();
}

bool StateMachineDriver::WriteSnapshot(SnapshotWriter& writer) const {
  return inner_.WriteSnapshot(writer);
}

}  // namespace lockstep
