// How rows are named in the store: a table's letter, then ids big-endian, so that rows of one
// account, symbol or order lie together and in the order of their ids.
//
// Shape: at most kMaxBytes. docs/formats/history.md lists the tables. Threads: values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/limits.h"
#include "base/strong_id.h"
#include "protocol/candle.h"

namespace lockstep {

// The first byte of each key.
enum class HistoryTable : char {
  kAggregateTrades = 'a',  // symbol, aggregate trade id
  kClientIds = 'c',        // account, symbol, client order id
  kFills = 'f',            // account, symbol, trade id, order id
  kFillsOfOrders = 'g',    // account, symbol, order id, trade id
  kChanges = 'h',          // account, symbol, position, command index, order id
  kCandles = 'k',          // symbol, base interval, open time
  kMeta = 'm',             // a name; gaps: name, first position
  kOrders = 'o',           // account, symbol, order id
  kOpenOrders = 'p',       // account, symbol, order id
  kTrades = 't',           // symbol, trade id
};

class HistoryKey {
 public:
  static constexpr std::size_t kMaxBytes = 1 + 8 + 4 + limits::kMaxClientOrderIdBytes;

  explicit HistoryKey(HistoryTable table) { Put8(static_cast<std::uint8_t>(table)); }

  HistoryKey& Put8(std::uint8_t value) { return PutBigEndian(value, 1); }
  HistoryKey& Put32(std::uint32_t value) { return PutBigEndian(value, 4); }
  HistoryKey& Put64(std::uint64_t value) { return PutBigEndian(value, 8); }
  // Requires that it fits.
  HistoryKey& PutText(std::string_view text);

  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

  static HistoryKey OfOrder(HistoryTable table, AccountId account, SymbolId symbol,
                            OrderId order_id);
  // Requires client_order_id.size() <= limits::kMaxClientOrderIdBytes.
  static HistoryKey OfClientId(AccountId account, SymbolId symbol,
                               std::string_view client_order_id);
  static HistoryKey OfFill(AccountId account, SymbolId symbol, TradeId trade_id, OrderId order_id);
  static HistoryKey OfFillOfOrder(AccountId account, SymbolId symbol, OrderId order_id,
                                  TradeId trade_id);
  // All changes of one command begin with OfCommand.
  static HistoryKey OfCommand(AccountId account, SymbolId symbol, std::int64_t position,
                              std::uint16_t command_index);
  static HistoryKey OfTrade(SymbolId symbol, TradeId trade_id);
  static HistoryKey OfAggregateTrade(SymbolId symbol, std::uint64_t aggregate_trade_id);
  static HistoryKey OfCandle(SymbolId symbol, CandleInterval base, std::int64_t open_ns);
  static HistoryKey OfMeta(std::string_view name);

  // What all keys of an account and symbol, or of a symbol, begin with.
  static HistoryKey Prefix(HistoryTable table, AccountId account, SymbolId symbol);
  static HistoryKey Prefix(HistoryTable table, SymbolId symbol);
  static HistoryKey Prefix(SymbolId symbol, CandleInterval base);

 private:
  HistoryKey& PutBigEndian(std::uint64_t value, std::size_t bytes);

  std::array<char, kMaxBytes> bytes_{};
  std::size_t size_ = 0;
};

// The number that stands big-endian at `offset` of a key. Requires that the key is long enough.
[[nodiscard]] std::uint64_t KeyNumber64(std::string_view key, std::size_t offset);
[[nodiscard]] std::uint32_t KeyNumber32(std::string_view key, std::size_t offset);

}  // namespace lockstep
