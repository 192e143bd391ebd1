// The numbers of docs/matching.md §2, in 128 bits. Products that would not fit stop at kHuge, which
// is above every limit.
#pragma once

#include <cstdint>

namespace lockstep::model {

__extension__ typedef __int128 Wide;

inline constexpr Wide kHuge = Wide{1} << 126;

// Requires a, b >= 0.
[[nodiscard]] Wide Multiply(Wide a, Wide b);

// 10^exponent, exponent 0 to 16.
[[nodiscard]] Wide PowerOfTen(int exponent);

// exact(price, quantity) of one symbol: price × quantity × numerator / denominator, in units of the
// quote asset.
class Notional {
 public:
  Notional() = default;
  Notional(int quote_scale, int price_scale, int quantity_scale);

  [[nodiscard]] Wide Floor(Wide price_ticks, Wide quantity_lots) const;
  [[nodiscard]] Wide Ceil(Wide price_ticks, Wide quantity_lots) const;

  // The most lots whose exact notional is not above `budget`. Requires price_ticks > 0.
  [[nodiscard]] Wide MostLots(Wide budget, Wide price_ticks) const;

 private:
  Wide numerator_ = 1;
  Wide denominator_ = 1;
};

}  // namespace lockstep::model
