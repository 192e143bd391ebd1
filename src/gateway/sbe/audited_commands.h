// The operators' commands of the binary gateway on their way through the audit log: each has a
// durable line before it is sent, and one that tells what became of it.
//
// The session holds a command until its intent is durable (`on_announced`); what became of it is
// read off the ring itself, so that the line is written even when the session has ended. Replies to
// one session's commands of the same request id come in the order in which they were sent, and
// nothing but an operator's command causes what is taken for a reply here; the answer to a query
// looks the same, but ends with a QueryEnd instead of a BatchEnd. A command whose reply never comes
// (the process ends, storage fails, this node ceases to lead and the session has ended) leaves an
// intent without an outcome: the log of commands knows. Threads: the gateway's I/O thread;
// Announce's results are posted to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "audit/audit_log.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/strong_id.h"
#include "gateway/egress_publisher.h"
#include "gateway/throttle.h"

namespace lockstep {

class AuditedCommands final : public EventObserver {
 public:
  static constexpr std::uint32_t kRefusalsPerSecond = 20;

  struct Sender {
    SessionId session;
    AccountId account;
    std::string_view api_key;
    std::string peer;
  };
  // Work for the I/O thread, from any.
  using Post = std::function<void(std::function<void()>)>;
  // The oldest command of the session that was announced and not told of yet has its line, or why
  // not. Whoever does not send it says so with Refused.
  using OnAnnounced = std::function<void(SessionId session, const Result<std::uint64_t>& number)>;

  AuditedCommands(AuditLog& log, const Clock& clock, NodeId node, Post post,
                  OnAnnounced on_announced);

  void Announce(const Sender& sender, std::span<const std::byte> command);
  // The command of this intent is on its way to the engine.
  void Sent(SessionId session, const RequestId& id, std::uint64_t intent);
  // A command that was sent has been proved never to happen. One that is none of an operator's is
  // passed over.
  void NotDone(SessionId session, const RequestId& id, int code, std::string_view reason);
  // … or is not: the gateway has refused it.
  void Refused(std::uint64_t intent, int code, std::string_view reason);
  // A command that was refused before it was announced.
  void NoteRefused(const Sender& sender, std::span<const std::byte> command, int code,
                   std::string_view reason);

  void OnRingEvent(std::uint16_t template_id, std::span<const std::byte> message) override;

 private:
  struct SentIntent {
    RequestId id;
    std::uint64_t intent;
  };
  struct Reply {
    std::uint64_t session;
    RequestId id;
    std::int64_t position;
    std::uint16_t reason;  // sbe::RejectReason
    bool already_applied;
  };
  void Hold(std::uint16_t template_id, std::span<const std::byte> message);
  void Conclude(const Reply& reply);
  // The oldest intent of this command, which is told of now. 0: none.
  std::uint64_t TakeIntent(std::uint64_t session, const RequestId& id);

  AuditLog& log_;
  const Clock& clock_;
  NodeId node_;
  Post post_;
  OnAnnounced on_announced_;
  Throttle throttle_;
  std::uint64_t not_written_ = 0;
  std::unordered_map<std::uint64_t, std::deque<SentIntent>> intents_of_session_;  // sent
  std::vector<Reply> held_;  // of the entry that is being read
};

}  // namespace lockstep
