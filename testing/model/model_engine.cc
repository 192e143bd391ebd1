#include "testing/model/model_engine.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "protocol/commands.h"

namespace lockstep::model {
namespace {

using enum sbe::RejectReason::Value;

// Every command begins with the same header; bytes too short for one have come from nobody.
CommandContext ReadContext(std::span<const std::byte> command) {
  CommandContext context;
  if (command.size() >= kMessageHeaderBytes) {
    context.template_id = ReadMessageHeader(command).template_id;
  }
  if (command.size() >= kMessageHeaderBytes + sbe::CommandHeader::encodedLength()) {
    sbe::CommandHeader header;
    header.wrap(SbeBuffer(command.data()), kMessageHeaderBytes,
                sbe::EntryHeader::sbeSchemaVersion(), command.size());
    context.account = header.account();
    context.session = header.originSession();
    context.node = header.originNode();
    context.request_high = header.requestIdHigh();
    context.request_low = header.requestIdLow();
    context.received_ns = header.gatewayReceivedNs();
  }
  return context;
}

template <class Codec>
void ReadSymbol(std::span<const std::byte> command, CommandContext& context) {
  context.symbol = Decode<Codec>(command).symbol();
}

void KeepIfValid(std::string client_order_id, CommandContext& context) {
  if (IsClientOrderId(client_order_id)) {
    context.client_order_id = std::move(client_order_id);
  }
}

// What a Reject repeats of the command. Data fields are read in the order in which they stand.
void ReadSymbolAndClientId(std::span<const std::byte> command, CommandContext& context) {
  switch (context.template_id) {
    case sbe::NewOrder::SBE_TEMPLATE_ID: {
      ReadSymbol<sbe::NewOrder>(command, context);
      KeepIfValid(Decode<sbe::NewOrder>(command).getClientOrderIdAsString(), context);
      break;
    }
    case sbe::CancelOrder::SBE_TEMPLATE_ID: {
      ReadSymbol<sbe::CancelOrder>(command, context);
      auto codec = Decode<sbe::CancelOrder>(command);
      codec.skipOrigClientOrderId();
      KeepIfValid(codec.getClientOrderIdAsString(), context);
      break;
    }
    case sbe::AmendOrder::SBE_TEMPLATE_ID: {
      ReadSymbol<sbe::AmendOrder>(command, context);
      auto codec = Decode<sbe::AmendOrder>(command);
      codec.skipOrigClientOrderId();
      KeepIfValid(codec.getClientOrderIdAsString(), context);
      break;
    }
    case sbe::CancelReplace::SBE_TEMPLATE_ID: {
      ReadSymbol<sbe::CancelReplace>(command, context);
      auto codec = Decode<sbe::CancelReplace>(command);
      codec.skipCancelClientOrderId();
      KeepIfValid(codec.getClientOrderIdAsString(), context);
      break;
    }
    case sbe::CancelAll::SBE_TEMPLATE_ID:
      return ReadSymbol<sbe::CancelAll>(command, context);
    case sbe::ReplaceOrder::SBE_TEMPLATE_ID:
      return ReadSymbol<sbe::ReplaceOrder>(command, context);
    case sbe::CreateSymbol::SBE_TEMPLATE_ID:
      return ReadSymbol<sbe::CreateSymbol>(command, context);
    case sbe::SetSymbolStatus::SBE_TEMPLATE_ID:
      return ReadSymbol<sbe::SetSymbolStatus>(command, context);
    case sbe::SetSymbolRules::SBE_TEMPLATE_ID:
      return ReadSymbol<sbe::SetSymbolRules>(command, context);
    default:
      break;
  }
}

}  // namespace

std::vector<Message> ModelEngine::Apply(std::int64_t position, std::int64_t timestamp_ns,
                                        std::span<const std::byte> entry) {
  position_ = position;
  now_ns_ = std::max(now_ns_, timestamp_ns);
  EntryReader reader(entry);
  std::uint16_t index = 0;
  for (auto command = reader.Next(); !command.empty(); command = reader.Next()) {
    context_ = ReadContext(command);
    context_.position = position;
    context_.command_index = index++;
    context_.now_ns = now_ns_;
    outcome_ = {};
    events_.BeginCommand(context_);
    ApplyCommand(command);
    events_.EndCommand();
  }
  return events_.Take();
}

// §3.
void ModelEngine::ApplyCommand(std::span<const std::byte> command) {
  std::erase_if(requests_, [this](const auto& entry) { return IsForgotten(entry.second); });
  switch (CheckShape(command, kCommandShapes)) {
    case ShapeError::kUnknownTemplate:
      return Reject(UNKNOWN_COMMAND);
    case ShapeError::kMalformed:
      return Reject(MALFORMED_COMMAND);
    case ShapeError::kNone:
      break;
  }
  ReadSymbolAndClientId(command, context_);
  // What is refused for its request id alone is not looked into, so its Reject has no client order
  // id.
  CommandContext unread = context_;
  unread.client_order_id.clear();
  events_.BeginCommand(unread);
  const RequestKey key{context_.account, context_.request_high, context_.request_low};
  if (key.high == 0 && key.low == 0) {
    events_.BeginCommand(context_);
    return Dispatch(command);
  }
  if (const auto known = requests_.find(key); known != requests_.end()) {
    return known->second.template_id == context_.template_id
               ? events_.Replayed(AnswerPlace(), known->second)
               : Reject(REQUEST_ID_REUSED);
  }
  if (requests_.size() >= limits_.max_requests) {
    return Reject(REQUEST_TABLE_FULL);
  }
  events_.BeginCommand(context_);
  Dispatch(command);
  requests_[key] = {now_ns_, position_, context_.command_index, context_.template_id, outcome_};
}

void ModelEngine::Dispatch(std::span<const std::byte> command) {
  switch (context_.template_id) {
    case sbe::NewOrder::SBE_TEMPLATE_ID:
      return NewOrder(command);
    case sbe::CancelOrder::SBE_TEMPLATE_ID:
      return CancelOrder(command);
    case sbe::CancelAll::SBE_TEMPLATE_ID:
      return CancelAll(command);
    case sbe::AmendOrder::SBE_TEMPLATE_ID:
      return AmendOrder(command);
    case sbe::ReplaceOrder::SBE_TEMPLATE_ID:
      return ReplaceOrder(command);
    case sbe::CancelReplace::SBE_TEMPLATE_ID:
      return CancelReplace(command);
    case sbe::CreateAsset::SBE_TEMPLATE_ID:
      return CreateAsset(command);
    case sbe::CreateSymbol::SBE_TEMPLATE_ID:
      return CreateSymbol(command);
    case sbe::SetSymbolStatus::SBE_TEMPLATE_ID:
      return SetSymbolStatus(command);
    case sbe::SetSymbolRules::SBE_TEMPLATE_ID:
      return SetSymbolRules(command);
    case sbe::CreateAccount::SBE_TEMPLATE_ID:
      return CreateAccount(command);
    case sbe::SetAccountStatus::SBE_TEMPLATE_ID:
      return SetAccountStatus(command);
    case sbe::Deposit::SBE_TEMPLATE_ID:
      return Deposit(command);
    case sbe::Withdraw::SBE_TEMPLATE_ID:
      return Withdraw(command);
    default:  // Tick
      return;
  }
}

bool ModelEngine::IsForgotten(const RememberedRequest& request) const {
  return now_ns_ - request.at_ns >= limits::kRequestMemoryNs;
}

void ModelEngine::Reject(Reason reason, std::uint64_t order_id) {
  outcome_.reason = reason;
  outcome_.order_id = order_id;
  events_.Reject(AnswerPlace(), reason, order_id);
}

EventPlace ModelEngine::Place(std::uint64_t account, std::uint32_t symbol) const {
  const auto found = symbols_.find(symbol);
  return {account, symbol, found == symbols_.end() ? 0 : found->second.sequence, 0};
}

Symbol* ModelEngine::FindSymbol(std::uint32_t id) {
  const auto found = symbols_.find(id);
  return found == symbols_.end() ? nullptr : &found->second;
}

}  // namespace lockstep::model
