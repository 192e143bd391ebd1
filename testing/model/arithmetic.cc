#include "testing/model/arithmetic.h"

#include <algorithm>

namespace lockstep::model {

Wide Multiply(Wide a, Wide b) {
  Wide product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    return kHuge;
  }
  return std::min(product, kHuge);
}

Wide PowerOfTen(int exponent) {
  Wide power = 1;
  for (int i = 0; i < exponent; ++i) {
    power *= 10;
  }
  return power;
}

Notional::Notional(int quote_scale, int price_scale, int quantity_scale) {
  const int exponent = quote_scale - price_scale - quantity_scale;
  if (exponent >= 0) {
    numerator_ = PowerOfTen(exponent);
  } else {
    denominator_ = PowerOfTen(-exponent);
  }
}

Wide Notional::Floor(Wide price_ticks, Wide quantity_lots) const {
  return Multiply(Multiply(price_ticks, quantity_lots), numerator_) / denominator_;
}

Wide Notional::Ceil(Wide price_ticks, Wide quantity_lots) const {
  const Wide whole = Multiply(Multiply(price_ticks, quantity_lots), numerator_);
  return whole / denominator_ + (whole % denominator_ != 0 ? 1 : 0);
}

Wide Notional::MostLots(Wide budget, Wide price_ticks) const {
  return Multiply(budget, denominator_) / Multiply(price_ticks, numerator_);
}

}  // namespace lockstep::model
