// Writes the engine's events into the sink, in the grammar of docs/matching.md §8.
//
// Use: BeginCommand, any number of events, EndCommand (which marks the last). Counters (symbol
// sequence, private sequence, execution id) are the caller's; this class only lays out bytes.
// Threads: the engine's.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/event_sink.h"
#include "engine/ledger.h"
#include "engine/records.h"
#include "engine/request_table.h"
#include "engine/symbol.h"
#include "lockstep_sbe/EndReason.h"
#include "lockstep_sbe/ExecType.h"
#include "lockstep_sbe/OrderStatus.h"

namespace lockstep {

// The part of a command's header that its events repeat.
struct CommandContext {
  std::uint64_t account = 0;
  std::uint64_t origin_session = 0;
  std::uint64_t request_id_high = 0;
  std::uint64_t request_id_low = 0;
  std::int64_t received_ns = 0;
  std::uint16_t origin_node = 0;
  std::uint16_t template_id = 0;
  std::uint32_t symbol_id = 0;  // as the command gives it, known or not
};

// What happened to an order: all of an ExecutionReport that the order itself does not say.
struct OrderReport {
  sbe::ExecType::Value type = sbe::ExecType::NONE;
  sbe::OrderStatus::Value status = sbe::OrderStatus::NONE;
  sbe::EndReason::Value end_reason = sbe::EndReason::NONE;
  std::uint8_t liquidity = 0;
  std::uint32_t fee_asset = 0;  // id
  std::int64_t last_price_ticks = 0;
  std::int64_t last_lots = 0;
  std::int64_t last_quote = 0;
  std::int64_t fee = 0;
  std::uint64_t trade_id = 0;
  std::uint64_t counter_order_id = 0;
  std::int64_t quote_quantity = 0;
  bool ended = false;
  std::string_view request_client_id{};
};

// Whose order it is, and the account's numbers after it.
struct OrderOwner {
  std::uint64_t account;
  std::uint64_t private_sequence;
  std::uint64_t execution_id;
  const Balance* base;
  const Balance* quote;
};

struct TradeInfo {
  std::uint64_t trade_id;
  std::uint64_t aggregate_trade_id;
  std::uint64_t taker_order_id;
  std::uint64_t maker_order_id;
  std::int64_t price_ticks;
  std::int64_t lots;
  std::int64_t maker_leaves_lots;
  std::uint8_t taker_side;
};

class EventWriter {
 public:
  explicit EventWriter(EventSink& sink) : sink_(&sink) {}

  void BeginCommand(std::int64_t position, std::uint16_t command_index, std::int64_t now_ns,
                    const CommandContext& context) {
    position_ = position;
    now_ns_ = now_ns;
    command_index_ = command_index;
    context_ = &context;
    event_index_ = 0;
    flags_ = 0;
    last_event_ = nullptr;
  }
  void EndCommand();
  // Events from here on describe loaded state (flags bit 1) and belong to no command.
  void BeginImage(std::int64_t position, std::int64_t now_ns, const CommandContext& context);

  void WriteExecution(const Symbol& symbol, const Order& order, const OrderOwner& owner,
                      const OrderReport& report);
  void WriteTrade(const Symbol& symbol, const TradeInfo& trade);
  void WriteBookUpdate(const Symbol& symbol, std::uint8_t action, std::uint64_t order_id,
                       std::uint8_t side, std::int64_t price_ticks, std::int64_t lots,
                       std::int64_t old_price_ticks, std::int64_t old_lots);
  // Answers to the command as a whole bear the symbol that it named; `symbol_sequence` is 0 for an
  // unknown one.
  void WriteReject(std::uint64_t symbol_sequence, std::uint16_t reason, std::uint64_t order_id,
                   std::string_view client_id);
  void WriteRequestReplayed(std::uint64_t symbol_sequence, const RequestResult& first);
  void WriteCancelAllReport(std::uint64_t symbol_sequence, std::uint64_t count);
  void WriteBalanceUpdate(std::uint64_t account, std::uint64_t private_sequence,
                          std::uint64_t source, std::uint64_t number, std::uint32_t asset_id,
                          std::int64_t change, const Balance& balance, bool already_applied);
  void WriteAssetDefinition(const Asset& asset);
  void WriteSymbolDefinition(const Symbol& symbol, std::uint32_t base_id, std::uint32_t quote_id);
  void WriteAccountDefinition(std::uint64_t account, std::uint8_t status);
  void WriteBalanceRow(std::uint64_t account, std::uint32_t asset_id, const Balance& balance);
  void WriteQueryEnd(std::uint64_t symbol_sequence, std::uint32_t rows, bool more,
                     std::uint8_t kind, std::uint16_t reason, std::uint64_t private_sequence,
                     std::uint64_t digest);

 private:
  template <class Codec>
  Codec Begin(std::uint64_t account, std::uint32_t symbol_id, std::uint64_t symbol_sequence);
  template <class Codec>
  void FillReply(Codec& codec, std::uint64_t private_sequence, bool own);
  template <class Codec>
  void Commit(Codec& codec);

  EventSink* sink_;
  const CommandContext* context_ = nullptr;  // the caller's, for the command's time
  std::int64_t position_ = 0;
  std::int64_t now_ns_ = 0;
  std::uint32_t event_index_ = 0;
  std::uint16_t command_index_ = 0;
  std::uint16_t flags_ = 0;
  std::byte* last_event_ = nullptr;
};

}  // namespace lockstep
