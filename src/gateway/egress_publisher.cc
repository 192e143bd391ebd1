#include "gateway/egress_publisher.h"

#include <cstring>

#include "lockstep_sbe/AccountDefinition.h"
#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/BalanceRow.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/CancelAllReport.h"
#include "lockstep_sbe/EventHeader.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/ReplyHeader.h"
#include "lockstep_sbe/RequestReplayed.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

// Every private event begins with both, in this order.
constexpr std::size_t kReplyOffset = kMessageHeaderBytes + sbe::EventHeader::encodedLength();
static_assert(sbe::ExecutionReport::replyEncodingOffset() == sbe::EventHeader::encodedLength());
static_assert(sbe::QueryEnd::replyEncodingOffset() == sbe::EventHeader::encodedLength());

sbe::EventHeader HeaderOf(std::span<const std::byte> message) {
  return {SbeBuffer(message.data()), kMessageHeaderBytes, message.size(),
          sbe::EventHeader::sbeSchemaVersion()};
}

sbe::ReplyHeader ReplyOf(std::span<const std::byte> message) {
  return {SbeBuffer(message.data()), kReplyOffset, message.size(),
          sbe::ReplyHeader::sbeSchemaVersion()};
}

}  // namespace

EgressPublisher::EgressPublisher(EventRing::Reader& reader, PrivateEventStore* store,
                                 const Clock& clock, NodeId node, EventObserver* observer)
    : reader_(reader), store_(store), clock_(clock), node_(node), observer_(observer) {}

void EgressPublisher::Register(SessionId id, EgressSession& session) {
  sessions_[id.value()] = {&session, AccountId(), false};
}

void EgressPublisher::Join(SessionId id, AccountId account) {
  sessions_.at(id.value()).account = account;
  sessions_of_account_[account.value()].push_back(id.value());
}

void EgressPublisher::Remove(SessionId id) {
  const auto found = sessions_.find(id.value());
  if (found == sessions_.end()) {
    return;
  }
  const auto of_account = sessions_of_account_.find(found->second.account.value());
  if (of_account != sessions_of_account_.end()) {
    std::erase(of_account->second, id.value());
    if (of_account->second.empty()) {
      sessions_of_account_.erase(of_account);
    }
  }
  sessions_.erase(found);
}

std::size_t EgressPublisher::Poll(std::size_t limit) {
  const std::size_t taken =
      reader_.Poll([this](std::span<const std::byte> message) { OnEvent(message); }, limit);
  for (Registered* entry : touched_) {
    entry->touched = false;
    entry->session->FlushEvents();
  }
  touched_.clear();
  return taken;
}

void EgressPublisher::OnEvent(std::span<const std::byte> message) {
  const std::uint16_t template_id = ReadMessageHeader(message).template_id;
  if (observer_ != nullptr) {
    observer_->OnRingEvent(template_id, message);
  }
  switch (template_id) {
    case sbe::BatchEnd::sbeTemplateId(): {
      auto end = Decode<sbe::BatchEnd>(message);
      Release(end.matchedNs(), false, end.replaying() != 0);
      break;
    }
    case sbe::QueryEnd::sbeTemplateId():
      Hold(template_id, message);
      Release(0, true, false);
      break;
    case sbe::ExecutionReport::sbeTemplateId():
    case sbe::Reject::sbeTemplateId():
    case sbe::BalanceUpdate::sbeTemplateId():
    case sbe::CancelAllReport::sbeTemplateId():
    case sbe::RequestReplayed::sbeTemplateId():
    case sbe::AssetDefinition::sbeTemplateId():
    case sbe::SymbolDefinition::sbeTemplateId():
    case sbe::AccountDefinition::sbeTemplateId():
    case sbe::BalanceRow::sbeTemplateId():
      Hold(template_id, message);
      break;
    default:
      break;  // public: market data's
  }
}

void EgressPublisher::Hold(std::uint16_t template_id, std::span<const std::byte> message) {
  const sbe::EventHeader header = HeaderOf(message);
  const sbe::ReplyHeader reply = ReplyOf(message);
  const bool numbered = reply.privateSequence() != 0;
  const std::uint64_t origin_session =
      reply.originNode() == node_.value() ? reply.originSession() : 0;
  if (!numbered && origin_session == 0) {
    return;
  }
  const std::size_t offset = held_bytes_.size();
  held_bytes_.resize(offset + kFrameHeaderBytes + message.size());
  WriteFrameHeader(&held_bytes_[offset], message.size());
  std::memcpy(&held_bytes_[offset + kFrameHeaderBytes], message.data(), message.size());
  held_.push_back({.event = {.template_id = template_id,
                             .command_index = header.commandIndex(),
                             .answers_query = false,
                             .own = false,
                             .position = header.position(),
                             .account = AccountId(header.account()),
                             .private_sequence = reply.privateSequence(),
                             .framed = {}},
                   .origin_session = origin_session,
                   .offset = offset,
                   .length = kFrameHeaderBytes + message.size()});
}

void EgressPublisher::Release(std::int64_t matched_ns, bool answers_query, bool replaying) {
  const std::int64_t sent_ns = clock_.WallNs();
  for (Pending& pending : held_) {
    PrivateEvent& event = pending.event;
    if (answers_query) {
      // A QueryEnd tells the account's last number; it does not have it.
      event.answers_query = true;
      event.private_sequence = 0;
    }
    event.framed = std::span(held_bytes_).subspan(pending.offset, pending.length);
    sbe::ReplyHeader reply = ReplyOf(event.message());
    reply.matchedNs(matched_ns);
    reply.sentNs(sent_ns);
    if (event.private_sequence != 0 && store_ != nullptr) {
      store_->Add(event.account, event.private_sequence, event.framed);
    }
    if (!replaying) {
      Route(event, pending.origin_session);
    }
  }
  held_.clear();
  held_bytes_.clear();
}

void EgressPublisher::Route(PrivateEvent& event, std::uint64_t origin_session) {
  const auto origin = sessions_.find(origin_session);
  if (event.private_sequence != 0) {
    const auto of_account = sessions_of_account_.find(event.account.value());
    if (of_account != sessions_of_account_.end()) {
      for (const std::uint64_t id : of_account->second) {
        if (id != origin_session) {
          Hand(sessions_.at(id), event);
        }
      }
    }
  }
  if (origin != sessions_.end()) {
    event.own = true;
    Hand(origin->second, event);
  }
}

void EgressPublisher::Hand(Registered& to, const PrivateEvent& event) {
  to.session->OnPrivateEvent(event);
  if (!to.touched) {
    to.touched = true;
    touched_.push_back(&to);
  }
}

}  // namespace lockstep
