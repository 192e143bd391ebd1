#include "engine/symbol.h"

#include "engine/hash.h"

namespace lockstep {
namespace {

std::int64_t PowerOfTen(int exponent) {
  std::int64_t power = 1;
  for (int i = 0; i < exponent; ++i) {
    power *= 10;
  }
  return power;
}

}  // namespace

void Symbol::Prepare(std::uint8_t base_scale, std::uint8_t quote_scale) {
  const int exponent = quote_scale - record.price_scale - record.quantity_scale;
  base_units_per_lot = PowerOfTen(base_scale - record.quantity_scale);
  notional_numerator = exponent >= 0 ? PowerOfTen(exponent) : 1;
  notional_denominator = exponent >= 0 ? 1 : PowerOfTen(-exponent);
  for (std::size_t counter = 0; counter < kSymbolCounters; ++counter) {
    counter_keys[counter] = Mix(record.id, counter) | 1;
  }
}

}  // namespace lockstep
