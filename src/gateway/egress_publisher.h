// The way out: private events from the event ring to the sessions that they are for.
//
// Replies cannot leave before their command is committed: the ring is their only source, and the
// engine, which alone writes it, applies nothing that is not committed.
//
// Rules: an event with a private sequence goes to every session of its account, and to the session
// that caused it if that is another account's (an admin's deposit); one without goes to the session
// that caused it. Events of a log entry are held until its BatchEnd, which brings matchedNs; the
// answer to a query is held until its QueryEnd (matchedNs 0: nothing was matched). Numbered events
// are kept in the PrivateEventStore first (where there is one), those of a replay too, which are
// kept but not sent. An observer sees every event of the ring, public ones too, before all others.
// Threads: the gateway's I/O thread, which is the ring reader's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/event_ring.h"
#include "base/strong_id.h"
#include "gateway/private_event_store.h"
#include "protocol/frame.h"

namespace lockstep {

// One private event, framed, with what routing needs of it. Valid during the call that passes it.
struct PrivateEvent {
  std::uint16_t template_id;
  std::uint16_t command_index;
  bool answers_query;  // part of the answer to a Query: never numbered
  bool own;            // caused by the session that it is handed to
  std::int64_t position;
  AccountId account;
  std::uint64_t private_sequence;  // 0: not numbered
  std::span<const std::byte> framed;

  [[nodiscard]] std::span<const std::byte> message() const {
    return framed.subspan(kFrameHeaderBytes);
  }
};

// Where events go. Must not add or remove sessions from OnPrivateEvent, except its own Join.
class EgressSession {
 public:
  virtual ~EgressSession() = default;

  virtual void OnPrivateEvent(const PrivateEvent& event) = 0;

  // Called once after the last event of a poll: now is the time to write to the socket.
  virtual void FlushEvents() = 0;
};

// Who folds the ring's events besides, on the same thread.
class EventObserver {
 public:
  virtual ~EventObserver() = default;
  virtual void OnRingEvent(std::uint16_t template_id, std::span<const std::byte> message) = 0;
};

class EgressPublisher {
 public:
  // `store` null: nothing is kept for resend. `observer` may be null.
  EgressPublisher(EventRing::Reader& reader, PrivateEventStore* store, const Clock& clock,
                  NodeId node, EventObserver* observer = nullptr);

  // From now on the session gets what it causes.
  void Register(SessionId id, EgressSession& session);
  // From now on also the numbered events of its account. Once for each session, after Register.
  void Join(SessionId id, AccountId account);
  void Remove(SessionId id);

  // Handles up to `limit` events of the ring, then flushes each session that got any. Returns how
  // many were taken.
  std::size_t Poll(std::size_t limit);

 private:
  struct Pending {
    PrivateEvent event;  // `framed` is set when the batch is complete, since the buffer may move
    std::uint64_t origin_session;
    std::size_t offset;
    std::size_t length;
  };
  struct Registered {
    EgressSession* session = nullptr;
    AccountId account;  // none until Join
    bool touched = false;
  };

  void OnEvent(std::span<const std::byte> message);
  void Hold(std::uint16_t template_id, std::span<const std::byte> message);
  void Release(std::int64_t matched_ns, bool answers_query, bool replaying);
  void Route(PrivateEvent& event, std::uint64_t origin_session);
  void Hand(Registered& to, const PrivateEvent& event);

  EventRing::Reader& reader_;
  PrivateEventStore* store_;
  const Clock& clock_;
  NodeId node_;
  EventObserver* observer_;
  std::unordered_map<std::uint64_t, Registered> sessions_;
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>> sessions_of_account_;
  std::vector<std::byte> held_bytes_;
  std::vector<Pending> held_;
  std::vector<Registered*> touched_;
};

}  // namespace lockstep
