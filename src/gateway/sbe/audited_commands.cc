#include "gateway/sbe/audited_commands.h"

#include <algorithm>
#include <utility>

#include "gateway/audit_lines.h"
#include "gateway/sbe/client_message.h"
#include "lockstep_sbe/AccountDefinition.h"
#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/EventHeader.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/ReplyHeader.h"
#include "lockstep_sbe/RequestReplayed.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "protocol/commands.h"
#include "protocol/entry.h"
#include "protocol/json_writer.h"
#include "protocol/text.h"

namespace lockstep {
namespace {

constexpr std::size_t kReplyOffset = kMessageHeaderBytes + sbe::EventHeader::encodedLength();

// As the admin API names the same act.
std::string_view ActOf(std::uint16_t template_id) {
  switch (template_id) {
    case sbe::CreateAsset::sbeTemplateId():
      return "CREATE_ASSET";
    case sbe::CreateSymbol::sbeTemplateId():
      return "CREATE_SYMBOL";
    case sbe::SetSymbolStatus::sbeTemplateId():
      return "SET_SYMBOL_STATUS";
    case sbe::SetSymbolRules::sbeTemplateId():
      return "SET_SYMBOL_RULES";
    case sbe::CreateAccount::sbeTemplateId():
      return "CREATE_ACCOUNT";
    case sbe::SetAccountStatus::sbeTemplateId():
      return "SET_ACCOUNT_STATUS";
    case sbe::Deposit::sbeTemplateId():
      return "DEPOSIT";
    default:
      return "WITHDRAW";
  }
}

std::string CommandJson(std::span<const std::byte> command) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject();
  json.Field("command", ToText(command));
  json.EndObject();
  return text;
}

AuditAttempt AttemptOf(const AuditedCommands::Sender& sender, std::span<const std::byte> command,
                       std::string_view parameters) {
  return {.by = "SBE",
          .act = ActOf(ReadMessageHeader(command).template_id),
          .parameters = parameters,
          .api_key = sender.api_key,
          .account = sender.account,
          .peer = sender.peer};
}

}  // namespace

AuditedCommands::AuditedCommands(AuditLog& log, const Clock& clock, NodeId node, Post post,
                                 OnAnnounced on_announced)
    : log_(log),
      clock_(clock),
      node_(node),
      post_(std::move(post)),
      on_announced_(std::move(on_announced)),
      throttle_(kRefusalsPerSecond) {}

void AuditedCommands::Announce(const Sender& sender, std::span<const std::byte> command) {
  const std::string parameters = CommandJson(command);
  log_.Append(AuditLog::Kind::kIntent, IntentMembers(AttemptOf(sender, command, parameters)),
              [this, session = sender.session](const Result<std::uint64_t>& number) {
                post_([this, session, number] { on_announced_(session, number); });
              });
}

void AuditedCommands::Sent(SessionId session, const RequestId& id, std::uint64_t intent) {
  intents_of_session_[session.value()].push_back({.id = id, .intent = intent});
}

void AuditedCommands::NotDone(SessionId session, const RequestId& id, int code,
                              std::string_view reason) {
  if (const std::uint64_t intent = TakeIntent(session.value(), id); intent != 0) {
    Refused(intent, code, reason);
  }
}

std::uint64_t AuditedCommands::TakeIntent(std::uint64_t session, const RequestId& id) {
  const auto found = intents_of_session_.find(session);
  if (found == intents_of_session_.end()) {
    return 0;
  }
  std::deque<SentIntent>& intents = found->second;
  const auto oldest = std::ranges::find(intents, id, &SentIntent::id);
  if (oldest == intents.end()) {
    return 0;
  }
  const std::uint64_t intent = oldest->intent;
  intents.erase(oldest);
  if (intents.empty()) {
    intents_of_session_.erase(found);
  }
  return intent;
}

