#include "sequencer/batcher.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "lockstep_sbe/Tick.h"

namespace lockstep {
namespace {

constexpr std::size_t kTickBytes = kMessageHeaderBytes + sbe::Tick::sbeBlockLength();

}  // namespace

Batcher::Batcher(const BatcherOptions& options, IngressRing& ring, Sequencer& sequencer,
                 const StateMachineDriver& driver, const Clock& clock)
    : options_(options),
      ring_(ring),
      sequencer_(sequencer),
      driver_(driver),
      clock_(clock),
      buffer_{},
      builder_(buffer_.data(), options.batch_limit_bytes) {
  LOCKSTEP_ASSERT(options.batch_limit_bytes >= limits::kMinBatchBytes &&
                  options.batch_limit_bytes <= limits::kMaxBatchBytes);
}

std::int64_t Batcher::NextTickNs() const {
  const bool leads =
      options_.leadership == nullptr || options_.leadership->tenure() != Leadership::kNoTenure;
  if (!leads || pending_has_tick_ || driver_.own_batch_applied() < tick_batch_) {
    return INT64_MAX;
  }
  if (options_.tick_interval_ns == 0) {
    return driver_.next_deadline_ns();
  }
  return std::min(driver_.next_deadline_ns(), next_regular_tick_ns_);
}

bool Batcher::AddTick() {
  const std::int64_t now_ns = clock_.WallNs();
  if (NextTickNs() > now_ns) {
    return false;
  }
  std::array<std::byte, kTickBytes> message{};
  auto tick = Encode<sbe::Tick>(message.data(), message.size());
  tick.header().originNode(options_.origin_node).gatewayReceivedNs(now_ns);
  const bool added = builder_.Add(message);
  LOCKSTEP_ASSERT(added);
  next_regular_tick_ns_ = now_ns + options_.tick_interval_ns;
  return true;
}

void Batcher::DropWaiting() {
  std::size_t dropped = pending_commands_;
  pending_ = {};
  pending_commands_ = 0;
  pending_has_tick_ = false;
  // One that was lost is not waited for.
  tick_batch_ = 0;
  while (!ring_.Empty()) {
    dropped += ring_.Read([](std::span<const std::byte> /*command*/) { return true; },
                          options_.batch_limit_bytes);
  }
  commands_dropped_.fetch_add(dropped, std::memory_order_relaxed);
}

void Batcher::BuildEntry() {
  if (ring_.Empty() && NextTickNs() > clock_.WallNs()) {
    return;
  }
  builder_.Begin(options_.origin_node, options_.boot_id, batch_sequence_ + 1);
  pending_has_tick_ = AddTick();
  ring_.Read(
      [this](std::span<const std::byte> command) {
        LOCKSTEP_ASSERT(command.size() <= limits::kMaxCommandBytes);
        return builder_.Add(command);
      },
      options_.batch_limit_bytes);
  if (builder_.count() == 0) {
    return;
  }
  ++batch_sequence_;
  pending_commands_ = builder_.count();
  pending_ = builder_.Finish();
  if (pending_has_tick_ && options_.leadership != nullptr) {
    options_.leadership->ExpectLease(batch_sequence_, clock_.MonotonicNs() + options_.lease_ns);
  }
}

bool Batcher::AppendPending() {
  const auto position = sequencer_.Append(pending_);
  if (!position) {
    times_refused_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  if (pending_has_tick_) {
    tick_batch_ = batch_sequence_;
    pending_has_tick_ = false;
  }
  pending_ = {};
  commands_appended_.fetch_add(std::exchange(pending_commands_, 0), std::memory_order_relaxed);
  entries_appended_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

std::size_t Batcher::AppendWaiting(std::size_t entry_limit) {
  if (options_.leadership != nullptr && options_.leadership->tenure() == Leadership::kNoTenure) {
    DropWaiting();
    return 0;
  }
  std::size_t appended = 0;
  while (appended < entry_limit) {
    if (pending_.empty()) {
      BuildEntry();
    }
    if (pending_.empty() || !AppendPending()) {
      break;
    }
    ++appended;
  }
  return appended;
}

}  // namespace lockstep
