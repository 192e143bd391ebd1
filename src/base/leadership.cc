#include "base/leadership.h"

#include <algorithm>
#include <iterator>

namespace lockstep {

void Leadership::MakeSole(Leadership& leadership, std::int32_t member) {
  leadership.SetLeader(member);
  leadership.lease_until_ns_.store(INT64_MAX);
  // Of no term that could end it.
  leadership.Open(INT64_MAX);
}

std::uint64_t Leadership::Open(std::int64_t term) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = ++last_number_;
    if (tenures_.size() == kRemembered) {
      tenures_.erase(tenures_.begin());
    }
    tenures_.push_back({.number = number, .term = term});
    // Under the lock: LastClosed must not take it for one that is over.
    tenure_.store(number, std::memory_order_seq_cst);
  }
  TellChange();
  return number;
}

void Leadership::Close() {
  const bool was_open = tenure_.exchange(kNoTenure, std::memory_order_seq_cst) != kNoTenure;
  lease_until_ns_.store(INT64_MIN);
  if (was_open) {
    TellChange();
  }
}

void Leadership::SetLeader(std::int32_t member) {
  if (leader_.exchange(member, std::memory_order_acq_rel) != member) {
    TellChange();
  }
}

void Leadership::TellChange() const {
  for (const Listener& listener : listeners_) {
    if (const auto owner = listener.owner.lock()) {
      listener.changed();
    }
  }
}

void Leadership::ExpectLease(std::uint64_t batch_sequence, std::int64_t until_ns) {
  const std::lock_guard lock(mutex_);
  expected_until_ns_ = until_ns;
  expected_batch_.store(batch_sequence, std::memory_order_release);
}

void Leadership::TakeLease(std::uint64_t batch_sequence) {
  const std::lock_guard lock(mutex_);
  // Another may be expected by now.
  if (batch_sequence >= expected_batch_.load(std::memory_order_relaxed)) {
    lease_until_ns_.store(expected_until_ns_, std::memory_order_release);
    expected_batch_.store(UINT64_MAX, std::memory_order_release);
  }
}

std::uint64_t Leadership::LastBefore(std::int64_t term) const {
  const std::lock_guard lock(mutex_);
  const auto first_not_before =
      std::ranges::find_if(tenures_, [term](const Tenure& tenure) { return tenure.term >= term; });
  return first_not_before == tenures_.begin() ? kNoTenure : std::prev(first_not_before)->number;
}

std::uint64_t Leadership::LastClosed() const {
  const std::lock_guard lock(mutex_);
  return tenure() == last_number_ && last_number_ != 0 ? last_number_ - 1 : last_number_;
}

}  // namespace lockstep
