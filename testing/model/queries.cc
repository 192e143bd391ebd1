// docs/matching.md §9 and §10, and the audit.
#include <algorithm>

#include "lockstep_sbe/Query.h"
#include "protocol/entry.h"
#include "testing/model/model_engine.h"

namespace lockstep::model {

using enum sbe::RejectReason::Value;

namespace {

constexpr Reason kPass = sbe::RejectReason::NONE;
constexpr std::uint32_t kMostRows = 1'000;

enum Kind : std::uint8_t {
  kOrder = 1,
  kOpenOrders = 2,
  kBalances = 3,
  kReference = 4,
  kAccount = 5
};

}  // namespace

std::vector<Message> ModelEngine::Query(std::span<const std::byte> query) {
  auto codec = Decode<sbe::Query>(query);
  sbe::CommandHeader& header = codec.header();
  context_ = {};
  context_.position = position_;
  context_.now_ns = now_ns_;
  context_.template_id = sbe::Query::SBE_TEMPLATE_ID;
  context_.account = header.account();
  const std::uint8_t kind = codec.kind();
  context_.symbol = kind == kOrder || kind == kOpenOrders ? codec.symbol() : 0;
  context_.session = header.originSession();
  context_.node = header.originNode();
  context_.request_high = header.requestIdHigh();
  context_.request_low = header.requestIdLow();
  context_.received_ns = header.gatewayReceivedNs();
  events_.BeginCommand(context_);

  std::uint32_t rows = 0;
  bool more = false;
  Reason reason = kPass;
  const bool of_symbol = kind == kOrder || (kind == kOpenOrders && codec.symbol() != 0);
  Symbol* symbol = FindSymbol(codec.symbol());
  const auto account = accounts_.find(context_.account);
  if (kind != kReference && account == accounts_.end()) {
    reason = UNKNOWN_ACCOUNT;
  } else if (of_symbol && symbol == nullptr) {
    reason = UNKNOWN_SYMBOL;
  }

  const auto report = [&](const Symbol& of, const Order& order) {
    ReportDetails details;
    details.exec_type = sbe::ExecType::STATUS;
    details.status = order.OpenStatus();
    details.leaves = order.leaves;
    details.base = BalanceOf(order.account, of.base_asset);
    details.quote = BalanceOf(order.account, of.quote_asset);
    events_.Report(Place(order.account, of.id), order, details);
    ++rows;
  };

  if (reason == kPass && kind == kOrder) {
    const Named named = LookUp(*symbol, codec.orderId(), codec.getOrigClientOrderIdAsString());
    reason = named.reason;
    if (named.order != nullptr) {
      report(*symbol, *named.order);
    }
  } else if (reason == kPass && kind == kOpenOrders) {
    const bool one = codec.symbol() != 0;
    const std::uint32_t asked = one && codec.maxRows() != 0 ? codec.maxRows() : kMostRows;
    const std::uint64_t after = one ? codec.afterOrderId() : 0;
    for (const auto& [symbol_id, any_symbol] : symbols_) {
      for (const auto& [id, order] : any_symbol.orders) {
        if ((one && symbol_id != codec.symbol()) || order.account != context_.account ||
            id <= after) {
          continue;
        }
        if (rows == std::min(asked, kMostRows)) {
          more = true;
          break;
        }
        report(any_symbol, order);
      }
    }
  } else if (reason == kPass && kind == kBalances) {
    for (const auto& [asset, balance] : account->second.balances) {
      if (balance.free != 0 || balance.locked != 0) {
        events_.BalanceRow(Place(context_.account, 0), asset, balance);
        ++rows;
      }
    }
  } else if (reason == kPass && kind == kReference) {
    for (const auto& [id, asset] : assets_) {
      events_.AssetDefinition(Place(context_.account, 0), id, asset, false);
      ++rows;
    }
    for (const auto& [id, any_symbol] : symbols_) {
      events_.SymbolDefinition(Place(context_.account, id), any_symbol, false);
      ++rows;
    }
  } else if (reason == kPass && kind == kAccount) {
    events_.AccountDefinition(Place(context_.account, 0), context_.account, account->second.status);
    ++rows;
  } else if (reason == kPass) {
    reason = UNKNOWN_COMMAND;
  }
  EventPlace place = AnswerPlace();
  if (account != accounts_.end()) {
    place.private_sequence = account->second.private_sequence;
  }
  events_.QueryEnd(place, kind, rows, more, reason);
  events_.EndCommand();
  return events_.Take();
}

std::vector<Message> ModelEngine::Image() {
  context_ = {};
  context_.position = position_;
  context_.now_ns = now_ns_;
  events_.BeginCommand(context_);
  for (const auto& [id, asset] : assets_) {
    events_.AssetDefinition(Place(0, 0), id, asset, true);
  }
  for (const auto& [id, symbol] : symbols_) {
    events_.SymbolDefinition(Place(0, id), symbol, true);
  }
  for (const auto& [id, symbol] : symbols_) {
    for (const bool bids : {true, false}) {
      for (const std::uint64_t order_id : symbol.InPriority(bids)) {
        const Order& order = symbol.orders.at(order_id);
        events_.Book(Place(0, id),
                     {sbe::BookAction::ADD, order.id, order.side, order.price, order.leaves, 0, 0},
                     true);
      }
    }
  }
  return events_.Take();
}

Status ModelEngine::Audit() const {
  const auto broken = [](const std::string& what) { return Status(StatusCode::kCorruption, what); };
  for (const auto& [asset_id, asset] : assets_) {
    Wide held = asset.fee_account;
    for (const auto& [id, account] : accounts_) {
      const auto balance = account.balances.find(asset_id);
      if (balance == account.balances.end()) {
        continue;
      }
      Wide locks = 0;
      for (const auto& [symbol_id, symbol] : symbols_) {
        for (const auto& [order_id, order] : symbol.orders) {
          const std::uint32_t locked_asset = order.IsBuy() ? symbol.quote_asset : symbol.base_asset;
          if (order.account == id && locked_asset == asset_id) {
            locks += LockPerLot(symbol, order) * order.leaves;
          }
        }
      }
      if (balance->second.free < 0 || balance->second.locked != locks) {
        return broken("balance of account " + std::to_string(id) + " in " + asset.name);
      }
      held += balance->second.free + balance->second.locked;
    }
    if (held != asset.deposits_less_withdrawals) {
      return broken("conservation of " + asset.name);
    }
  }
  for (const auto& [id, symbol] : symbols_) {
    const std::size_t queued = symbol.InPriority(true).size() + symbol.InPriority(false).size();
    if (queued != symbol.orders.size() ||
        (!symbol.bids.empty() && symbol.Crosses(true, symbol.bids.rbegin()->first))) {
      return broken("book of " + symbol.name);
    }
  }
  return Status::Ok();
}

}  // namespace lockstep::model
