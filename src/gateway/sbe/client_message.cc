#include "gateway/sbe/client_message.h"

#include <cstring>

#include "lockstep_sbe/EventHeader.h"
#include "lockstep_sbe/Query.h"
#include "lockstep_sbe/ReplyHeader.h"
#include "lockstep_sbe/Subscribe.h"
#include "protocol/commands.h"
#include "protocol/entry.h"

namespace lockstep {

bool IsOrderCommand(std::uint16_t template_id) {
  return template_id >= sbe::NewOrder::sbeTemplateId() &&
         template_id <= sbe::CancelReplace::sbeTemplateId();
}

bool IsAdminCommand(std::uint16_t template_id) {
  return template_id >= sbe::CreateAsset::sbeTemplateId() &&
         template_id <= sbe::Withdraw::sbeTemplateId();
}

RequestId RequestIdOf(std::span<const std::byte> message, std::uint16_t template_id) {
  RequestId id;
  std::size_t offset = kMessageHeaderBytes;
  if (IsOrderCommand(template_id) || IsAdminCommand(template_id) ||
      template_id == sbe::Query::sbeTemplateId()) {
    offset += sbe::CommandHeader::requestIdHighEncodingOffset();
  } else if (template_id != sbe::Subscribe::sbeTemplateId()) {
    return id;
  }
  static_assert(sizeof(id) == 16);
  if (message.size() >= offset + sizeof(id)) {
    std::memcpy(&id, message.data() + offset, sizeof(id));
  }
  return id;
}

RequestId RequestIdOfEvent(std::span<const std::byte> message) {
  constexpr std::size_t kReplyOffset = kMessageHeaderBytes + sbe::EventHeader::encodedLength();
  const sbe::ReplyHeader reply(SbeBuffer(message.data()), kReplyOffset, message.size(),
                               sbe::ReplyHeader::sbeSchemaVersion());
  return {reply.requestIdHigh(), reply.requestIdLow()};
}

}  // namespace lockstep
