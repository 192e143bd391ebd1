// The way in: from a checked client message to a command on the ingress ring, or a query on the
// other.
//
// The header of a client's message is its own only as far as the request id goes; everything else
// in it is overwritten here, in place, with what the gateway knows: node, session, account, time of
// receipt. A full ring is the answer false; nothing waits. Who reads the rings is woken at the end
// of the loop's turn, so that what came together is taken together: one entry of the log, one sync.
// Threads: one gateway's I/O thread; the rings take several.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "base/ingress_ring.h"
#include "base/strong_id.h"

namespace lockstep {

// Who sends, for the header of what is sent.
struct Origin {
  SessionId session;
  AccountId account;
};

class IngressAdapter {
 public:
  // Has its argument called on the I/O thread once the work that is ready now has been done.
  using AfterTurn = std::function<void(std::function<void()>)>;

  // `after_turn` unset: readers are woken by each message.
  IngressAdapter(IngressRing& commands, IngressRing& queries, NodeId node,
                 AfterTurn after_turn = nullptr)
      : commands_(commands), queries_(queries), node_(node), after_turn_(std::move(after_turn)) {}

  // `message`: of a shape checked against kCommandShapes. False: the ring is full.
  [[nodiscard]] bool SubmitCommand(std::span<std::byte> message, const Origin& origin,
                                   std::int64_t received_ns);

  // `message`: a Query of checked shape. False: the ring is full.
  [[nodiscard]] bool SubmitQuery(std::span<std::byte> message, const Origin& origin,
                                 std::int64_t received_ns);

  // CancelAll with reason DISCONNECT, every symbol. False: the ring is full.
  [[nodiscard]] bool SubmitDisconnectCancel(const Origin& origin, std::int64_t received_ns);

  // A query whose QueryEnd tells the account's last private sequence. False: the ring is full.
  [[nodiscard]] bool SubmitSequenceQuery(const Origin& origin, std::int64_t received_ns);

 private:
  // Written by now and not told yet, to either ring: more are not held back for the turn's end.
  static constexpr int kMaxUntold = 32;

  void StampHeader(std::span<std::byte> message, const Origin& origin, std::int64_t received_ns);
  [[nodiscard]] bool Write(IngressRing& ring, std::span<const std::byte> message);
  void WakeReaders();

  IngressRing& commands_;
  IngressRing& queries_;
  NodeId node_;
  AfterTurn after_turn_;
  int untold_ = 0;
  bool turn_end_awaited_ = false;
};

}  // namespace lockstep
