// One recorded market day as a sequence of order events, whatever file it came from.
#pragma once

#include <cstdint>

#include "base/status.h"

namespace lockstep {

enum class TapeAction : std::uint8_t {
  kAdd,      // a new order of `quantity`
  kReduce,   // the order loses `quantity` and keeps its place
  kCancel,   // the order is gone
  kExecute,  // `quantity` of the order was executed by a taker
  kChange,   // the order now has `price` and leaves of `quantity`
};

struct TapeEvent {
  std::int64_t timestamp_ns = 0;  // the tape's own clock; only differences mean anything
  TapeAction action = TapeAction::kAdd;
  bool is_buy = false;             // side of the resting order
  bool is_synthetic = false;       // bookkeeping of the tape, not an event of the venue
  std::uint64_t order_id = 0;      // the venue's
  std::int64_t price_ticks = 0;    // in 10^-price_scale
  std::int64_t quantity_lots = 0;  // in 10^-quantity_scale
};

class TapeReader {
 public:
  virtual ~TapeReader() = default;

  // The next event; false at the end. kCorruption names the line that cannot be read.
  [[nodiscard]] virtual Result<bool> Next(TapeEvent& event) = 0;

  [[nodiscard]] virtual std::uint8_t price_scale() const = 0;
  [[nodiscard]] virtual std::uint8_t quantity_scale() const = 0;
  // How much of the file has been read, 0 to 1.
  [[nodiscard]] virtual double Progress() const = 0;
};

}  // namespace lockstep
