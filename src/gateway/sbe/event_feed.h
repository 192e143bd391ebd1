// What one session has been sent of its account's numbered events, and what comes next.
//
// A session is "live" when it has had everything up to the newest event; then each new one is
// passed on as it comes. While a resend runs, or its reader lags behind it, it is not: nothing is
// passed on, and Pump fills the queue from the store, first the resend, then what has come
// meanwhile, in order, until the session is live again. So there is neither gap nor repeat between
// the two. Threads: the gateway's I/O thread alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "gateway/private_event_store.h"
#include "gateway/sbe/outbound_queue.h"

namespace lockstep {

class EventFeed {
 public:
  EventFeed(const PrivateEventStore& store, const Clock& clock, std::size_t window_bytes)
      : store_(store), clock_(clock), window_bytes_(window_bytes) {}

  // The account's events after `last_sequence` are to follow.
  void Begin(AccountId account, std::uint64_t last_sequence);

  // Events from..to, to 0: to the newest; then a ResendEnd. False: one is under way already.
  [[nodiscard]] bool StartResend(std::uint64_t from, std::uint64_t to);

  // Whether the event of this number, which the store has just been given, is to be sent at once
  // (and then it counts as sent).
  [[nodiscard]] bool TakeLive(std::uint64_t sequence);

  // Fills `queue` up to the window. False: the reader was so slow that events it still had to get
  // are no longer held.
  [[nodiscard]] bool Pump(OutboundQueue& queue);

  [[nodiscard]] bool resending() const { return resend_.has_value(); }

 private:
  struct Resend {
    std::uint64_t from;
    std::uint64_t to;
    std::uint64_t next;
    std::uint64_t first_available;
    std::uint64_t sent;
  };

  std::uint64_t Copy(std::uint64_t from, std::uint64_t to, OutboundQueue& queue) const;

  const PrivateEventStore& store_;
  const Clock& clock_;
  std::size_t window_bytes_;
  AccountId account_;
  std::uint64_t next_live_ = 1;
  std::optional<Resend> resend_;
};

}  // namespace lockstep
