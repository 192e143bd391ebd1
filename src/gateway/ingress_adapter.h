// The way in: from a checked client message to a command on the ingress ring, or a query on the
// other.
//
// The header of a client's message is its own only as far as the request id goes; everything else
// in it is overwritten here, in place, with what the gateway knows: node, session, account, time of
// receipt. A full ring is the answer false; nothing waits. Threads: one gateway's I/O thread; the
// rings take several.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

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
  IngressAdapter(IngressRing& commands, IngressRing& queries, NodeId node)
      : commands_(commands), queries_(queries), node_(node) {}

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
  void StampHeader(std::span<std::byte> message, const Origin& origin, std::int64_t received_ns);

  IngressRing& commands_;
  IngressRing& queries_;
  NodeId node_;
};

}  // namespace lockstep
