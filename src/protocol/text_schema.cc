#include "protocol/text_schema.h"

#include <cctype>

#include "lockstep_sbe/AccountDefinition.h"
#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/BalanceRow.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/BookUpdate.h"
#include "lockstep_sbe/CancelAllReport.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/LeadershipTerm.h"
#include "lockstep_sbe/Query.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/RequestReplayed.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/commands.h"

namespace lockstep::text {
namespace {

// The generated c_str throws for what is no value; the enums of this schema have no gaps, so the
// last value bounds them.
template <class Enum, typename Enum::Value kLast>
std::string NameOf(std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(kLast)) {
    return {};
  }
  std::string name = Enum::c_str(static_cast<typename Enum::Value>(value));
  for (char& c : name) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

constexpr EnumName kSideName = NameOf<sbe::Side, sbe::Side::SELL>;
constexpr EnumName kTypeName = NameOf<sbe::OrderType, sbe::OrderType::LIMIT_MAKER>;
constexpr EnumName kTimeInForceName = NameOf<sbe::TimeInForce, sbe::TimeInForce::FOK>;
constexpr EnumName kStpName = NameOf<sbe::SelfTradePrevention, sbe::SelfTradePrevention::DECREMENT>;
constexpr EnumName kStatusName = NameOf<sbe::OrderStatus, sbe::OrderStatus::REJECTED>;
constexpr EnumName kExecName = NameOf<sbe::ExecType, sbe::ExecType::STATUS>;
constexpr EnumName kEndName = NameOf<sbe::EndReason, sbe::EndReason::DISCONNECT>;
constexpr EnumName kLiquidityName = NameOf<sbe::Liquidity, sbe::Liquidity::TAKER>;
constexpr EnumName kActionName = NameOf<sbe::BookAction, sbe::BookAction::MOVE>;
constexpr EnumName kTradingName = NameOf<sbe::TradingStatus, sbe::TradingStatus::CLOSED>;
constexpr EnumName kAccountName = NameOf<sbe::AccountStatus, sbe::AccountStatus::DISABLED>;
constexpr EnumName kModeName =
    NameOf<sbe::CancelReplaceMode, sbe::CancelReplaceMode::ALLOW_FAILURE>;
constexpr EnumName kReasonName = NameOf<sbe::RejectReason, sbe::RejectReason::NO_OPEN_ORDERS>;

// Template ids by name, where the keys of commands are read and reports print them.
std::string TemplateName(std::uint64_t value) {
  const MessageText* message =
      value <= UINT16_MAX ? FindByTemplate(static_cast<std::uint16_t>(value)) : nullptr;
  return message == nullptr ? std::string() : std::string(message->word);
}

using enum FieldKind;

#define AT(Message, field) sbe::Message::field##EncodingOffset()

constexpr Field kCommandHeader[] = {
    {"request", AT(CommandHeader, requestIdHigh), kRequestId},
    {"session", AT(CommandHeader, originSession), kUint64},
    {"node", AT(CommandHeader, originNode), kUint16},
    {"received", AT(CommandHeader, gatewayReceivedNs), kInt64},
    {"flags", AT(CommandHeader, flags), kUint16},
};

constexpr Field kEventHeader[] = {
    {"symseq", AT(EventHeader, symbolSequence), kUint64},
    {"position", AT(EventHeader, position), kInt64},
    {"command_index", AT(EventHeader, commandIndex), kUint16},
    {"index", AT(EventHeader, eventIndex), kUint32},
    {"flags", AT(EventHeader, flags), kUint16},
    {"time", AT(EventHeader, timestampNs), kInt64},
};

constexpr std::size_t kReply = sbe::EventHeader::encodedLength();
constexpr Field kReplyHeader[] = {
    {"seq", kReply + AT(ReplyHeader, privateSequence), kUint64},
    {"request", kReply + AT(ReplyHeader, requestIdHigh), kRequestId},
    {"session", kReply + AT(ReplyHeader, originSession), kUint64},
    {"node", kReply + AT(ReplyHeader, originNode), kUint16},
    {"symseq", AT(EventHeader, symbolSequence), kUint64},
    {"position", AT(EventHeader, position), kInt64},
    {"command_index", AT(EventHeader, commandIndex), kUint16},
    {"index", AT(EventHeader, eventIndex), kUint32},
    {"flags", AT(EventHeader, flags), kUint16},
    {"time", AT(EventHeader, timestampNs), kInt64},
    {"received", kReply + AT(ReplyHeader, receivedNs), kInt64},
    {"matched", kReply + AT(ReplyHeader, matchedNs), kInt64},
    {"sent", kReply + AT(ReplyHeader, sentNs), kInt64},
};

constexpr Field kFilters[] = {
    {"min_price", AT(SymbolFilters, minPrice), kInt64},
    {"max_price", AT(SymbolFilters, maxPrice), kInt64},
    {"tick", AT(SymbolFilters, tickMultiple), kInt64},
    {"min_qty", AT(SymbolFilters, minQuantity), kInt64},
    {"max_qty", AT(SymbolFilters, maxQuantity), kInt64},
    {"lot", AT(SymbolFilters, lotMultiple), kInt64},
    {"min_notional", AT(SymbolFilters, minNotional), kInt64},
    {"max_notional", AT(SymbolFilters, maxNotional), kInt64},
    {"bid_up", AT(SymbolFilters, bidMultiplierUpPpm), kUint32},
    {"bid_down", AT(SymbolFilters, bidMultiplierDownPpm), kUint32},
    {"ask_up", AT(SymbolFilters, askMultiplierUpPpm), kUint32},
    {"ask_down", AT(SymbolFilters, askMultiplierDownPpm), kUint32},
    {"max_open", AT(SymbolFilters, maxOpenOrders), kUint32},
};

constexpr Field kByAccount = {"account", AT(CommandHeader, account), kUint64};
constexpr Field kOfAccount = {"account", AT(EventHeader, account), kUint64};
constexpr Field kOfSymbol = {"symbol", AT(EventHeader, symbol), kUint32};

// ---- commands ----

constexpr Field kNewOrder[] = {
    kByAccount,
    {"symbol", AT(NewOrder, symbol), kUint32},
    {"side", AT(NewOrder, side), kUint8, kSideName, true},
    {"type", AT(NewOrder, orderType), kUint8, kTypeName, true},
    {"price", AT(NewOrder, price), kInt64},
    {"qty", AT(NewOrder, quantity), kInt64},
    {"quote", AT(NewOrder, quoteQuantity), kInt64},
    {"tif", AT(NewOrder, timeInForce), kUint8, kTimeInForceName, true},
    {"stp", AT(NewOrder, selfTradePrevention), kUint8, kStpName},
};
constexpr Field kCancelOrder[] = {
    kByAccount,
    {"symbol", AT(CancelOrder, symbol), kUint32},
    {"order", AT(CancelOrder, orderId), kUint64},
};
constexpr Field kCancelAll[] = {
    kByAccount,
    {"symbol", AT(CancelAll, symbol), kUint32},
    {"reason", AT(CancelAll, reason), kUint8, kEndName},
};
constexpr Field kAmendOrder[] = {
    kByAccount,
    {"symbol", AT(AmendOrder, symbol), kUint32},
    {"order", AT(AmendOrder, orderId), kUint64},
    {"qty", AT(AmendOrder, newQuantity), kInt64},
};
constexpr Field kReplaceOrder[] = {
    kByAccount,
    {"symbol", AT(ReplaceOrder, symbol), kUint32},
    {"order", AT(ReplaceOrder, orderId), kUint64},
    {"price", AT(ReplaceOrder, newPrice), kInt64},
    {"qty", AT(ReplaceOrder, newQuantity), kInt64},
};
constexpr Field kCancelReplace[] = {
    kByAccount,
    {"symbol", AT(CancelReplace, symbol), kUint32},
    {"order", AT(CancelReplace, cancelOrderId), kUint64},
    {"mode", AT(CancelReplace, mode), kUint8, kModeName, true},
    {"side", AT(CancelReplace, side), kUint8, kSideName, true},
    {"type", AT(CancelReplace, orderType), kUint8, kTypeName, true},
    {"price", AT(CancelReplace, price), kInt64},
    {"qty", AT(CancelReplace, quantity), kInt64},
    {"quote", AT(CancelReplace, quoteQuantity), kInt64},
    {"tif", AT(CancelReplace, timeInForce), kUint8, kTimeInForceName, true},
    {"stp", AT(CancelReplace, selfTradePrevention), kUint8, kStpName},
};
constexpr Field kCreateAsset[] = {
    {"asset", AT(CreateAsset, asset), kUint32},
    {"name", AT(CreateAsset, name), kName16},
    {"scale", AT(CreateAsset, scale), kUint8},
    kByAccount,
};
constexpr Field kCreateSymbol[] = {
    {"symbol", AT(CreateSymbol, symbol), kUint32},
    {"name", AT(CreateSymbol, name), kName16},
    {"base", AT(CreateSymbol, baseAsset), kUint32},
    {"quote_asset", AT(CreateSymbol, quoteAsset), kUint32},
    {"price_scale", AT(CreateSymbol, priceScale), kUint8},
    {"qty_scale", AT(CreateSymbol, quantityScale), kUint8},
    {"status", AT(CreateSymbol, status), kUint8, kTradingName, true},
    {"maker_fee", AT(CreateSymbol, makerFeePpm), kInt32},
    {"taker_fee", AT(CreateSymbol, takerFeePpm), kInt32},
    kByAccount,
};
constexpr Field kSetSymbolStatus[] = {
    {"symbol", AT(SetSymbolStatus, symbol), kUint32},
    {"status", AT(SetSymbolStatus, status), kUint8, kTradingName, true},
    kByAccount,
};
constexpr Field kSetSymbolRules[] = {
    {"symbol", AT(SetSymbolRules, symbol), kUint32},
    {"maker_fee", AT(SetSymbolRules, makerFeePpm), kInt32},
    {"taker_fee", AT(SetSymbolRules, takerFeePpm), kInt32},
    kByAccount,
};
constexpr Field kCreateAccount[] = {
    {"target", AT(CreateAccount, newAccount), kUint64},
    kByAccount,
};
constexpr Field kSetAccountStatus[] = {
    {"target", AT(SetAccountStatus, targetAccount), kUint64},
    {"status", AT(SetAccountStatus, status), kUint8, kAccountName, true},
    kByAccount,
};
constexpr Field kDeposit[] = {
    {"target", AT(Deposit, targetAccount), kUint64}, {"asset", AT(Deposit, asset), kUint32},
    {"amount", AT(Deposit, amount), kInt64},         {"source", AT(Deposit, source), kUint64},
    {"number", AT(Deposit, number), kUint64},        kByAccount,
};
static_assert(AT(Deposit, targetAccount) == AT(Withdraw, targetAccount) &&
              AT(Deposit, asset) == AT(Withdraw, asset) &&
              AT(Deposit, amount) == AT(Withdraw, amount) &&
              AT(Deposit, source) == AT(Withdraw, source) &&
              AT(Deposit, number) == AT(Withdraw, number));
constexpr Field kTick[] = {kByAccount};

// ---- events ----

constexpr Field kExecutionReport[] = {
    {"exec", AT(ExecutionReport, execType), kUint8, kExecName, true},
    kOfAccount,
    kOfSymbol,
    {"order", AT(ExecutionReport, orderId), kUint64},
    {"status", AT(ExecutionReport, orderStatus), kUint8, kStatusName},
    {"end", AT(ExecutionReport, endReason), kUint8, kEndName},
    {"side", AT(ExecutionReport, side), kUint8, kSideName, true},
    {"type", AT(ExecutionReport, orderType), kUint8, kTypeName, true},
    {"price", AT(ExecutionReport, price), kInt64},
    {"qty", AT(ExecutionReport, quantity), kInt64},
    {"quote", AT(ExecutionReport, quoteQuantity), kInt64},
    {"tif", AT(ExecutionReport, timeInForce), kUint8, kTimeInForceName, true},
    {"stp", AT(ExecutionReport, selfTradePrevention), kUint8, kStpName},
    {"leaves", AT(ExecutionReport, leavesQuantity), kInt64},
    {"cum", AT(ExecutionReport, cumulativeQuantity), kInt64},
    {"cum_quote", AT(ExecutionReport, cumulativeQuote), kInt64},
    {"prevented", AT(ExecutionReport, preventedQuantity), kInt64},
    {"liquidity", AT(ExecutionReport, liquidity), kUint8, kLiquidityName, true},
    {"trade_id", AT(ExecutionReport, tradeId), kUint64},
    {"counter", AT(ExecutionReport, counterOrderId), kUint64},
    {"last_price", AT(ExecutionReport, lastPrice), kInt64},
    {"last_qty", AT(ExecutionReport, lastQuantity), kInt64},
    {"last_quote", AT(ExecutionReport, lastQuote), kInt64},
    {"fee", AT(ExecutionReport, fee), kInt64},
    {"fee_asset", AT(ExecutionReport, feeAsset), kUint32},
    {"base_free", AT(ExecutionReport, baseFree), kInt64},
    {"base_locked", AT(ExecutionReport, baseLocked), kInt64},
    {"quote_free", AT(ExecutionReport, quoteFree), kInt64},
    {"quote_locked", AT(ExecutionReport, quoteLocked), kInt64},
    {"exec_id", AT(ExecutionReport, executionId), kUint64},
    {"created", AT(ExecutionReport, createdNs), kInt64},
};
constexpr Field kReject[] = {
    {"reason", AT(Reject, reason), kUint16, kReasonName, true},
    {"command", AT(Reject, commandTemplateId), kUint16, TemplateName},
    kOfAccount,
    kOfSymbol,
    {"order", AT(Reject, orderId), kUint64},
};
constexpr Field kTrade[] = {
    kOfSymbol,
    {"trade_id", AT(Trade, tradeId), kUint64},
    {"aggregate", AT(Trade, aggregateTradeId), kUint64},
    {"taker_side", AT(Trade, takerSide), kUint8, kSideName, true},
    {"price", AT(Trade, price), kInt64},
    {"qty", AT(Trade, quantity), kInt64},
    {"maker_order", AT(Trade, makerOrderId), kUint64},
    {"taker_order", AT(Trade, takerOrderId), kUint64},
    {"maker_leaves", AT(Trade, makerLeavesQuantity), kInt64},
    kOfAccount,
};
constexpr Field kBookUpdate[] = {
    {"action", AT(BookUpdate, action), kUint8, kActionName, true},
    kOfSymbol,
    {"order", AT(BookUpdate, orderId), kUint64},
    {"side", AT(BookUpdate, side), kUint8, kSideName, true},
    {"price", AT(BookUpdate, price), kInt64},
    {"qty", AT(BookUpdate, quantity), kInt64},
    {"old_price", AT(BookUpdate, oldPrice), kInt64},
    {"old_qty", AT(BookUpdate, oldQuantity), kInt64},
    kOfAccount,
};
constexpr Field kBalanceUpdate[] = {
    kOfAccount,
    {"asset", AT(BalanceUpdate, asset), kUint32},
    {"change", AT(BalanceUpdate, change), kInt64},
    {"free", AT(BalanceUpdate, free), kInt64},
    {"locked", AT(BalanceUpdate, locked), kInt64},
    {"source", AT(BalanceUpdate, source), kUint64},
    {"number", AT(BalanceUpdate, number), kUint64},
    {"already", AT(BalanceUpdate, alreadyApplied), kUint8},
};
constexpr Field kCancelAllReport[] = {
    kOfAccount,
    kOfSymbol,
    {"count", AT(CancelAllReport, cancelledCount), kUint64},
};
constexpr Field kRequestReplayed[] = {
    {"command", AT(RequestReplayed, commandTemplateId), kUint16, TemplateName},
    kOfAccount,
    kOfSymbol,
    {"reason", AT(RequestReplayed, reason), kUint16, kReasonName},
    {"order", AT(RequestReplayed, orderId), kUint64},
    {"status", AT(RequestReplayed, orderStatus), kUint8, kStatusName},
    {"cum", AT(RequestReplayed, cumulativeQuantity), kInt64},
    {"cum_quote", AT(RequestReplayed, cumulativeQuote), kInt64},
    {"first_position", AT(RequestReplayed, firstPosition), kInt64},
    {"first_index", AT(RequestReplayed, firstCommandIndex), kUint16},
    {"cancel_reason", AT(RequestReplayed, cancelReason), kUint8, kReasonName},
};
constexpr Field kAssetDefinition[] = {
    {"asset", AT(AssetDefinition, asset), kUint32},
    {"name", AT(AssetDefinition, name), kName16},
    {"scale", AT(AssetDefinition, scale), kUint8},
    kOfAccount,
};
constexpr Field kSymbolDefinition[] = {
    {"symbol", AT(SymbolDefinition, symbol), kUint32},
    {"name", AT(SymbolDefinition, name), kName16},
    {"base", AT(SymbolDefinition, baseAsset), kUint32},
    {"quote_asset", AT(SymbolDefinition, quoteAsset), kUint32},
    {"price_scale", AT(SymbolDefinition, priceScale), kUint8},
    {"qty_scale", AT(SymbolDefinition, quantityScale), kUint8},
    {"status", AT(SymbolDefinition, status), kUint8, kTradingName, true},
    {"maker_fee", AT(SymbolDefinition, makerFeePpm), kInt32},
    {"taker_fee", AT(SymbolDefinition, takerFeePpm), kInt32},
    {"event_symbol", AT(EventHeader, symbol), kUint32},
    kOfAccount,
};
constexpr Field kAccountDefinition[] = {
    {"target", AT(AccountDefinition, targetAccount), kUint64},
    {"status", AT(AccountDefinition, status), kUint8, kAccountName, true},
    kOfAccount,
};
constexpr Field kQuery[] = {
    kByAccount,
    {"kind", AT(Query, kind), kUint8},
    {"symbol", AT(Query, symbol), kUint32},
    {"order", AT(Query, orderId), kUint64},
    {"after", AT(Query, afterOrderId), kUint64},
    {"rows", AT(Query, maxRows), kUint32},
};
constexpr Field kBalanceRow[] = {
    kOfAccount,
    {"asset", AT(BalanceRow, asset), kUint32},
    {"free", AT(BalanceRow, free), kInt64},
    {"locked", AT(BalanceRow, locked), kInt64},
};
constexpr Field kQueryEnd[] = {
    kOfAccount,
    kOfSymbol,
    {"kind", AT(QueryEnd, kind), kUint8},
    {"rows", AT(QueryEnd, rows), kUint32},
    {"more", AT(QueryEnd, more), kUint8},
    {"digest", AT(QueryEnd, digest), kUint64},
    {"reason", AT(QueryEnd, reason), kUint16, kReasonName},
};
constexpr Field kEntryHeader[] = {
    {"boot", AT(EntryHeader, bootId), kUint64},
    {"batch", AT(EntryHeader, batchSequence), kUint64},
    {"commands", AT(EntryHeader, commandCount), kUint32},
    {"node", AT(EntryHeader, originNode), kUint16},
};
constexpr Field kLeadershipTerm[] = {
    {"position", AT(LeadershipTerm, position), kInt64},
    {"term", AT(LeadershipTerm, term), kInt64},
    {"ended_tenure", AT(LeadershipTerm, endedTenure), kUint64},
    {"leader", AT(LeadershipTerm, leader), kInt32},
};
constexpr Field kBatchEnd[] = {
    {"position", AT(BatchEnd, position), kInt64},
    {"boot", AT(BatchEnd, bootId), kUint64},
    {"batch", AT(BatchEnd, batchSequence), kUint64},
    {"commands", AT(BatchEnd, commandCount), kUint32},
    {"node", AT(BatchEnd, originNode), kUint16},
    {"replaying", AT(BatchEnd, replaying), kUint8},
    {"time", AT(BatchEnd, timestampNs), kInt64},
    {"matched", AT(BatchEnd, matchedNs), kInt64},
};

constexpr std::string_view kId[] = {"id"};
constexpr std::string_view kOrig[] = {"orig"};
constexpr std::string_view kOrigAndId[] = {"orig", "id"};
constexpr std::string_view kIdAndRequest[] = {"id", "request_client_id"};

template <class Codec>
constexpr MessageText Message(std::string_view word, std::span<const Field> prologue,
                              std::span<const Field> fields,
                              std::span<const std::string_view> data = {},
                              std::size_t filters = 0) {
  return {word,
          ShapeOf<Codec>(static_cast<std::uint8_t>(data.size())),
          static_cast<std::uint16_t>(filters),
          prologue,
          fields,
          data};
}

constexpr MessageText kMessages[] = {
    Message<sbe::NewOrder>("new", kCommandHeader, kNewOrder, kId),
    Message<sbe::CancelOrder>("cancel", kCommandHeader, kCancelOrder, kOrigAndId),
    Message<sbe::CancelAll>("cancel_all", kCommandHeader, kCancelAll),
    Message<sbe::AmendOrder>("amend", kCommandHeader, kAmendOrder, kOrigAndId),
    Message<sbe::ReplaceOrder>("replace", kCommandHeader, kReplaceOrder, kOrig),
    Message<sbe::CancelReplace>("cancel_replace", kCommandHeader, kCancelReplace, kOrigAndId),
    Message<sbe::CreateAsset>("create_asset", kCommandHeader, kCreateAsset),
    Message<sbe::CreateSymbol>("create_symbol", kCommandHeader, kCreateSymbol, {},
                               AT(CreateSymbol, filters)),
    Message<sbe::SetSymbolStatus>("set_symbol_status", kCommandHeader, kSetSymbolStatus),
    Message<sbe::SetSymbolRules>("set_symbol_rules", kCommandHeader, kSetSymbolRules, {},
                                 AT(SetSymbolRules, filters)),
    Message<sbe::CreateAccount>("create_account", kCommandHeader, kCreateAccount),
    Message<sbe::SetAccountStatus>("set_account_status", kCommandHeader, kSetAccountStatus),
    Message<sbe::Deposit>("deposit", kCommandHeader, kDeposit),
    Message<sbe::Withdraw>("withdraw", kCommandHeader, kDeposit),
    Message<sbe::Tick>("tick", kCommandHeader, kTick),
    Message<sbe::EntryHeader>("entry", {}, kEntryHeader),
    Message<sbe::BatchEnd>("batch_end", {}, kBatchEnd),
    Message<sbe::LeadershipTerm>("leadership_term", {}, kLeadershipTerm),
    Message<sbe::ExecutionReport>("report", kReplyHeader, kExecutionReport, kIdAndRequest),
    Message<sbe::Reject>("reject", kReplyHeader, kReject, kId),
    Message<sbe::Trade>("trade", kEventHeader, kTrade),
    Message<sbe::BookUpdate>("book", kEventHeader, kBookUpdate),
    Message<sbe::BalanceUpdate>("balance", kReplyHeader, kBalanceUpdate),
    Message<sbe::CancelAllReport>("canceled_all", kReplyHeader, kCancelAllReport),
    Message<sbe::RequestReplayed>("replayed", kReplyHeader, kRequestReplayed),
    Message<sbe::AssetDefinition>("asset", kReplyHeader, kAssetDefinition),
    Message<sbe::SymbolDefinition>("symbol", kReplyHeader, kSymbolDefinition, {},
                                   AT(SymbolDefinition, filters)),
    Message<sbe::AccountDefinition>("account", kReplyHeader, kAccountDefinition),
    Message<sbe::Query>("query", kCommandHeader, kQuery, kOrig),
    Message<sbe::BalanceRow>("balance_row", kReplyHeader, kBalanceRow),
    Message<sbe::QueryEnd>("query_end", kReplyHeader, kQueryEnd),
};

#undef AT

}  // namespace

const MessageText* FindByTemplate(std::uint16_t template_id) {
  for (const MessageText& message : kMessages) {
    if (message.shape.template_id == template_id) {
      return &message;
    }
  }
  return nullptr;
}

const MessageText* FindByWord(std::string_view word) {
  for (const MessageText& message : kMessages) {
    if (message.word == word) {
      return &message;
    }
  }
  return nullptr;
}

std::span<const Field> FilterFields() { return kFilters; }

}  // namespace lockstep::text
