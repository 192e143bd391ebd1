#include "sequencer/state_machine_driver.h"

#include <cstddef>
#include <thread>

#include "base/assert.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/LeadershipTerm.h"
#include "lockstep_sbe/NewOrder.h"
#include "protocol/entry.h"

namespace lockstep {

namespace {

#ifdef LOCKSTEP_PLANTED_DIVERGENCE
// The build with which a test proves that divergence is found: one order is forgotten, as a node
// with a fault in its memory might.
bool IsForgotten(std::span<const std::byte> entry, std::uint64_t commands_before) {
  constexpr std::uint64_t kFirst = 200;
  static bool done = false;
  EntryReader reader(entry);
  const auto command = reader.Next();
  if (done || commands_before < kFirst || command.empty() ||
      ReadMessageHeader(command).template_id != sbe::NewOrder::sbeTemplateId()) {
    return false;
  }
  done = true;
  return true;
}
#else
constexpr bool IsForgotten(std::span<const std::byte> /*entry*/,
                           std::uint64_t /*commands_before*/) {
  return false;
}
#endif

}  // namespace

StateMachineDriver::StateMachineDriver(StateMachine& inner, EventRing& ring, const Clock& clock,
                                       const DriverOrigin& origin)
    : inner_(inner),
      ring_(ring),
      clock_(clock),
      origin_(origin),
      replayed_up_to_(origin.replayed_up_to),
      replaying_(origin.replayed_up_to < 0) {
  Mirror();
}

void StateMachineDriver::Mirror() {
  digest_.store(inner_.Digest(), std::memory_order_release);
  next_deadline_ns_.store(inner_.NextDeadlineNs(), std::memory_order_release);
}

StateMachineDriver::Applied StateMachineDriver::applied() const {
  for (;;) {
    const std::uint64_t version = version_.load(std::memory_order_acquire);
    const Applied state = {applied_position(), digest()};
    if (version % 2 == 0 && version_.load(std::memory_order_acquire) == version) {
      return state;
    }
    std::this_thread::yield();
  }
}

Status StateMachineDriver::LoadSnapshot(SnapshotReader& reader) {
  Status loaded = inner_.LoadSnapshot(reader);
  ring_.Publish();
  Mirror();
  return loaded;
}

void StateMachineDriver::Apply(std::int64_t position, std::int64_t timestamp_ns,
                               std::span<const std::byte> entry) {
  if (!IsForgotten(entry, commands_applied_.load(std::memory_order_relaxed))) {
    inner_.Apply(position, timestamp_ns, entry);
  }
  const EntryReader reader(entry);
  if (reader.IsEntry()) {
    auto header = reader.Header();
    const bool of_this_node = header.originNode() == origin_.node;
    const bool own = of_this_node && header.bootId() == origin_.boot_id;
    const bool replaying =
        replaying_ || position <= replayed_up_to_ || (of_this_node && !own && origin_.boot_id != 0);
    constexpr std::size_t kBytes = kMessageHeaderBytes + sbe::BatchEnd::sbeBlockLength();
    auto batch_end = Encode<sbe::BatchEnd>(ring_.Claim(kBytes), kBytes);
    batch_end.position(position)
        .timestampNs(timestamp_ns)
        .matchedNs(clock_.WallNs())
        .bootId(header.bootId())
        .batchSequence(header.batchSequence())
        .commandCount(header.commandCount())
        .originNode(header.originNode())
        .replaying(replaying ? 1 : 0)
        .reserved(0);
    ring_.Commit(kBytes);
    commands_applied_.fetch_add(header.commandCount(), std::memory_order_relaxed);
    if (own) {
      own_batch_applied_.store(header.batchSequence(), std::memory_order_release);
      if (origin_.leadership != nullptr) {
        origin_.leadership->OnOwnBatchApplied(header.batchSequence());
      }
    }
  }
  // The mirrors first: who has seen the events must not find an older position or deadline.
  const std::uint64_t version = version_.load(std::memory_order_relaxed);
  version_.store(version + 1, std::memory_order_relaxed);  // before the digest, which releases it
  Mirror();
  digest_trail_.Record(position, digest());
  entries_applied_.fetch_add(1, std::memory_order_relaxed);
  applied_position_.store(position, std::memory_order_release);
  version_.store(version + 2, std::memory_order_release);
  ring_.Publish();
}

void StateMachineDriver::OnLeadership(std::int64_t term, std::int32_t leader) {
  inner_.OnLeadership(term, leader);
  replaying_ = false;
  term_ = term;
  leader_ = leader;
  Mirror();
  if (origin_.leadership != nullptr) {
    WriteLeadershipTerm(origin_.leadership->LastBefore(term));
  }
  ring_.Publish();
}

void StateMachineDriver::OnIngressClosed() {
  LOCKSTEP_ASSERT(origin_.leadership != nullptr);
  WriteLeadershipTerm(origin_.leadership->LastClosed());
  ring_.Publish();
}

void StateMachineDriver::WriteLeadershipTerm(std::uint64_t ended_tenure) {
  constexpr std::size_t kBytes = kMessageHeaderBytes + sbe::LeadershipTerm::sbeBlockLength();
  Encode<sbe::LeadershipTerm>(ring_.Claim(kBytes), kBytes)
      .position(applied_position())
      .term(term_)
      .endedTenure(ended_tenure)
      .leader(leader_)
      .reserved(0);
  ring_.Commit(kBytes);
}

bool StateMachineDriver::WriteSnapshot(SnapshotWriter& writer) const {
  return inner_.WriteSnapshot(writer);
}

}  // namespace lockstep
