// Reads bitstamp-l3, in either form that is around:
//   CSV   id,timestamp,exchange.timestamp,price,volume,action,direction   price in dollars, volume
//   in satoshi, times in ms log   <ms> order_created|order_changed|order_deleted {"price":
//   "236.47", "amount": "2.0", …, "id": 1, "order_type": 0}
// Lines of the log about trades and book snapshots are left out. order_type 0 or direction bid:
// buy.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "replay/line_reader.h"
#include "replay/tape.h"

namespace lockstep {

class BitstampReader final : public TapeReader {
 public:
  explicit BitstampReader(std::unique_ptr<LineReader> lines) : lines_(std::move(lines)) {}

  [[nodiscard]] Result<bool> Next(TapeEvent& event) override;
  [[nodiscard]] std::uint8_t price_scale() const override { return 2; }
  [[nodiscard]] std::uint8_t quantity_scale() const override { return 8; }
  [[nodiscard]] double Progress() const override { return lines_->Progress(); }

 private:
  enum class LineKind : std::uint8_t { kEvent, kOther, kBad };
  static LineKind ParseCsv(std::string_view line, TapeEvent& event);
  static LineKind ParseLog(std::string_view line, TapeEvent& event);

  std::unique_ptr<LineReader> lines_;
};

}  // namespace lockstep
