// The messages that the gateway itself writes, encoded and framed. Values are in the units of
// schema/lockstep.xml.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/strong_id.h"
#include "gateway/authenticator.h"
#include "gateway/cluster_membership.h"
#include "lockstep_sbe/SessionError.h"

namespace lockstep {

// One framed message of at most 320 bytes: the largest, SessionReject, has 6 + 8 + 32 + 255.
class FramedMessage {
 public:
  [[nodiscard]] std::span<const std::byte> bytes() const { return std::span(buffer_).first(size_); }

 private:
  template <class Codec, class Fill>
  friend FramedMessage MakeFramed(Fill&& fill);

  std::array<std::byte, 320> buffer_{};
  std::size_t size_ = 0;
};

// What a SessionReject says.
struct Refusal {
  RequestId request_id;
  sbe::SessionError::Value error = sbe::SessionError::NONE;
  std::uint16_t template_id = 0;  // of the message that was refused, 0: none in particular
  bool closing = false;
  std::uint32_t retry_after_ms = 0;
  std::string_view text;  // cut at 254 bytes
};

// What a Redirect says. Without an address in `hint`: no leader, try again after `retry_after_ms`.
struct Diversion {
  RequestId request_id;
  std::uint16_t template_id = 0;  // of the message that is not served
  std::uint32_t retry_after_ms = 0;
};

FramedMessage MakeChallenge(std::int64_t server_time_ns, std::uint32_t heartbeat_interval_ms,
                            std::uint32_t max_message_bytes, const LogonChallenge& challenge);
FramedMessage MakeLogonAck(AccountId account, SessionId session, std::uint64_t private_sequence,
                           std::uint32_t permissions, std::uint32_t heartbeat_interval_ms);
FramedMessage MakeSessionReject(const Refusal& refusal);
FramedMessage MakeRedirect(const Diversion& diversion, const LeaderHint& hint);
FramedMessage MakeNewLeaderEvent(const LeaderHint& hint);
FramedMessage MakeHeartbeat(std::int64_t sent_ns, bool echo);
FramedMessage MakeResendEnd(std::uint64_t from_sequence, std::uint64_t to_sequence,
                            std::uint64_t first_available, std::uint64_t sent_count);

}  // namespace lockstep
