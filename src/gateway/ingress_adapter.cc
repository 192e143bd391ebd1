#include "gateway/ingress_adapter.h"

#include <array>
#include <utility>

#include "base/limits.h"
#include "lockstep_sbe/CancelAll.h"
#include "lockstep_sbe/CommandHeader.h"
#include "lockstep_sbe/Query.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

// Kind BALANCES of docs/matching.md §9: few rows, and no symbol is needed.
constexpr std::uint8_t kQueryBalances = 3;

}  // namespace

void IngressAdapter::StampHeader(std::span<std::byte> message, const Origin& origin,
                                 std::int64_t received_ns) {
  sbe::CommandHeader header(SbeBuffer(message.data()), kMessageHeaderBytes, message.size(),
                            sbe::CommandHeader::sbeSchemaVersion());
  header.originNode(node_.value()).flags(0).reserved(0);
  header.originSession(origin.session.value());
  header.account(origin.account.value());
  header.gatewayReceivedNs(received_ns);
}

bool IngressAdapter::Write(IngressRing& ring, std::span<const std::byte> message) {
  if (!after_turn_) {
    return ring.TryWrite(message);
  }
  if (!ring.TryWriteQuietly(message)) {
    return false;
  }
  if (++untold_ >= kMaxUntold) {
    WakeReaders();
  } else if (!std::exchange(turn_end_awaited_, true)) {
    after_turn_([this] {
      turn_end_awaited_ = false;
      WakeReaders();
    });
  }
  return true;
}

void IngressAdapter::WakeReaders() {
  if (std::exchange(untold_, 0) != 0) {
    commands_.waker().Notify();
    queries_.waker().Notify();
  }
}

bool IngressAdapter::SubmitCommand(std::span<std::byte> message, const Origin& origin,
                                   std::int64_t received_ns) {
  StampHeader(message, origin, received_ns);
  return Write(commands_, message);
}

bool IngressAdapter::SubmitQuery(std::span<std::byte> message, const Origin& origin,
                                 std::int64_t received_ns) {
  StampHeader(message, origin, received_ns);
  return Write(queries_, message);
}

bool IngressAdapter::SubmitDisconnectCancel(const Origin& origin, std::int64_t received_ns) {
  std::array<std::byte, limits::kMaxCommandBytes> buffer{};
  auto cancel = Encode<sbe::CancelAll>(buffer.data(), buffer.size());
  cancel.symbol(0).reason(sbe::EndReason::DISCONNECT).reserved8(0).reserved16(0);
  const std::span message(buffer.data(), kMessageHeaderBytes + cancel.encodedLength());
  return SubmitCommand(message, origin, received_ns);
}

bool IngressAdapter::SubmitSequenceQuery(const Origin& origin, std::int64_t received_ns) {
  std::array<std::byte, limits::kMaxCommandBytes> buffer{};
  auto query = Encode<sbe::Query>(buffer.data(), buffer.size());
  query.kind(kQueryBalances);
  query.putOrigClientOrderId("", 0);
  const std::span message(buffer.data(), kMessageHeaderBytes + query.encodedLength());
  return SubmitQuery(message, origin, received_ns);
}

}  // namespace lockstep
