// How rows are laid out in the store: one fixed record of little-endian numbers for each kind, its
// first byte the version; an order's two client ids follow its record.
//
// What a key says (account, symbol, ids, open time) does not stand in the record again: Decode*
// leave those fields as they are. Errors: kUnimplemented for a version that this build does not
// know, kCorruption for a record of another size; the row is then not to be used. Threads: free of
// state. docs/formats/history.md is the same as tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "history/history.h"
#include "protocol/candle.h"

namespace lockstep {

inline constexpr std::uint8_t kHistoryRecordVersion = 1;

// Each appends to `out`, which it empties first.
void EncodeOrder(const StoredOrder& order, std::string& out);
void EncodeChange(const StoredChange& change, std::string& out);
void EncodeFill(const StoredFill& fill, std::string& out);
void EncodeTrade(const StoredTrade& trade, std::string& out);
void EncodeAggregateTrade(const StoredAggregateTrade& trade, std::string& out);
void EncodeCandle(const Candle& candle, std::string& out);
// One number: a position, or the order that a client id leads to.
void EncodeNumber(std::uint64_t number, std::string& out);

[[nodiscard]] Status DecodeOrder(std::string_view bytes, StoredOrder& order);
[[nodiscard]] Status DecodeChange(std::string_view bytes, StoredChange& change);
[[nodiscard]] Status DecodeFill(std::string_view bytes, StoredFill& fill);
[[nodiscard]] Status DecodeTrade(std::string_view bytes, StoredTrade& trade);
[[nodiscard]] Status DecodeAggregateTrade(std::string_view bytes, StoredAggregateTrade& trade);
[[nodiscard]] Status DecodeCandle(std::string_view bytes, Candle& candle);
[[nodiscard]] Status DecodeNumber(std::string_view bytes, std::uint64_t& number);

// Whether an order of this status can still trade.
[[nodiscard]] constexpr bool IsOpenStatus(sbe::OrderStatus::Value status) {
  return status == sbe::OrderStatus::NEW || status == sbe::OrderStatus::PARTIALLY_FILLED;
}

}  // namespace lockstep
