// Read-only questions: §9 of docs/matching.md.
#include <algorithm>

#include "engine/engine_core.h"
#include "lockstep_sbe/CommandHeader.h"
#include "lockstep_sbe/Query.h"

namespace lockstep {
namespace {

constexpr std::uint8_t kOrder = 1;
constexpr std::uint8_t kOpenOrders = 2;
constexpr std::uint8_t kBalances = 3;
constexpr std::uint8_t kReference = 4;
constexpr std::uint8_t kAccount = 5;
constexpr std::uint32_t kMaxRows = 1'000;
constexpr MessageShape kQueryShape = ShapeOf<sbe::Query>(1);

}  // namespace

void MatchingEngine::Impl::Query(std::span<const std::byte> query) {
  context_ = CommandContext{};
  context_.template_id = sbe::Query::sbeTemplateId();
  if (query.size() < kMessageHeaderBytes ||
      ReadMessageHeader(query).template_id != sbe::Query::sbeTemplateId() ||
      CheckShape(query, kQueryShape) != ShapeError::kNone) {
    events_.BeginCommand(position_, 0, now_ns_, context_);
    events_.WriteQueryEnd(0, 0, false, 0, RejectReason::MALFORMED_COMMAND, 0, 0);
    events_.EndCommand();
    return;
  }
  auto codec = Decode<sbe::Query>(query);
  auto& header = codec.header();
  context_.account = header.account();
  context_.origin_session = header.originSession();
  context_.request_id_high = header.requestIdHigh();
  context_.request_id_low = header.requestIdLow();
  context_.received_ns = header.gatewayReceivedNs();
  context_.origin_node = header.originNode();
  const std::uint8_t kind = codec.kind();
  context_.symbol_id = kind == kOrder || kind == kOpenOrders ? codec.symbol() : 0;
  events_.BeginCommand(position_, 0, now_ns_, context_);

  account_ = FindAccount(context_.account);
  symbol_ = FindSymbol(context_.symbol_id);
  Answer answer;
  if (account_ == 0 && kind != kReference) {
    answer.reason = RejectReason::UNKNOWN_ACCOUNT;
  } else if (symbol_ == 0 && (kind == kOrder || (kind == kOpenOrders && context_.symbol_id != 0))) {
    answer.reason = RejectReason::UNKNOWN_SYMBOL;
  } else if (kind == kOrder) {
    answer = QueryOrder(codec.orderId(), codec.getOrigClientOrderIdAsStringView());
  } else if (kind == kOpenOrders) {
    answer = QueryOpenOrders(symbol_, codec.afterOrderId(), codec.maxRows());
  } else if (kind == kBalances) {
    answer = QueryBalances();
  } else if (kind == kReference) {
    answer = QueryReference();
  } else if (kind == kAccount) {
    events_.WriteAccountDefinition(context_.account, accounts_[account_].status);
    answer.rows = 1;
  } else {
    answer.reason = RejectReason::UNKNOWN_COMMAND;
  }
  events_.WriteQueryEnd(SymbolSequence(), answer.rows, answer.more, kind, answer.reason,
                        account_ == 0 ? 0 : accounts_[account_].private_sequence,
                        kind == kReference ? Digest() : 0);
  events_.EndCommand();
}

void MatchingEngine::Impl::ReportStatus(std::uint32_t slot) {
  const Order& order = book_.orders[slot];
  const AccountSymbol& pair = account_symbols_[order.account_symbol];
  const Symbol& symbol = symbols_[pair.symbol];
  events_.WriteExecution(symbol, order,
                         {.account = context_.account,
                          .private_sequence = 0,
                          .execution_id = 0,
                          .base = &ledger_.Of(pair.account, symbol.record.base_asset),
                          .quote = &ledger_.Of(pair.account, symbol.record.quote_asset)},
                         {.type = ExecType::STATUS, .status = OpenStatus(order)});
}

MatchingEngine::Impl::Answer MatchingEngine::Impl::QueryOrder(std::uint64_t order_id,
                                                              std::string_view client_id) {
  const NamedOrder named =
      FindNamedOrder(FindAccountSymbol(account_, symbol_), symbol_, order_id, client_id);
  if (named.reason != RejectReason::NONE) {
    return {.rows = 0, .more = false, .reason = named.reason};
  }
  ReportStatus(named.slot);
  return {.rows = 1, .more = false, .reason = RejectReason::NONE};
}

MatchingEngine::Impl::Answer MatchingEngine::Impl::QueryOpenOrders(std::uint32_t symbol,
                                                                   std::uint64_t after,
                                                                   std::uint32_t max_rows) {
  const bool all = symbol == 0;
  const std::uint32_t limit = max_rows == 0 || all ? kMaxRows : std::min(max_rows, kMaxRows);
  Answer answer;
  for (std::uint32_t i = 0; i < symbol_count_ && !answer.more; ++i) {
    if (!all && symbols_by_id_[i] != symbol) {
      continue;
    }
    const std::uint32_t pair = FindAccountSymbol(account_, symbols_by_id_[i]);
    for (std::uint32_t slot = pair == 0 ? 0 : account_symbols_[pair].oldest; slot != 0;
         slot = book_.orders[slot].newer) {
      if (!all && book_.orders[slot].id <= after) {
        continue;
      }
      if (answer.rows == limit) {
        answer.more = true;
        break;
      }
      ReportStatus(slot);
      ++answer.rows;
    }
  }
  return answer;
}

// The asset with the next higher id; 0 begins, and ends. Assets are few, so they have no index.
std::uint32_t MatchingEngine::Impl::NextAssetById(std::uint32_t asset) const {
  const std::uint32_t last_id = asset == 0 ? 0 : assets_[asset].id;
  std::uint32_t next = 0;
  for (std::uint32_t slot = 1; slot <= asset_count_; ++slot) {
    if (assets_[slot].id > last_id && (next == 0 || assets_[slot].id < assets_[next].id)) {
      next = slot;
    }
  }
  return next;
}

MatchingEngine::Impl::Answer MatchingEngine::Impl::QueryBalances() {
  Answer answer;
  for (std::uint32_t asset = NextAssetById(0); asset != 0; asset = NextAssetById(asset)) {
    const Balance& balance = ledger_.Of(account_, asset);
    if ((balance.free | balance.locked) != 0) {
      events_.WriteBalanceRow(context_.account, assets_[asset].id, balance);
      ++answer.rows;
    }
  }
  return answer;
}

MatchingEngine::Impl::Answer MatchingEngine::Impl::QueryReference() {
  WriteDefinitions();
  return {.rows = asset_count_ + symbol_count_, .more = false, .reason = RejectReason::NONE};
}

void MatchingEngine::Impl::WriteDefinitions() {
  for (std::uint32_t asset = NextAssetById(0); asset != 0; asset = NextAssetById(asset)) {
    events_.WriteAssetDefinition(assets_[asset]);
  }
  for (std::uint32_t i = 0; i < symbol_count_; ++i) {
    const Symbol& symbol = symbols_[symbols_by_id_[i]];
    events_.WriteSymbolDefinition(symbol, assets_[symbol.record.base_asset].id,
                                  assets_[symbol.record.quote_asset].id);
  }
}

}  // namespace lockstep
