#include "engine/matching_engine.h"

#include <algorithm>
#include <cstring>

#include "engine/engine_core.h"
#include "lockstep_sbe/CommandHeader.h"

namespace lockstep {
namespace {

constexpr std::size_t kCommandHeaderBytes = sbe::CommandHeader::encodedLength();
static_assert(kCommandHeaderBytes == 48);

// Expired results forgotten with each command: more than can be added, so that the table shrinks
// under load.
constexpr std::size_t kForgetPerCommand = 8;
// And with each TICK: bounded, so that one entry never takes long.
constexpr std::size_t kForgetPerTick = 100'000;

sbe::CommandHeader HeaderOf(std::span<const std::byte> command) {
  sbe::CommandHeader header;
  header.wrap(SbeBuffer(command.data()), kMessageHeaderBytes, sbe::Tick::sbeSchemaVersion(),
              command.size());
  return header;
}

// 0 for commands that name none.
std::uint32_t SymbolNamedBy(std::span<const std::byte> command) {
  switch (ReadMessageHeader(command).template_id) {
    case sbe::NewOrder::sbeTemplateId():
      return Decode<sbe::NewOrder>(command).symbol();
    case sbe::CancelOrder::sbeTemplateId():
      return Decode<sbe::CancelOrder>(command).symbol();
    case sbe::CancelAll::sbeTemplateId():
      return Decode<sbe::CancelAll>(command).symbol();
    case sbe::AmendOrder::sbeTemplateId():
      return Decode<sbe::AmendOrder>(command).symbol();
    case sbe::ReplaceOrder::sbeTemplateId():
      return Decode<sbe::ReplaceOrder>(command).symbol();
    case sbe::CancelReplace::sbeTemplateId():
      return Decode<sbe::CancelReplace>(command).symbol();
    case sbe::CreateSymbol::sbeTemplateId():
      return Decode<sbe::CreateSymbol>(command).symbol();
    case sbe::SetSymbolStatus::sbeTemplateId():
      return Decode<sbe::SetSymbolStatus>(command).symbol();
    case sbe::SetSymbolRules::sbeTemplateId():
      return Decode<sbe::SetSymbolRules>(command).symbol();
    default:
      return 0;
  }
}

}  // namespace

EngineLimits EngineLimits::ForTests() {
  return {.max_accounts = 64,
          .max_assets = 8,
          .max_symbols = 8,
          .max_orders = 4'096,
          .max_account_symbols = 512,
          .max_requests = 16'384,
          .max_sources = 16,
          .prefault = false};
}

std::size_t MatchingEngine::Impl::ArenaBytes(const EngineLimits& engine_limits) {
  return OrderBook::ArenaBytes(engine_limits.max_orders) +
         2 * HashIndex::ArenaBytes(engine_limits.max_orders) +
         SlotPool<Account>::ArenaBytes(engine_limits.max_accounts) +
         HashIndex::ArenaBytes(engine_limits.max_accounts) +
         SlotPool<AccountSymbol>::ArenaBytes(engine_limits.max_account_symbols) +
         HashIndex::ArenaBytes(engine_limits.max_account_symbols) +
         Arena::BytesFor<Asset>(engine_limits.max_assets + 1) +
         Arena::BytesFor<Symbol>(engine_limits.max_symbols + 1) +
         Arena::BytesFor<std::uint32_t>(engine_limits.max_symbols) +
         HashIndex::ArenaBytes(engine_limits.max_symbols) +
         Arena::BytesFor<Source>(engine_limits.max_sources) +
         Ledger::ArenaBytes(engine_limits.max_accounts, engine_limits.max_assets) +
         RequestTable::ArenaBytes(engine_limits.max_requests) +
         Arena::BytesFor<std::uint32_t>(engine_limits.max_orders + 1);
}

MatchingEngine::Impl::Impl(const EngineLimits& engine_limits, EventSink& sink)
    : limits_(engine_limits),
      arena_(ArenaBytes(engine_limits), engine_limits.prefault),
      book_(arena_, engine_limits.max_orders),
      orders_by_id_(arena_, engine_limits.max_orders),
      orders_by_client_id_(arena_, engine_limits.max_orders),
      accounts_(arena_, engine_limits.max_accounts),
      accounts_by_id_(arena_, engine_limits.max_accounts),
      account_symbols_(arena_, engine_limits.max_account_symbols),
      account_symbols_by_key_(arena_, engine_limits.max_account_symbols),
      assets_(arena_.Array<Asset>(engine_limits.max_assets + 1)),
      symbols_(arena_.Array<Symbol>(engine_limits.max_symbols + 1)),
      symbols_by_id_(arena_.Array<std::uint32_t>(engine_limits.max_symbols)),
      symbols_index_(arena_, engine_limits.max_symbols),
      sources_(arena_.Array<Source>(engine_limits.max_sources)),
      ledger_(arena_, engine_limits.max_accounts, engine_limits.max_assets),
      requests_(arena_, engine_limits.max_requests),
      scratch_(arena_.Array<std::uint32_t>(engine_limits.max_orders + 1)),
      events_(sink) {}

void MatchingEngine::Impl::Reset() {
  arena_.Clear();
  book_.Reset();
  accounts_.Reset();
  account_symbols_.Reset();
  ledger_.Reset();
  requests_.Reset();
  asset_count_ = 0;
  symbol_count_ = 0;
  account_count_ = 0;
  source_count_ = 0;
  last_symbol_ = 0;
  digest_ = 0;
  now_ns_ = 0;
  position_ = 0;
}

void MatchingEngine::Impl::Apply(std::int64_t position, std::int64_t timestamp_ns,
                                 std::span<const std::byte> entry) {
  now_ns_ = std::max(now_ns_, timestamp_ns);
  position_ = position;
  EntryReader reader(entry);
  if (!reader.IsEntry()) {
    return;
  }
  std::uint16_t index = 0;
  for (std::size_t count = LookAhead(reader); count != 0; count = LookAhead(reader)) {
    for (std::size_t i = 0; i < count; ++i) {
      ApplyCommand(index++, upcoming_[i]);
    }
  }
}

void MatchingEngine::Impl::NameSymbol(std::span<const std::byte> command) {
  context_.symbol_id = SymbolNamedBy(command);
  symbol_ = FindSymbol(context_.symbol_id);
}

void MatchingEngine::Impl::RejectCommand(RejectReason reason, std::span<const std::byte> command) {
  NameSymbol(command);
  events_.WriteReject(SymbolSequence(), reason, 0, {});
}

void MatchingEngine::Impl::ReadContext(std::span<const std::byte> command) {
  const sbe::CommandHeader header = HeaderOf(command);
  context_.account = header.account();
  context_.origin_session = header.originSession();
  context_.request_id_high = header.requestIdHigh();
  context_.request_id_low = header.requestIdLow();
  context_.received_ns = header.gatewayReceivedNs();
  context_.origin_node = header.originNode();
  context_.template_id = ReadMessageHeader(command).template_id;
  context_.symbol_id = 0;
}

void MatchingEngine::Impl::RefuseMalformed(std::uint16_t index, std::span<const std::byte> command,
                                           ShapeError error) {
  context_ = CommandContext{};
  if (command.size() >= kMessageHeaderBytes + kCommandHeaderBytes) {
    ReadContext(command);
  } else if (command.size() >= kMessageHeaderBytes) {
    context_.template_id = ReadMessageHeader(command).template_id;
  }
  events_.BeginCommand(position_, index, now_ns_, context_);
  events_.WriteReject(0,
                      error == ShapeError::kUnknownTemplate ? RejectReason::UNKNOWN_COMMAND
                                                            : RejectReason::MALFORMED_COMMAND,
                      0, {});
  events_.EndCommand();
}

void MatchingEngine::Impl::ApplyCommand(std::uint16_t index, const Upcoming& upcoming) {
  const std::span<const std::byte> command = upcoming.command;
  const ShapeError shape = CheckShape(command, kCommandShapesById);
  if (shape != ShapeError::kNone) {
    RefuseMalformed(index, command, shape);
    return;
  }
  ReadContext(command);
  outcome_ = Outcome{};
  account_ = 0;
  symbol_ = 0;
  events_.BeginCommand(position_, index, now_ns_, context_);

  const bool has_room = requests_.MakeRoom(now_ns_, kForgetPerCommand);
  if ((context_.request_id_high | context_.request_id_low) == 0) {
    Dispatch(command);
    events_.EndCommand();
    return;
  }
  const auto [known, vacancy] =
      requests_.Find(upcoming.request_hash, context_.account, context_.request_id_high,
                     context_.request_id_low, now_ns_);
  if (known != nullptr && known->template_id == context_.template_id) {
    NameSymbol(command);
    events_.WriteRequestReplayed(SymbolSequence(), *known);
  } else if (known != nullptr) {
    RejectCommand(RejectReason::REQUEST_ID_REUSED, command);
  } else if (!has_room) {
    RejectCommand(RejectReason::REQUEST_TABLE_FULL, command);
  } else {
    // Taken now, while the place in the index is known; filled in with what becomes of the command.
    RequestResult& result = requests_.Remember(upcoming.request_hash, vacancy, now_ns_);
    outcome_.reason = Dispatch(command);
    RememberOutcome(index, result);
  }
  events_.EndCommand();
}

void MatchingEngine::Impl::RememberOutcome(std::uint16_t index, RequestResult& result) const {
  result.request_id_high = context_.request_id_high;
  result.request_id_low = context_.request_id_low;
  result.account = context_.account;
  result.position = position_;
  result.order_id = outcome_.order_id;
  result.cumulative_lots = outcome_.cumulative_lots;
  result.cumulative_quote = outcome_.cumulative_quote;
  result.command_index = index;
  result.template_id = context_.template_id;
  result.reason = static_cast<std::uint16_t>(outcome_.reason);
  result.order_status = outcome_.order_status;
  static_assert(RejectReason::NO_OPEN_ORDERS <= UINT8_MAX);
  result.cancel_reason = static_cast<std::uint8_t>(outcome_.cancel_reason);
  result.reserved2 = 0;
}

RejectReason MatchingEngine::Impl::Dispatch(std::span<const std::byte> command) {
  switch (context_.template_id) {
    case sbe::NewOrder::sbeTemplateId():
      return NewOrder(command);
    case sbe::CancelOrder::sbeTemplateId():
      return CancelOrder(command);
    case sbe::CancelAll::sbeTemplateId():
      return CancelAll(command);
    case sbe::AmendOrder::sbeTemplateId():
      return AmendOrder(command);
    case sbe::ReplaceOrder::sbeTemplateId():
      return ReplaceOrder(command);
    case sbe::CancelReplace::sbeTemplateId():
      return CancelReplace(command);
    case sbe::Tick::sbeTemplateId():
      static_cast<void>(requests_.MakeRoom(now_ns_, kForgetPerTick));
      return RejectReason::NONE;
    default:
      return DispatchAdmin(command);
  }
}

MatchingEngine::MatchingEngine(const EngineLimits& engine_limits, EventSink& sink)
    : impl_(std::make_unique<Impl>(engine_limits, sink)) {}

MatchingEngine::~MatchingEngine() = default;

Status MatchingEngine::LoadSnapshot(SnapshotReader& reader) { return impl_->LoadSnapshot(reader); }

void MatchingEngine::Apply(std::int64_t position, std::int64_t timestamp_ns,
                           std::span<const std::byte> entry) {
  impl_->Apply(position, timestamp_ns, entry);
}

void MatchingEngine::OnLeadership(std::int64_t term, std::int32_t /*leader*/) {
  impl_->OnLeadership(term);
}

bool MatchingEngine::WriteSnapshot(SnapshotWriter& writer) const {
  return impl_->WriteSnapshot(writer);
}

std::uint64_t MatchingEngine::Digest() const { return impl_->Digest(); }

std::int64_t MatchingEngine::NextDeadlineNs() const { return impl_->NextDeadlineNs(); }

void MatchingEngine::Query(std::span<const std::byte> query) const { impl_->Query(query); }

Status MatchingEngine::Audit() const { return impl_->Audit(); }

}  // namespace lockstep
