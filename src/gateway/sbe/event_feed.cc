#include "gateway/sbe/event_feed.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/limits.h"
#include "gateway/sbe/session_messages.h"
#include "lockstep_sbe/EventHeader.h"
#include "lockstep_sbe/ReplyHeader.h"
#include "protocol/entry.h"
#include "protocol/frame.h"

namespace lockstep {
namespace {

constexpr std::size_t kReplyOffset =
    kFrameHeaderBytes + kMessageHeaderBytes + sbe::EventHeader::encodedLength();

}  // namespace

void EventFeed::Begin(AccountId account, std::uint64_t last_sequence) {
  account_ = account;
  next_live_ = last_sequence + 1;
}

bool EventFeed::StartResend(std::uint64_t from, std::uint64_t to) {
  if (resend_.has_value()) {
    return false;
  }
  const std::uint64_t newest = store_.Last(account_);
  const std::uint64_t first = store_.First(account_);
  resend_ = {.from = from,
             .to = to == 0 ? newest : std::min(to, newest),
             .next = std::max(from, first),
             .first_available = first,
             .sent = 0};
  return true;
}

bool EventFeed::TakeLive(std::uint64_t sequence) {
  if (resend_.has_value() || sequence != next_live_) {
    return false;
  }
  ++next_live_;
  return true;
}

std::uint64_t EventFeed::Copy(std::uint64_t from, std::uint64_t to, OutboundQueue& queue) const {
  const std::int64_t sent_ns = clock_.WallNs();
  return store_.Read(account_, from, to, window_bytes_, [&](std::span<const std::byte> event) {
    std::array<std::byte, kFrameHeaderBytes + limits::kMaxEventBytes> copy;
    std::ranges::copy(event, copy.begin());
    sbe::ReplyHeader reply(SbeBuffer(copy.data()), kReplyOffset, event.size(),
                           sbe::ReplyHeader::sbeSchemaVersion());
    reply.sentNs(sent_ns);
    queue.Append(std::span(copy).first(event.size()));
  });
}

bool EventFeed::Pump(OutboundQueue& queue) {
  while (queue.size() < window_bytes_) {
    if (resend_.has_value()) {
      Resend& resend = *resend_;
      if (resend.next > resend.to) {
        queue.Append(
            MakeResendEnd(resend.from, resend.to, resend.first_available, resend.sent).bytes());
        resend_.reset();
        continue;
      }
      if (resend.next < store_.First(account_)) {
        return false;
      }
      const std::uint64_t next = Copy(resend.next, resend.to, queue);
      resend.sent += next - resend.next;
      resend.next = next;
      continue;
    }
    const std::uint64_t newest = store_.Last(account_);
    if (next_live_ > newest) {
      return true;
    }
    if (next_live_ < store_.First(account_)) {
      return false;
    }
    next_live_ = Copy(next_live_, newest, queue);
  }
  return true;
}

}  // namespace lockstep
