// Which tenures of this node are over, and how long what was taken in them is waited for.
//
// A request in flight remembers its tenure (TakenIn). When the tenure closes, its result may still
// come; LeadershipTerm may say that it never will; after the hold neither is waited for. Threads:
// one gateway's loop.
#pragma once

#include <cstdint>
#include <deque>

#include "base/leadership.h"

namespace lockstep {

// When a command was written. Read the tenure before writing and once more after.
struct TakenIn {
  std::uint64_t tenure = Leadership::kNoTenure;
  // The tenure closed while the command was being written: whether it was dropped cannot be known,
  // so no LeadershipTerm tells its fate.
  bool untold = false;

  // Whether LeadershipTerm with this endedTenure proves that the command never happened.
  [[nodiscard]] bool IsEndedBy(std::uint64_t ended_tenure) const {
    return !untold && tenure != Leadership::kNoTenure && tenure <= ended_tenure;
  }
};

class TenureWatch {
 public:
  // Takes note of what has changed. `now_ns`: monotonic clock.
  void Note(const Leadership& leadership, std::int64_t now_ns, std::int64_t hold_ns) {
    const std::uint64_t closed = leadership.LastClosed();
    if (closed > closed_) {
      closed_ = closed;
      waits_.push_back({.tenure = closed, .until_ns = now_ns + hold_ns});
    }
  }

  // What was taken in tenures up to this one is not waited for any longer. kNoTenure: nothing new.
  [[nodiscard]] std::uint64_t TakeExpired(std::int64_t now_ns) {
    std::uint64_t expired = Leadership::kNoTenure;
    while (!waits_.empty() && waits_.front().until_ns <= now_ns) {
      expired = waits_.front().tenure;
      waits_.pop_front();
    }
    return expired;
  }

  // Until when what was taken in this tenure is waited for; INT64_MAX: it is not over yet, or has
  // been over for long.
  [[nodiscard]] std::int64_t WaitedUntil(std::uint64_t tenure) const {
    for (const Wait& wait : waits_) {
      if (tenure <= wait.tenure) {
        return wait.until_ns;
      }
    }
    return INT64_MAX;
  }

 private:
  struct Wait {
    std::uint64_t tenure;
    std::int64_t until_ns;
  };
  std::uint64_t closed_ = Leadership::kNoTenure;
  std::deque<Wait> waits_;  // oldest first
};

}  // namespace lockstep
