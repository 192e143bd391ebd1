// What became of one command, gathered from its events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "history/history.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/RejectReason.h"

namespace lockstep {

// The order as a report leaves it, and the fill that a TRADE report tells of.
[[nodiscard]] StoredOrder OrderOf(sbe::ExecutionReport& report);
[[nodiscard]] StoredFill FillOf(sbe::ExecutionReport& report);

struct Replayed {
  std::int64_t first_position = 0;
  std::uint16_t first_command_index = 0;
  std::uint16_t command_template_id = 0;
  OrderId order_id;
  std::int64_t cumulative_quantity = 0;
  std::int64_t cumulative_quote = 0;
  sbe::RejectReason::Value reason = sbe::RejectReason::NONE;
  sbe::OrderStatus::Value status = sbe::OrderStatus::NONE;
  sbe::RejectReason::Value cancel_reason = sbe::RejectReason::NONE;  // of a cancelReplace
};

struct CommandOutcome {
  std::optional<StoredOrder> placed;
  std::vector<StoredFill> fills;  // of `placed`
  std::vector<StoredOrder> cancelled;
  std::optional<StoredOrder> amended;
  std::uint64_t execution_id = 0;  // of the amend
  std::vector<sbe::RejectReason::Value> rejects;
  std::optional<Replayed> replayed;

  // Takes in one private event of the command, in order.
  void Add(std::uint16_t template_id, std::span<const std::byte> message);
  [[nodiscard]] bool WasRejected() const { return !rejects.empty(); }

 private:
  void AddReport(sbe::ExecutionReport& report);
};

}  // namespace lockstep
