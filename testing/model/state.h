// The state of docs/matching.md §1, as plain containers.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lockstep_sbe/AccountStatus.h"
#include "lockstep_sbe/OrderStatus.h"
#include "lockstep_sbe/OrderType.h"
#include "lockstep_sbe/RejectReason.h"
#include "lockstep_sbe/SelfTradePrevention.h"
#include "lockstep_sbe/Side.h"
#include "lockstep_sbe/TimeInForce.h"
#include "lockstep_sbe/TradingStatus.h"
#include "testing/model/arithmetic.h"

namespace lockstep::model {

using Side = sbe::Side::Value;
using OrderType = sbe::OrderType::Value;
using TimeInForce = sbe::TimeInForce::Value;
using StpMode = sbe::SelfTradePrevention::Value;
using OrderStatus = sbe::OrderStatus::Value;
using TradingStatus = sbe::TradingStatus::Value;
using AccountStatus = sbe::AccountStatus::Value;
using Reason = sbe::RejectReason::Value;

struct Asset {
  std::string name;
  int scale = 0;
  Wide fee_account = 0;
  Wide deposits_less_withdrawals = 0;
};

struct Filters {
  std::int64_t min_price = 0;
  std::int64_t max_price = 0;
  std::int64_t tick_multiple = 0;
  std::int64_t min_quantity = 0;
  std::int64_t max_quantity = 0;
  std::int64_t lot_multiple = 0;
  std::int64_t min_notional = 0;
  std::int64_t max_notional = 0;
  std::uint32_t bid_up_ppm = 0;
  std::uint32_t bid_down_ppm = 0;
  std::uint32_t ask_up_ppm = 0;
  std::uint32_t ask_down_ppm = 0;
  std::uint32_t max_open_orders = 0;
};

// What NewOrder and the second half of CancelReplace ask for. The enums hold whatever byte was
// sent.
struct OrderRequest {
  std::uint32_t symbol = 0;
  Side side = sbe::Side::NONE;
  OrderType type = sbe::OrderType::NONE;
  TimeInForce time_in_force = sbe::TimeInForce::NONE;
  StpMode stp = sbe::SelfTradePrevention::NONE;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  std::int64_t quote_quantity = 0;
  std::string client_order_id;
};

struct Order : OrderRequest {
  std::uint64_t id = 0;
  std::uint64_t account = 0;
  std::int64_t leaves = 0;
  Wide budget = 0;  // what is left of quote_quantity
  std::int64_t cumulative_quantity = 0;
  std::int64_t cumulative_quote = 0;
  std::int64_t prevented = 0;
  std::int64_t created_ns = 0;
  OrderStatus status = sbe::OrderStatus::NEW;

  [[nodiscard]] bool IsBuy() const { return side == sbe::Side::BUY; }
  [[nodiscard]] bool IsMarket() const { return type == sbe::OrderType::MARKET; }
  [[nodiscard]] bool HasBudget() const { return IsMarket() && quote_quantity > 0; }
  [[nodiscard]] bool MayRest() const {
    return type == sbe::OrderType::LIMIT_MAKER ||
           (type == sbe::OrderType::LIMIT && time_in_force == sbe::TimeInForce::GTC);
  }
  [[nodiscard]] OrderStatus OpenStatus() const {
    return cumulative_quantity > 0 ? sbe::OrderStatus::PARTIALLY_FILLED : sbe::OrderStatus::NEW;
  }
};

using Queue = std::list<std::uint64_t>;  // order ids, oldest first

struct Symbol {
  std::uint32_t id = 0;
  std::string name;
  std::uint32_t base_asset = 0;
  std::uint32_t quote_asset = 0;
  int price_scale = 0;
  int quantity_scale = 0;
  std::int32_t maker_fee_ppm = 0;
  std::int32_t taker_fee_ppm = 0;
  TradingStatus status = sbe::TradingStatus::NONE;
  Filters filters;

  Notional notional;
  Wide base_units_per_lot = 1;

  std::uint64_t last_order_id = 0;
  std::uint64_t last_trade_id = 0;
  std::uint64_t last_aggregate_trade_id = 0;
  std::uint64_t last_execution_id = 0;
  std::uint64_t sequence = 0;
  std::int64_t last_trade_price = 0;

  std::map<std::uint64_t, Order> orders;  // open ones
  std::map<std::int64_t, Queue> bids;     // best: the last
  std::map<std::int64_t, Queue> asks;     // best: the first

  [[nodiscard]] std::map<std::int64_t, Queue>& Book(bool buy) { return buy ? bids : asks; }

  // Ids of the resting orders of one side in the order in which a taker meets them.
  [[nodiscard]] std::vector<std::uint64_t> InPriority(bool buy) const {
    std::vector<std::uint64_t> ids;
    if (buy) {
      for (auto level = bids.rbegin(); level != bids.rend(); ++level) {
        ids.insert(ids.end(), level->second.begin(), level->second.end());
      }
    } else {
      for (const auto& [price, queue] : asks) {
        ids.insert(ids.end(), queue.begin(), queue.end());
      }
    }
    return ids;
  }

  // Whether an order of this side and price would meet a resting one.
  [[nodiscard]] bool Crosses(bool buy, std::int64_t price) const {
    return buy ? !asks.empty() && asks.begin()->first <= price
               : !bids.empty() && bids.rbegin()->first >= price;
  }
};

struct Balance {
  Wide free = 0;
  Wide locked = 0;
};

struct Account {
  AccountStatus status = sbe::AccountStatus::ACTIVE;
  std::uint64_t private_sequence = 0;
  std::map<std::uint32_t, Balance> balances;  // by asset
};

// How a command ended, as a repeated request is told.
struct Outcome {
  Reason reason = sbe::RejectReason::NONE;
  std::uint64_t order_id = 0;
  OrderStatus status = sbe::OrderStatus::NONE;
  std::int64_t cumulative_quantity = 0;
  std::int64_t cumulative_quote = 0;
  Reason cancel_reason = sbe::RejectReason::NONE;  // why a CancelReplace cancelled nothing
};

struct RememberedRequest {
  std::int64_t at_ns = 0;
  std::int64_t position = 0;
  std::uint16_t command_index = 0;
  std::uint16_t template_id = 0;
  Outcome outcome;
};

// (account, request id high, request id low)
struct RequestKey {
  std::uint64_t account = 0;
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend auto operator<=>(const RequestKey&, const RequestKey&) = default;
};

}  // namespace lockstep::model
