// The promise that a session's death cancels its account's orders: kept also while the ingress ring
// is full.
//
// Shape: one waiting entry for each account at most, since one CancelAll of the account is as good
// as two. Half-failure: a gateway that dies with its process cancels nothing; the orders stand as
// the log has them after the restart. Threads: the gateway's I/O thread alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "gateway/ingress_adapter.h"

namespace lockstep {

class CancelOnDisconnect {
 public:
  explicit CancelOnDisconnect(IngressAdapter& ingress) : ingress_(ingress) {}

  void Add(const Origin& origin) { waiting_.insert({origin.account, origin.session}); }

  // Sends what waits, until the ring is full. Returns how many were sent.
  std::size_t Retry(std::int64_t received_ns);

  // Nothing is accepted any more (storage has failed): gives up.
  void Clear() { waiting_.clear(); }

  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  IngressAdapter& ingress_;
  std::map<AccountId, SessionId> waiting_;
};

}  // namespace lockstep
