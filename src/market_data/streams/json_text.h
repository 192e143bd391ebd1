// JSON text as Binance writes it, appended to a string that is used again: numbers in decimal
// strings of eight places, ids and times as integers. Threads: any, each with its own string.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/int128.h"
#include "market_data/depth_fold.h"

namespace lockstep {

void AppendInteger(std::string& out, std::int64_t value);
void AppendInteger(std::string& out, std::uint64_t value);

inline void AppendMs(std::string& out, std::int64_t time_ns) {
  AppendInteger(out, time_ns / 1'000'000);
}
inline void AppendUs(std::string& out, std::int64_t time_ns) {
  AppendInteger(out, time_ns / 1'000);
}
inline void AppendBool(std::string& out, bool value) { out += value ? "true" : "false"; }

// "1.50000000" in its quotes, for `units` of 10^-scale; places beyond the eighth are cut off. scale
// is 0 to 2 × limits::kMaxScale.
void AppendWideDecimal(std::string& out, Int128 units, int scale);

// Thousandths, as "-0.740" in its quotes.
void AppendThousandths(std::string& out, std::int64_t value);

// `text` with what JSON demands to be escaped, without quotes. Printable ASCII only.
[[nodiscard]] std::string JsonEscaped(std::string_view text);

// How one symbol's numbers are written.
class SymbolText {
 public:
  SymbolText() = default;
  SymbolText(std::string_view name, int price_scale, int quantity_scale)
      : name_(JsonEscaped(name)), price_scale_(price_scale), quantity_scale_(quantity_scale) {}

  [[nodiscard]] int price_scale() const { return price_scale_; }
  [[nodiscard]] int quantity_scale() const { return quantity_scale_; }

  // Each in its quotes.
  void AppendName(std::string& out) const;
  void AppendPrice(std::string& out, std::int64_t price_ticks) const;
  void AppendQuantity(std::string& out, std::int64_t quantity_lots) const;
  // In units of price × quantity, as Candle's quote volumes.
  void AppendQuote(std::string& out, Int128 quote) const;

  // ["price","quantity"]
  void AppendLevel(std::string& out, std::int64_t price_ticks, std::int64_t quantity_lots) const;
  // [[…],…] of the levels of `side`; they need not lie together.
  void AppendChanges(std::string& out, std::span<const DepthFold::Change> changes,
                     BookSide side) const;
  // [[…],…] of the best `limit` levels.
  void AppendBest(std::string& out, const PriceLevels<DepthLevel>& levels, std::size_t limit) const;

 private:
  std::string name_;
  int price_scale_ = 0;
  int quantity_scale_ = 0;
};

}  // namespace lockstep
