// Drives a tape through a replay: pacing, progress and the report.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/status.h"
#include "replay/order_line.h"
#include "replay/reference_data.h"
#include "replay/tape.h"

namespace lockstep {

// Where a tape's orders go: two connections and one symbol, whose prices and quantities are the
// tape's times these factors.
struct ReplayMarket {
  OrderLine* maker = nullptr;
  OrderLine* taker = nullptr;
  std::uint32_t symbol = 0;
  std::int64_t price_factor = 1;
  std::int64_t quantity_factor = 1;
};

struct ReplayReport {
  std::uint64_t rows = 0;
  std::uint64_t commands = 0;  // order commands sent, on both connections
  std::uint64_t trades = 0;
  // Of the tape's executions, those that name an order which the tape itself had shown before; and
  // in how many of them the exchange chose the same maker. `queued`: the same where two or more
  // orders stood at that price.
  std::uint64_t known = 0;
  std::uint64_t known_match = 0;
  std::uint64_t queued = 0;
  std::uint64_t queued_match = 0;
  std::uint64_t levels_reentered = 0;  // after the exchange chose another maker
  std::uint64_t already_filled =
      0;  // changes and cancels of orders that the exchange had executed before
  std::uint64_t unknown_orders = 0;  // changes and cancels of orders older than the tape
  std::uint64_t unexpected_rejects = 0;
  std::string first_reject;  // in words; empty: none
  double seconds = 0;
  std::int64_t position = 0;  // of the log, at the end
  std::uint64_t digest = 0;   // of the exchange's state at `position`

  [[nodiscard]] std::string ToJson() const;
  [[nodiscard]] std::string ToText() const;
};

// What one format makes of its events.
class Replay {
 public:
  virtual ~Replay() = default;

  [[nodiscard]] virtual Status OnEvent(const TapeEvent& event) = 0;
  // The tape is at its end: waits for what is outstanding.
  [[nodiscard]] virtual Status Finish() = 0;
  // Fills in what the replay counts.
  virtual void Report(ReplayReport& report) const = 0;
};

struct ReplayOptions {
  double speed = 0;  // multiple of the tape's own time; 0: as fast as the exchange takes it
  std::uint64_t max_rows = 0;  // 0: all
  // Called now and then with the tape's progress (0 to 1) and rows so far.
  std::function<void(double, std::uint64_t)> on_progress = nullptr;
};

// Everything in the report but position and digest.
[[nodiscard]] Result<ReplayReport> RunReplay(TapeReader& tape, Replay& replay,
                                             const ReplayMarket& market,
                                             const ReplayOptions& options);

}  // namespace lockstep
