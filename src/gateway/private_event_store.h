// The newest private events of each account, so that a client that was away gets what it missed.
//
// Shape: for each account a queue of chunks of whole framed events with consecutive numbers. All
// chunks together stay within `max_bytes`: when it is full, the account that holds most loses its
// oldest chunk, so that a busy account does not push out a quiet one's events. Longer history is
// the history store's business. Threads: the gateway's I/O thread alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/strong_id.h"

namespace lockstep {

class PrivateEventStore {
 public:
  explicit PrivateEventStore(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // Keeps one framed event. Numbers of an account grow by one; one already passed is ignored, one
  // that skips (its predecessors were before a snapshot) drops what is held, so that what is held
  // never has a hole.
  void Add(AccountId account, std::uint64_t sequence, std::span<const std::byte> framed_event);

  // The account's numbers are known to have reached `sequence`, whether their events were seen here
  // or not.
  void NoteLast(AccountId account, std::uint64_t sequence);

  // Number of the newest event that is known of, 0: none.
  [[nodiscard]] std::uint64_t Last(AccountId account) const;

  // Number of the oldest event held; Last + 1 when none is.
  [[nodiscard]] std::uint64_t First(AccountId account) const;

  // Hands the events from `from` to `to` to `handler`, oldest first, until they are all handed over
  // or `max_bytes` are reached (at least one is handed over). Returns the number that comes next.
  // Requires from >= First.
  std::uint64_t Read(AccountId account, std::uint64_t from, std::uint64_t to, std::size_t max_bytes,
                     const std::function<void(std::span<const std::byte>)>& handler) const;

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Chunk {
    std::uint64_t first_sequence = 0;
    std::uint64_t count = 0;
    std::vector<std::byte> bytes;  // each event behind its uint32 length
  };
  struct Account {
    std::uint64_t last = 0;
    std::size_t bytes = 0;
    std::deque<Chunk> chunks;
  };

  // Large enough to spread the cost of an eviction, small enough that one account's loss is no more
  // than a few hundred events.
  static constexpr std::size_t kChunkBytes = std::size_t{64} << 10U;

  void Resize(AccountId id, Account& account, std::size_t new_bytes);
  void DropOldestChunk(AccountId id, Account& account);
  void Drop(AccountId id, Account& account);

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::unordered_map<std::uint64_t, Account> accounts_;
  // (bytes in full chunks, account): who holds most is last.
  std::set<std::pair<std::size_t, std::uint64_t>> by_size_;
};

}  // namespace lockstep
