#include "replay/lobster_flow_reader.h"

#include <string_view>

namespace lockstep {
namespace {

bool ParseAction(std::string_view text, TapeAction& action) {
  if (text.size() != 1) {
    return false;
  }
  switch (text[0]) {
    case 'A':
      action = TapeAction::kAdd;
      return true;
    case 'R':
      action = TapeAction::kReduce;
      return true;
    case 'D':
      action = TapeAction::kCancel;
      return true;
    case 'X':
      action = TapeAction::kExecute;
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<bool> LobsterFlowReader::Next(TapeEvent& event) {
  std::string_view line;
  for (;;) {
    const auto more = lines_->Next(line);
    if (!more || !*more) {
      return more;
    }
    const std::string_view timestamp = TakeField(line, ',');
    const std::string_view action = TakeField(line, ',');
    if (action == "H" || action == "T") {
      continue;
    }
    const std::string_view id = TakeField(line, ',');
    const std::string_view side = TakeField(line, ',');
    const std::string_view price = TakeField(line, ',');
    const std::string_view quantity = TakeField(line, ',');
    std::int64_t order_id = 0;
    if (!ParseInteger(timestamp, event.timestamp_ns) || !ParseAction(action, event.action) ||
        !ParseInteger(id, order_id) || (side != "B" && side != "S") ||
        !ParseInteger(price, event.price_ticks) || !ParseInteger(quantity, event.quantity_lots)) {
      return std::unexpected(lines_->LineError("not a line of lobster-flow"));
    }
    event.order_id = static_cast<std::uint64_t>(order_id);
    event.is_buy = side == "B";
    event.is_synthetic = line != "0";
    return true;
  }
}

}  // namespace lockstep
