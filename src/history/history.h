// What the gateway asks of history: orders, fills, trades and candles, also those that the engine
// has long forgotten.
//
// Implemented by HistoryRecorder. Threads: Ask from any; the question runs on
// history's own thread, on a state that holds everything up to `position` at least (so who has been
// answered finds his order) and is the same during one question. Every question is called, once:
// where `position` cannot be reached (the disk fails, history stops) with what there is, and
// HistoryView::status says so.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/strong_id.h"
#include "lockstep_sbe/EndReason.h"
#include "lockstep_sbe/ExecType.h"
#include "lockstep_sbe/OrderStatus.h"
#include "lockstep_sbe/OrderType.h"
#include "lockstep_sbe/SelfTradePrevention.h"
#include "lockstep_sbe/Side.h"
#include "lockstep_sbe/TimeInForce.h"
#include "protocol/candle.h"

namespace lockstep {

// An order as it stands, open or ended. Numbers in the units of the schema's ExecutionReport.
struct StoredOrder {
  AccountId account;
  SymbolId symbol;
  OrderId order_id;
  std::string client_order_id;         // its own; after an amend, the newest
  std::string cancel_client_order_id;  // the request that cancelled it, if that had one
  sbe::Side::Value side = sbe::Side::NONE;
  sbe::OrderType::Value type = sbe::OrderType::NONE;
  sbe::TimeInForce::Value time_in_force = sbe::TimeInForce::NONE;
  sbe::SelfTradePrevention::Value self_trade_prevention = sbe::SelfTradePrevention::NONE;
  sbe::OrderStatus::Value status = sbe::OrderStatus::NONE;
  sbe::EndReason::Value end_reason = sbe::EndReason::NONE;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  std::int64_t quote_quantity = 0;
  std::int64_t leaves_quantity = 0;
  std::int64_t cumulative_quantity = 0;
  std::int64_t cumulative_quote = 0;
  std::int64_t prevented_quantity = 0;
  std::int64_t created_ns = 0;  // engine time of its entry
  std::int64_t updated_ns = 0;  // of its last event
  bool is_open = false;

  friend bool operator==(const StoredOrder&, const StoredOrder&) = default;
};

// Whether history keeps what a report says as a StoredChange.
[[nodiscard]] constexpr bool IsKeptChange(sbe::ExecType::Value type,
                                          sbe::EndReason::Value end_reason) {
  return type == sbe::ExecType::REPLACED ||
         (type == sbe::ExecType::CANCELED && end_reason != sbe::EndReason::CANCEL);
}

// One side of a trade.
struct StoredFill {
  AccountId account;
  SymbolId symbol;
  OrderId order_id;
  TradeId trade_id;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  std::int64_t quote = 0;  // what this side paid or got, before its fee
  std::int64_t fee = 0;
  AssetId fee_asset;
  bool is_buyer = false;
  bool is_maker = false;
  std::int64_t time_ns = 0;
  std::int64_t position = 0;        // of the log entry that caused it,
  std::uint16_t command_index = 0;  // and the command in it

  friend bool operator==(const StoredFill&, const StoredFill&) = default;
};

// An order as a command left it that came after it: an amend, or a cancel of which the command did
// not name the order alone.
struct StoredChange {
  StoredOrder order;  // cancel_client_order_id: after an amend, the order's name before it if that
                      // has changed
  std::uint64_t execution_id = 0;

  friend bool operator==(const StoredChange&, const StoredChange&) = default;
};

struct StoredTrade {
  TradeId trade_id;
  std::uint64_t aggregate_trade_id = 0;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  std::int64_t time_ns = 0;
  bool taker_is_buyer = false;

  friend bool operator==(const StoredTrade&, const StoredTrade&) = default;
};

struct StoredAggregateTrade {
  std::uint64_t aggregate_trade_id = 0;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  TradeId first_trade_id;
  TradeId last_trade_id;
  std::int64_t time_ns = 0;
  bool taker_is_buyer = false;

  friend bool operator==(const StoredAggregateTrade&, const StoredAggregateTrade&) = default;
};

// Bounds of a question; both ends count. Without a lower bound the newest `limit` rows are meant,
// with one the oldest from there on; answers are ascending either way.
struct HistoryRange {
  std::optional<std::uint64_t> from_id;
  std::optional<std::int64_t> start_ns;
  std::optional<std::int64_t> end_ns;
  std::size_t limit = 500;
};

class HistoryView {
 public:
  virtual ~HistoryView() = default;

  // Why the answers given so far may lack something: kUnavailable when the position asked for has
  // not been reached, kIoError, kCorruption or kUnimplemented when a row could not be read. Look at
  // it last.
  [[nodiscard]] virtual Status status() const = 0;

  [[nodiscard]] virtual std::optional<StoredOrder> Order(AccountId account, SymbolId symbol,
                                                         OrderId order_id) const = 0;
  // The newest of that client order id, open or not.
  [[nodiscard]] virtual std::optional<StoredOrder> OrderByClientId(
      AccountId account, SymbolId symbol, std::string_view client_order_id) const = 0;
  // By order id; time is the order's creation.
  [[nodiscard]] virtual std::vector<StoredOrder> Orders(AccountId account, SymbolId symbol,
                                                        const HistoryRange& range) const = 0;
  // Open ones, by symbol and order id; without a symbol those of all.
  [[nodiscard]] virtual std::vector<StoredOrder> OpenOrders(
      AccountId account, std::optional<SymbolId> symbol) const = 0;
  // By trade id; of one order if that is given. A self-trade has two rows.
  [[nodiscard]] virtual std::vector<StoredFill> Fills(AccountId account, SymbolId symbol,
                                                      std::optional<OrderId> order_id,
                                                      const HistoryRange& range) const = 0;
  // What the command at this place of the log changed, by order id. Kept of amends and
  // replacements, of cancelReplaces and of cancels of many.
  [[nodiscard]] virtual std::vector<StoredChange> Changes(AccountId account, SymbolId symbol,
                                                          std::int64_t position,
                                                          std::uint16_t command_index) const = 0;
  [[nodiscard]] virtual std::vector<StoredTrade> Trades(SymbolId symbol,
                                                        const HistoryRange& range) const = 0;
  [[nodiscard]] virtual std::vector<StoredAggregateTrade> AggregateTrades(
      SymbolId symbol, const HistoryRange& range) const = 0;
  // By time; from_id is not looked at. Intervals without a trade between two that have some are
  // there too, with the close before them and no volume; so is what follows the last trade, up to
  // `now_ns`.
  [[nodiscard]] virtual std::vector<Candle> Candles(SymbolId symbol, CandleInterval interval,
                                                    const HistoryRange& range,
                                                    std::int64_t now_ns) const = 0;
};

class History {
 public:
  virtual ~History() = default;
  virtual void Ask(std::int64_t position, std::function<void(const HistoryView&)> question) = 0;
};

}  // namespace lockstep
