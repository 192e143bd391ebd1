// One symbol at run time: its record, what follows from its scales, and the two sides of its book.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/int128.h"
#include "base/limits.h"
#include "engine/price_index.h"
#include "engine/records.h"

namespace lockstep {

// One side of a book: the price index, and the levels as a list from the lowest to the highest
// price. The best level is `highest` of the bids and `lowest` of the asks, always at hand.
struct BookSide {
  PriceIndexRoot index;
  std::uint32_t lowest;
  std::uint32_t highest;
  std::uint32_t level_count;
  std::uint32_t reserved;
};

// The counters of a symbol, each with a key of its own in the digest.
enum class SymbolCounter : std::uint8_t {
  kOrderId = 0,
  kTradeId = 1,
  kAggregateTradeId = 2,
  kExecutionId = 3,
  kSequence = 4,
};
inline constexpr std::size_t kSymbolCounters = 5;

struct Symbol {
  SymbolRecord record;
  std::int64_t base_units_per_lot;
  // Quote units of one lot at one tick, as a fraction; one of the two is 1.
  std::int64_t notional_numerator;
  std::int64_t notional_denominator;
  std::uint64_t counter_keys[kSymbolCounters];
  BookSide bids;
  BookSide asks;

  // What the digest grows by when the counter grows by one.
  [[nodiscard]] std::uint64_t CounterKey(SymbolCounter counter) const {
    return counter_keys[static_cast<std::size_t>(counter)];
  }
  // Slot of the asset that an order of `side` locks.
  [[nodiscard]] std::uint32_t LockedAsset(std::uint8_t side) const {
    return side == kBuy ? record.quote_asset : record.base_asset;
  }

  [[nodiscard]] BookSide& Side(std::uint8_t side) { return side == kBuy ? bids : asks; }
  [[nodiscard]] const BookSide& Side(std::uint8_t side) const { return side == kBuy ? bids : asks; }

  // Slot of the best level that an order of `side` would meet; 0: none. Sides alternate without a
  // pattern, so what depends on one is computed for both and chosen without a branch, here and
  // below.
  [[nodiscard]] std::uint32_t BestOpposite(std::uint8_t side) const {
    const std::uint32_t lowest_ask = asks.lowest;
    const std::uint32_t highest_bid = bids.highest;
    return side == kBuy ? lowest_ask : highest_bid;
  }

  // Whether the scales give whole quote units, so that no rounding ever happens.
  [[nodiscard]] bool IsExact() const { return notional_denominator == 1; }

  // Notional of `lots` at `price_ticks` in quote units. The 128-bit forms, for checks, are exact up
  // to kMaxAmount and stay above it beyond, without overflow; the 64-bit ones require a value that
  // such a check has bounded before.
  [[nodiscard]] Int128 FloorNotional128(std::int64_t price_ticks, std::int64_t lots) const {
    const Int128 product = static_cast<Int128>(price_ticks) * lots;
    return IsExact() ? Scaled(product) : product / notional_denominator;
  }
  [[nodiscard]] Int128 CeilNotional128(std::int64_t price_ticks, std::int64_t lots) const {
    const Int128 product = static_cast<Int128>(price_ticks) * lots;
    return IsExact() ? Scaled(product)
                     : (product + notional_denominator - 1) / notional_denominator;
  }
  // Whether the notional is a whole number and an amount; if so gives it, and nothing of the order
  // needs 128 bits.
  [[nodiscard]] bool ExactNotional(std::int64_t price_ticks, std::int64_t lots,
                                   std::int64_t& notional) const {
    return IsExact() && !__builtin_mul_overflow(price_ticks, lots, &notional) &&
           !__builtin_mul_overflow(notional, notional_numerator, &notional) &&
           notional <= limits::kMaxAmount;
  }
  [[nodiscard]] std::int64_t FloorNotional(std::int64_t price_ticks, std::int64_t lots) const {
    return IsExact() ? price_ticks * lots * notional_numerator
                     : static_cast<std::int64_t>(FloorNotional128(price_ticks, lots));
  }
  [[nodiscard]] std::int64_t CeilNotional(std::int64_t price_ticks, std::int64_t lots) const {
    return IsExact() ? price_ticks * lots * notional_numerator
                     : static_cast<std::int64_t>(CeilNotional128(price_ticks, lots));
  }

  // What an order of `side` locks for `lots` at its limit: quote (rounded up for each lot) or base.
  [[nodiscard]] Int128 Lock128(std::uint8_t side, std::int64_t price_ticks,
                               std::int64_t lots) const {
    if (side == kSell) {
      return static_cast<Int128>(base_units_per_lot) * lots;
    }
    const Int128 unit = CeilNotional128(price_ticks, 1);
    return unit > limits::kMaxAmount ? unit : unit * lots;
  }
  [[nodiscard]] std::int64_t Lock(std::uint8_t side, std::int64_t price_ticks,
                                  std::int64_t lots) const {
    if (!IsExact()) {
      return (side == kSell ? base_units_per_lot : CeilNotional(price_ticks, 1)) * lots;
    }
    const std::int64_t base_units = base_units_per_lot;
    const std::int64_t quote_units = notional_numerator;
    return (side == kSell ? base_units : quote_units) * (side == kSell ? 1 : price_ticks) * lots;
  }

  // The most lots, a multiple of the lot filter, that `budget` quote units pay for at
  // `price_ticks`.
  [[nodiscard]] std::int64_t AffordableLots(std::int64_t budget, std::int64_t price_ticks) const {
    const Int128 lots = static_cast<Int128>(budget) * notional_denominator /
                        (static_cast<Int128>(price_ticks) * notional_numerator);
    const std::int64_t bounded =
        lots < limits::kMaxAmount ? static_cast<std::int64_t>(lots) : limits::kMaxAmount;
    const std::int64_t multiple = record.filters.lot_multiple > 0 ? record.filters.lot_multiple : 1;
    return bounded / multiple * multiple;
  }

  [[nodiscard]] Int128 Scaled(Int128 product) const {
    return product > limits::kMaxAmount ? product : product * notional_numerator;
  }

  // Sets what follows from id and scales. Requires priceScale + quantityScale <= quote scale + 8.
  void Prepare(std::uint8_t base_scale, std::uint8_t quote_scale);
};

}  // namespace lockstep
