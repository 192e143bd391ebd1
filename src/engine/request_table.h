// What became of each request id of the last 120 seconds of engine time, so that a retry gets the
// first result and a replayed request does nothing.
//
// Shape: a ring of results in order of time, and an index over it. Expired results leave from the
// ring's old end, a few with each command. Not part of the digest: request ids are the clients'
// choice, not state of the market; they are part of the snapshot.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"
#include "engine/arena.h"
#include "engine/hash_index.h"

namespace lockstep {

struct RequestResult {
  std::uint64_t request_id_high;
  std::uint64_t request_id_low;
  std::uint64_t account;
  std::int64_t remembered_ns;
  std::int64_t position;
  std::uint64_t order_id;
  std::int64_t cumulative_lots;
  std::int64_t cumulative_quote;
  std::uint16_t command_index;
  std::uint16_t template_id;
  std::uint16_t reason;
  std::uint8_t order_status;
  std::uint8_t cancel_reason;
  std::uint32_t hash;
  std::uint32_t reserved2;
};
static_assert(sizeof(RequestResult) == 80);

class RequestTable {
 public:
  static std::size_t ArenaBytes(std::size_t max_requests);
  RequestTable(Arena& arena, std::size_t max_requests);
  void Reset();

  static std::uint32_t HashOf(std::uint64_t account, std::uint64_t high, std::uint64_t low);
  void Prefetch(std::uint32_t hash) const { index_.Prefetch(hash); }
  // The place of the result that will be remembered `ahead` results from now. Its last byte: of a
  // row of results that are asked for one after the other, the first is then the one before's.
  void PrefetchResult(std::size_t ahead) const {
    const std::size_t place = end_ + ahead;
    __builtin_prefetch(&results_[place < capacity_ ? place : 0].reserved2, 1);
  }

  struct Found {
    const RequestResult* result;  // nullptr: not known, or older than 120 s before `now_ns`
    std::uint32_t vacancy;        // for Remember, then
  };
  [[nodiscard]] Found Find(std::uint32_t hash, std::uint64_t account, std::uint64_t high,
                           std::uint64_t low, std::int64_t now_ns) const;

  // Room for one more, counting only what has not expired. Forgets up to `limit` expired results,
  // more if it is full.
  [[nodiscard]] bool MakeRoom(std::int64_t now_ns, std::size_t limit) {
    if (size_ == 0 || now_ns - results_[begin_].remembered_ns < limits::kRequestMemoryNs) {
      return size_ < capacity_;
    }
    ForgetExpired(now_ns, limit);
    return size_ < capacity_;
  }

  // A new result under this hash, for the caller to fill in before it calls Remember again.
  // Requires that MakeRoom has said yes; `vacancy` is that of a Find of the same hash, with nothing
  // remembered or forgotten in between.
  RequestResult& Remember(std::uint32_t hash, std::uint32_t vacancy, std::int64_t now_ns);
  // The same of a loaded result. Its hash is made anew.
  void Restore(const RequestResult& result);

  // When the oldest expires, rounded up to a whole second so that TICKs are few; INT64_MAX: nothing
  // held.
  [[nodiscard]] std::int64_t NextDeadlineNs() const;

  // In order of time, oldest first.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const RequestResult& At(std::size_t i) const {
    const std::size_t place = begin_ + i;
    return results_[place < capacity_ ? place : place - capacity_];
  }

 private:
  void ForgetExpired(std::int64_t now_ns, std::size_t limit);
  void ForgetOldest();
  std::uint32_t TakePlace();

  RequestResult* results_;
  HashIndex index_;  // ring place + 1
  std::size_t capacity_;
  std::size_t begin_ = 0;  // place of the oldest
  std::size_t end_ = 0;    // place of the next
  std::size_t size_ = 0;
};

}  // namespace lockstep
