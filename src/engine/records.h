// The records that the engine's pools hold. Fixed layout, linked by slot number (0: none), never by
// pointer.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/limits.h"
#include "base/strong_id.h"
#include "engine/node_ref.h"

namespace lockstep {

// Values of the schema's enums, as they stand in commands and records.
inline constexpr std::uint8_t kBuy = 1;
inline constexpr std::uint8_t kSell = 2;
inline constexpr std::uint8_t kLimit = 1;
inline constexpr std::uint8_t kMarket = 2;
inline constexpr std::uint8_t kLimitMaker = 3;
inline constexpr std::uint8_t kGoodTillCancel = 1;
inline constexpr std::uint8_t kImmediateOrCancel = 2;
inline constexpr std::uint8_t kFillOrKill = 3;

// One open order, or the order at work. Two cache lines: matching touches the first, reports the
// second as well.
struct Order {
  std::uint32_t next;            // behind it at its price
  std::uint32_t previous;        // before it at its price
  std::uint32_t level;           // 0: not in the book
  std::uint32_t account_symbol;  // owner and symbol
  std::uint64_t id;
  std::int64_t price_ticks;    // 0: MARKET
  std::int64_t leaves_lots;    // MARKET by quote quantity: minus what it has executed
  std::int64_t quantity_lots;  // total; 0: MARKET by quote quantity
  std::uint32_t older;         // of the same account and symbol
  std::uint32_t newer;
  std::uint8_t side;
  std::uint8_t type;
  std::uint8_t time_in_force;
  std::uint8_t self_trade_prevention;
  std::uint8_t client_id_length;
  std::uint8_t reserved[3];
  // ---- second line ----
  std::int64_t cumulative_quote;
  std::int64_t prevented_lots;
  std::int64_t created_ns;
  char client_id[limits::kMaxClientOrderIdBytes];
  std::uint32_t reserved2;

  [[nodiscard]] std::int64_t CumulativeLots() const {
    return quantity_lots - leaves_lots - prevented_lots;
  }
  [[nodiscard]] std::string_view ClientId() const { return {client_id, client_id_length}; }
};
static_assert(sizeof(Order) == 128);

// All orders at one price of one side.
struct PriceLevel {
  std::uint32_t first;  // oldest order
  std::uint32_t last;
  std::uint32_t lower;  // neighbouring levels of the same side by price
  std::uint32_t higher;
  std::int64_t price_ticks;
  std::int64_t total_lots;
  std::uint32_t order_count;
  NodeRef node;  // of the price index that holds it; none: the root itself
};
static_assert(sizeof(PriceLevel) == 40);

// What one account has on one symbol.
struct AccountSymbol {
  std::uint32_t account;  // slot
  std::uint32_t symbol;   // slot
  std::uint32_t oldest;   // open orders by ascending id
  std::uint32_t newest;
  std::uint32_t open_count;
  std::uint32_t reserved;
};
static_assert(sizeof(AccountSymbol) == 24);

struct Account {
  std::uint64_t id;
  std::uint64_t private_sequence;
  std::uint8_t status;
  std::uint8_t reserved[7];
};
static_assert(sizeof(Account) == 24);

struct Asset {
  char name[16];
  std::uint32_t id;
  std::uint8_t scale;
  std::uint8_t reserved[3];
};
static_assert(sizeof(Asset) == 24);

// 0 switches a filter off. Units as in the schema.
struct Filters {
  std::int64_t min_price_ticks;
  std::int64_t max_price_ticks;
  std::int64_t tick_multiple;
  std::int64_t min_quantity_lots;
  std::int64_t max_quantity_lots;
  std::int64_t lot_multiple;
  std::int64_t min_notional;
  std::int64_t max_notional;
  std::uint32_t bid_up_ppm;
  std::uint32_t bid_down_ppm;
  std::uint32_t ask_up_ppm;
  std::uint32_t ask_down_ppm;
  std::uint32_t max_open_orders;
  std::uint32_t reserved;
};
static_assert(sizeof(Filters) == 88);

// The part of a symbol that its snapshot record holds as it stands.
struct SymbolRecord {
  char name[16];
  std::uint32_t id;
  std::uint32_t base_asset;   // slot
  std::uint32_t quote_asset;  // slot
  std::int32_t maker_fee_ppm;
  std::int32_t taker_fee_ppm;
  std::uint8_t price_scale;
  std::uint8_t quantity_scale;
  std::uint8_t status;
  std::uint8_t reserved;
  Filters filters;
  std::uint64_t last_order_id;
  std::uint64_t last_trade_id;
  std::uint64_t last_aggregate_trade_id;
  std::uint64_t last_execution_id;
  std::uint64_t sequence;
  std::int64_t last_price_ticks;
  std::uint64_t history_hash;  // of every change of the book, in order
};
static_assert(sizeof(SymbolRecord) == 184);

}  // namespace lockstep
