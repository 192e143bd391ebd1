// Which requests this node has sent to which leader lately, so that a chain of nodes that name each
// other ends.
//
// A hop count cannot travel with the request: a Location carries an address alone, whose query is
// signed, and plain HTTP clients add nothing of their own when they follow it. But a request that
// goes round comes back byte for byte, with the same request id: the node counts it by itself. Past
// kMostTimes the request is held like one without a leader, until the leader changes or the hold
// ends in 503.
//
// Shape: a table by (account, request id), forgotten after kMemoryNs, bounded by kMostRequests, the
// oldest leaving first. Threads: the trading loop alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

#include "base/strong_id.h"

namespace lockstep {

class RedirectMemory {
 public:
  // Twice, so that a client which could not reach the leader may ask once more where it is.
  static constexpr int kMostTimes = 2;
  // A round of redirects takes milliseconds; a client that asks again later has a reason to.
  static constexpr std::int64_t kMemoryNs = 2'000'000'000;
  static constexpr std::size_t kMostRequests = 16'384;

  // Counts one more redirect of this request to this leader. False: it has had all it may have.
  [[nodiscard]] bool Count(AccountId account, const RequestId& id, std::int32_t leader,
                           std::int64_t now_ns) {
    Forget(now_ns);
    const Key key{account.value(), id};
    const auto [entry, is_new] = entries_.try_emplace(key);
    if (is_new) {
      oldest_first_.push_back({.key = key, .until_ns = now_ns + kMemoryNs});
    }
    Sent& sent = entry->second;
    if (sent.leader != leader) {
      sent = {.leader = leader, .times = 0};
    }
    if (sent.times == kMostTimes) {
      return false;
    }
    ++sent.times;
    return true;
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Key {
    std::uint64_t account;
    RequestId id;
    friend bool operator==(const Key&, const Key&) = default;
  };
  // Request ids are parts of a MAC: as good as any hash.
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return key.id.high ^ key.account; }
  };
  struct Sent {
    std::int32_t leader = -1;
    int times = 0;
  };
  struct Remembered {
    Key key;
    std::int64_t until_ns;
  };

  void Forget(std::int64_t now_ns) {
    while (!oldest_first_.empty() &&
           (oldest_first_.front().until_ns <= now_ns || oldest_first_.size() >= kMostRequests)) {
      entries_.erase(oldest_first_.front().key);
      oldest_first_.pop_front();
    }
  }

  std::unordered_map<Key, Sent, KeyHash> entries_;
  std::deque<Remembered> oldest_first_;
};

}  // namespace lockstep
