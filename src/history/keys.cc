#include "history/keys.h"

#include <algorithm>

#include "base/assert.h"

namespace lockstep {
namespace {

std::uint64_t ReadBigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) {
    value = value << 8U | static_cast<std::uint8_t>(byte);
  }
  return value;
}

}  // namespace

HistoryKey& HistoryKey::PutBigEndian(std::uint64_t value, std::size_t bytes) {
  LOCKSTEP_ASSERT(size_ + bytes <= kMaxBytes);
  for (std::size_t i = 0; i < bytes; ++i) {
    bytes_[size_ + i] = static_cast<char>(value >> 8 * (bytes - 1 - i));
  }
  size_ += bytes;
  return *this;
}

HistoryKey& HistoryKey::PutText(std::string_view text) {
  LOCKSTEP_ASSERT(size_ + text.size() <= kMaxBytes);
  std::ranges::copy(text, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += text.size();
  return *this;
}

HistoryKey HistoryKey::Prefix(HistoryTable table, AccountId account, SymbolId symbol) {
  return HistoryKey(table).Put64(account.value()).Put32(symbol.value());
}

HistoryKey HistoryKey::Prefix(HistoryTable table, SymbolId symbol) {
  return HistoryKey(table).Put32(symbol.value());
}

HistoryKey HistoryKey::Prefix(SymbolId symbol, CandleInterval base) {
  return Prefix(HistoryTable::kCandles, symbol).Put8(static_cast<std::uint8_t>(base));
}

HistoryKey HistoryKey::OfOrder(HistoryTable table, AccountId account, SymbolId symbol,
                               OrderId order_id) {
  return Prefix(table, account, symbol).Put64(order_id.value());
}

HistoryKey HistoryKey::OfClientId(AccountId account, SymbolId symbol,
                                  std::string_view client_order_id) {
  return Prefix(HistoryTable::kClientIds, account, symbol).PutText(client_order_id);
}

HistoryKey HistoryKey::OfFill(AccountId account, SymbolId symbol, TradeId trade_id,
                              OrderId order_id) {
  return Prefix(HistoryTable::kFills, account, symbol)
      .Put64(trade_id.value())
      .Put64(order_id.value());
}

HistoryKey HistoryKey::OfFillOfOrder(AccountId account, SymbolId symbol, OrderId order_id,
                                     TradeId trade_id) {
  return Prefix(HistoryTable::kFillsOfOrders, account, symbol)
      .Put64(order_id.value())
      .Put64(trade_id.value());
}

HistoryKey HistoryKey::OfCommand(AccountId account, SymbolId symbol, std::int64_t position,
                                 std::uint16_t command_index) {
  return Prefix(HistoryTable::kChanges, account, symbol)
      .Put64(static_cast<std::uint64_t>(position))
      .PutBigEndian(command_index, 2);
}

HistoryKey HistoryKey::OfTrade(SymbolId symbol, TradeId trade_id) {
  return Prefix(HistoryTable::kTrades, symbol).Put64(trade_id.value());
}

HistoryKey HistoryKey::OfAggregateTrade(SymbolId symbol, std::uint64_t aggregate_trade_id) {
  return Prefix(HistoryTable::kAggregateTrades, symbol).Put64(aggregate_trade_id);
}

HistoryKey HistoryKey::OfCandle(SymbolId symbol, CandleInterval base, std::int64_t open_ns) {
  return Prefix(symbol, base).Put64(static_cast<std::uint64_t>(open_ns));
}

HistoryKey HistoryKey::OfMeta(std::string_view name) {
  return HistoryKey(HistoryTable::kMeta).PutText(name);
}

std::uint64_t KeyNumber64(std::string_view key, std::size_t offset) {
  LOCKSTEP_ASSERT(key.size() >= offset + 8);
  return ReadBigEndian(key.substr(offset, 8));
}

std::uint32_t KeyNumber32(std::string_view key, std::size_t offset) {
  LOCKSTEP_ASSERT(key.size() >= offset + 4);
  return static_cast<std::uint32_t>(ReadBigEndian(key.substr(offset, 4)));
}

}  // namespace lockstep
