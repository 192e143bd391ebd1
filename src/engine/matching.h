// What the matching loop carries along.
#pragma once

#include <cstdint>

#include "engine/records.h"
#include "engine/symbol.h"

namespace lockstep {

// The order at work.
struct Taker {
  std::uint32_t slot;
  Order* order;
  Symbol* symbol;
  std::uint32_t account;  // slot
  std::int64_t budget;    // quote units left, when is_budget
  bool is_budget;         // MARKET by quote quantity
  std::int64_t quote_quantity;
  std::int64_t unit_lock;  // locked for each lot; 0: MARKET, which locks nothing
  bool attached = false;   // already in the indexes: an order that is being replaced
  std::int64_t last_fill_price_ticks = 0;
  bool done = false;  // is_budget: the last fill left too little for another lot
};

// The amounts of one fill.
struct Settlement {
  std::int64_t lots;
  std::int64_t base_units;
  std::int64_t cost;        // quote units that the buyer pays, rounded up
  std::int64_t proceeds;    // quote units that the seller gets before his fee, rounded down
  std::int64_t buyer_fee;   // in base
  std::int64_t seller_fee;  // in quote
};

// Rounded toward zero; a negative fee is a rebate.
inline std::int64_t FeeOf(std::int64_t amount, std::int32_t fee_ppm) {
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(amount, std::int64_t{fee_ppm}, &product)) {
    return product / limits::kPpm;
  }
  return static_cast<std::int64_t>(static_cast<Int128>(amount) * fee_ppm / limits::kPpm);
}

inline Settlement SettlementOf(const Symbol& symbol, std::int64_t price_ticks, std::int64_t lots,
                               bool taker_buys) {
  Settlement s{.lots = lots,
               .base_units = symbol.base_units_per_lot * lots,
               .cost = symbol.CeilNotional(price_ticks, lots),
               .proceeds = symbol.FloorNotional(price_ticks, lots),
               .buyer_fee = 0,
               .seller_fee = 0};
  const SymbolRecord& record = symbol.record;
  s.buyer_fee = FeeOf(s.base_units, taker_buys ? record.taker_fee_ppm : record.maker_fee_ppm);
  s.seller_fee = FeeOf(s.proceeds, taker_buys ? record.maker_fee_ppm : record.taker_fee_ppm);
  return s;
}

}  // namespace lockstep
