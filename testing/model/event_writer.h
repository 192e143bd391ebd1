// Puts the model's events into the bytes of the schema.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lockstep_sbe/BookAction.h"
#include "lockstep_sbe/EndReason.h"
#include "lockstep_sbe/ExecType.h"
#include "lockstep_sbe/Liquidity.h"
#include "testing/model/state.h"

namespace lockstep::model {

using Message = std::vector<std::byte>;  // one SBE message with its message header
using ExecType = sbe::ExecType::Value;
using EndReason = sbe::EndReason::Value;
using Liquidity = sbe::Liquidity::Value;
using BookAction = sbe::BookAction::Value;

// The command at work: where it stands in the log and who sent it.
struct CommandContext {
  std::int64_t position = 0;
  std::uint16_t command_index = 0;
  std::int64_t now_ns = 0;
  std::uint16_t template_id = 0;
  std::uint64_t account = 0;
  std::uint32_t symbol = 0;     // as it was sent; 0 for commands without one
  std::string client_order_id;  // the one that a Reject carries
  std::uint64_t session = 0;
  std::uint16_t node = 0;
  std::uint64_t request_high = 0;
  std::uint64_t request_low = 0;
  std::int64_t received_ns = 0;
};

// What one event's header says beyond the context.
struct EventPlace {
  std::uint64_t account = 0;
  std::uint32_t symbol = 0;
  std::uint64_t symbol_sequence = 0;
  std::uint64_t private_sequence = 0;
};

// The part of an ExecutionReport that is about this event and not about the order.
struct ReportDetails {
  ExecType exec_type = sbe::ExecType::NONE;
  OrderStatus status = sbe::OrderStatus::NONE;
  EndReason end_reason = sbe::EndReason::NONE;
  std::uint64_t execution_id = 0;
  std::int64_t leaves = 0;
  std::uint64_t trade_id = 0;
  std::uint64_t counter_order_id = 0;
  std::int64_t last_price = 0;
  std::int64_t last_quantity = 0;
  std::int64_t last_quote = 0;
  std::int64_t fee = 0;
  std::uint32_t fee_asset = 0;
  Liquidity liquidity = sbe::Liquidity::NONE;
  Balance base;
  Balance quote;
  std::string request_client_order_id;
};

struct TradeDetails {
  std::uint64_t trade_id = 0;
  std::uint64_t aggregate_trade_id = 0;
  std::uint64_t taker_order_id = 0;
  std::uint64_t maker_order_id = 0;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  std::int64_t maker_leaves = 0;
  Side taker_side = sbe::Side::NONE;
};

struct BookChange {
  BookAction action = sbe::BookAction::NONE;
  std::uint64_t order_id = 0;
  Side side = sbe::Side::NONE;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  std::int64_t old_price = 0;
  std::int64_t old_quantity = 0;
};

struct BalanceChange {
  std::uint32_t asset = 0;
  std::uint64_t source = 0;
  std::uint64_t number = 0;
  std::int64_t change = 0;
  bool already_applied = false;
  Balance after;
};

class EventWriter {
 public:
  // Begins the events of one command; all that follows is about it.
  void BeginCommand(const CommandContext& context);
  // Marks the last event of the command, if it had any.
  void EndCommand();
  // Hands over all events since the last call.
  [[nodiscard]] std::vector<Message> Take();

  void Report(const EventPlace& place, const Order& order, const ReportDetails& details);
  void Reject(const EventPlace& place, Reason reason, std::uint64_t order_id);
  void Trade(const EventPlace& place, const TradeDetails& details);
  void Book(const EventPlace& place, const BookChange& change, bool image);
  void BalanceUpdate(const EventPlace& place, const BalanceChange& change);
  void CancelAllReport(const EventPlace& place, std::uint64_t count);
  void Replayed(const EventPlace& place, const RememberedRequest& request);
  void AssetDefinition(const EventPlace& place, std::uint32_t id, const Asset& asset, bool image);
  void SymbolDefinition(const EventPlace& place, const Symbol& symbol, bool image);
  void AccountDefinition(const EventPlace& place, std::uint64_t id, AccountStatus status);
  void BalanceRow(const EventPlace& place, std::uint32_t asset, const Balance& balance);
  void QueryEnd(const EventPlace& place, std::uint8_t kind, std::uint32_t rows, bool more,
                Reason reason);

 private:
  template <class Codec>
  void Header(Codec& codec, const EventPlace& place, bool image = false);
  template <class Codec>
  void Reply(Codec& codec, const EventPlace& place);
  template <class Codec>
  void Add(const std::byte* bytes, Codec& codec);

  CommandContext context_;
  std::uint32_t next_index_ = 0;
  std::vector<Message> events_;
};

}  // namespace lockstep::model