void AuditedCommands::Refused(std::uint64_t intent, int code, std::string_view reason) {
  log_.Append(
      AuditLog::Kind::kOutcome,
      OutcomeMembers({.intent = intent, .result = "REFUSED", .code = code, .reason = reason}),
      nullptr);
}

void AuditedCommands::NoteRefused(const Sender& sender, std::span<const std::byte> command,
                                  int code, std::string_view reason) {
  if (!throttle_.Take(clock_.MonotonicNs())) {
    ++not_written_;
    return;
  }
  const std::string parameters = CommandJson(command);
  log_.Append(AuditLog::Kind::kNote,
              RefusalMembers(
                  AttemptOf(sender, command, parameters),
                  {.code = code, .reason = reason, .not_written = std::exchange(not_written_, 0)}),
              nullptr);
}

void AuditedCommands::OnRingEvent(std::uint16_t template_id, std::span<const std::byte> message) {
  if (intents_of_session_.empty()) {
    return;
  }
  switch (template_id) {
    case sbe::AssetDefinition::sbeTemplateId():
    case sbe::SymbolDefinition::sbeTemplateId():
    case sbe::AccountDefinition::sbeTemplateId():
    case sbe::BalanceUpdate::sbeTemplateId():
    case sbe::Reject::sbeTemplateId():
    case sbe::RequestReplayed::sbeTemplateId():
      Hold(template_id, message);
      break;
    case sbe::QueryEnd::sbeTemplateId():
      held_.clear();
      break;
    case sbe::BatchEnd::sbeTemplateId():
      for (const Reply& reply : std::exchange(held_, {})) {
        Conclude(reply);
      }
      break;
    default:
      break;
  }
}

void AuditedCommands::Hold(std::uint16_t template_id, std::span<const std::byte> message) {
  const sbe::ReplyHeader header(SbeBuffer(message.data()), kReplyOffset, message.size(),
                                sbe::ReplyHeader::sbeSchemaVersion());
  const sbe::EventHeader event(SbeBuffer(message.data()), kMessageHeaderBytes, message.size(),
                               sbe::EventHeader::sbeSchemaVersion());
  if (header.originNode() != node_.value() ||
      !intents_of_session_.contains(header.originSession())) {
    return;
  }
  Reply reply{.session = header.originSession(),
              .id = {header.requestIdHigh(), header.requestIdLow()},
              .position = event.position(),
              .reason = sbe::RejectReason::NONE,
              .already_applied = false};
  if (template_id == sbe::Reject::sbeTemplateId()) {
    auto reject = Decode<sbe::Reject>(message);
    if (!IsAdminCommand(reject.commandTemplateId())) {
      return;
    }
    reply.reason = reject.reason();
  } else if (template_id == sbe::RequestReplayed::sbeTemplateId()) {
    auto replayed = Decode<sbe::RequestReplayed>(message);
    if (!IsAdminCommand(replayed.commandTemplateId())) {
      return;
    }
    reply.reason = replayed.reason();
    reply.position = replayed.firstPosition();
    reply.already_applied = reply.reason == sbe::RejectReason::NONE;
  } else if (template_id == sbe::BalanceUpdate::sbeTemplateId()) {
    reply.already_applied = Decode<sbe::BalanceUpdate>(message).alreadyApplied() != 0;
  }
  held_.push_back(reply);
}

void AuditedCommands::Conclude(const Reply& reply) {
  const std::uint64_t intent = TakeIntent(reply.session, reply.id);
  if (intent == 0) {
    return;
  }
  const bool done = reply.reason == sbe::RejectReason::NONE;
  log_.Append(AuditLog::Kind::kOutcome,
              OutcomeMembers({.intent = intent,
                              .result = done ? "DONE" : "REFUSED",
                              .position = reply.position,
                              .code = reply.reason,
                              .reason = sbe::RejectReason::c_str(
                                  static_cast<sbe::RejectReason::Value>(reply.reason)),
                              .already_applied = reply.already_applied}),
              nullptr);
}

}  // namespace lockstep
