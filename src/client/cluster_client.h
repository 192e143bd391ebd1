// One account's session with a cluster: commands in flight until each is answered, whichever node
// leads and however often that changes.
//
// Shape: a connection to each node, or only to the one that takes commands (`standby`). Commands go
// to one node at a time, in the order in which they were submitted. What was not answered goes to
// the next leader with the same request id, so it is executed once. The next leader is who a
// Redirect or a NewLeaderEvent names; without a name, or when the one that is asked keeps silent,
// the others are tried in turn. An answer counts from whichever node it comes: a follower too says
// only what is committed.
// Errors: none are returned: a node that cannot be reached is tried again. What was not answered
// by its deadline ends with Outcome::kUnknown; it may have been executed or yet be.
// Threads: one at a time. Poll does all the work and must be called at least once a second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/strong_id.h"
#include "client/credentials.h"
#include "client/sbe_client.h"

namespace lockstep {

struct ClusterClientOptions {
  std::vector<std::string> addresses;  // of the nodes' binary gateways, host:port
  Credentials credentials;
  // Keep a connection to each node, so that none has to be made when another leads.
  bool standby = true;
  // Ask for the private events since the last one known, on each connection that is made.
  bool resend = true;
  // A node that is silent for this long about a command is taken for one that does not lead.
  std::int64_t answer_timeout_ms = 300;
  // Of each command, from Submit on; 0: it is tried for ever.
  std::int64_t deadline_ms = 3'000;
};

enum class Outcome : std::uint8_t {
  kExecuted,  // the message is an ExecutionReport
  kRejected,  // Reject: it changed nothing
  kReplayed,  // RequestReplayed: it had been executed, or rejected, under an earlier sending
  kRefused,   // SessionReject: the gateway will never take it
  kUnknown,   // no message
};

struct ClusterClientHandlers {
  // Each private event, in order and possibly more than once: every node tells it.
  std::function<void(std::span<const std::byte> message)> on_event;
  // Once for each command.
  std::function<void(const RequestId& id, Outcome outcome, std::span<const std::byte> message)>
      on_outcome;
  // The last private sequence that was taken in; null: 0.
  std::function<std::uint64_t()> last_private_sequence;
};

struct ClusterClientCounters {
  std::uint64_t sent_again = 0;
  std::uint64_t redirects = 0;
  std::uint64_t leader_events = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t connections = 0;
  std::uint64_t connections_lost = 0;
};

class ClusterClient {
 public:
  static constexpr std::size_t kNoNode = SIZE_MAX;

  ClusterClient(ClusterClientOptions options, ClusterClientHandlers handlers);
  ~ClusterClient();
  ClusterClient(const ClusterClient&) = delete;
  ClusterClient& operator=(const ClusterClient&) = delete;

  // Takes a command; Poll sends it. The id is the one within.
  void Submit(const RequestId& id, std::span<const std::byte> command);
  // Sends, receives, connects; returns as soon as something has come, or after `timeout_ms`. A
  // connection that has to be made may take `answer_timeout_ms` more.
  void Poll(std::int64_t timeout_ms);

  [[nodiscard]] std::size_t in_flight() const { return in_flight_.size(); }
  // Where commands go at present, and where the last answer came from: indices of the addresses.
  [[nodiscard]] std::size_t target() const { return target_; }
  [[nodiscard]] std::size_t last_answered_by() const { return last_answered_by_; }
  [[nodiscard]] bool IsConnected(std::size_t node) const {
    return nodes_[node].connection != nullptr;
  }
  [[nodiscard]] const ClusterClientCounters& counters() const { return counters_; }

 private:
  struct Node {
    std::string address;
    std::unique_ptr<SbeClient> connection{};
    bool is_resending = false;
    std::int64_t next_try_ns = 0;  // not to be connected before
    std::int64_t last_message_ns = 0;
  };
  struct Pending {
    RequestId id;
    std::vector<std::byte> command;
    std::int64_t submitted_ns = 0;
    std::int64_t sent_ns = 0;  // 0: to be sent to the target
    bool was_sent = false;
  };

  void SendPending();
  void Wait(std::int64_t timeout_ms);
  void Drain(std::size_t node);
  void Take(std::size_t node, std::span<const std::byte> message);
  // Redirect and NewLeaderEvent. True: it was one.
  bool TakeLeadership(std::size_t node, std::span<const std::byte> message);
  void TakeSessionReject(std::size_t node, std::span<const std::byte> message);
  void Finish(std::size_t node, const RequestId& id, Outcome outcome,
              std::span<const std::byte> message);
  void ExpireAndMoveOn();
  [[nodiscard]] bool Connect(std::size_t node);
  void ConnectStandby();
  void Lose(std::size_t node);
  // Everything that is not answered goes to this node, not before `not_before_ns`.
  void Aim(std::size_t node, std::int64_t not_before_ns);
  // The same with one that may not be right: only the first command goes, until it is answered.
  void Probe(std::int64_t not_before_ns);
  [[nodiscard]] std::size_t Next() const;
  [[nodiscard]] std::size_t NodeAt(const std::string& address);
  [[nodiscard]] Pending* Find(const RequestId& id);

  const ClusterClientOptions options_;
  const ClusterClientHandlers handlers_;
  SystemClock clock_;
  std::vector<Node> nodes_;
  std::deque<Pending> in_flight_;
  std::size_t target_ = 0;
  std::size_t last_answered_by_ = kNoNode;
  bool is_probing_ = true;
  bool has_read_ahead_ = false;
  std::int64_t hold_until_ns_ = 0;
  std::int64_t last_heard_ns_ = 0;  // of a command, from the target
  std::int64_t newest_term_ = 0;
  ClusterClientCounters counters_;
};

}  // namespace lockstep
