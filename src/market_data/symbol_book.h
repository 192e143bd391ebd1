// All that market data knows of one symbol: its book order by order and by price, folded from Trade
// and BookUpdate events, and the symbol sequence up to which it has folded.
//
// Messages are given with their message header, their shape already known to be whole. Events must
// come without a gap in symbolSequence, as the engine writes them; images (flag kEventImage) carry
// the sequence as it stands. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "market_data/depth_fold.h"
#include "market_data/order_book_fold.h"

namespace lockstep {

class SymbolBook {
 public:
  void ApplyBookUpdate(std::span<const std::byte> message);
  void ApplyTrade(std::span<const std::byte> message);

  // The sequence as it stands, by an event of the symbol that changes no order.
  void AdvanceTo(std::uint64_t symbol_sequence) { symbol_sequence_ = symbol_sequence; }

  void Clear();

  [[nodiscard]] std::uint64_t symbol_sequence() const { return symbol_sequence_; }
  [[nodiscard]] const OrderBookFold& orders() const { return orders_; }
  [[nodiscard]] OrderBookFold& orders() { return orders_; }
  [[nodiscard]] const DepthFold& depth() const { return depth_; }
  [[nodiscard]] DepthFold& depth() { return depth_; }

 private:
  void Next(std::uint64_t symbol_sequence);

  std::uint64_t symbol_sequence_ = 0;
  OrderBookFold orders_;
  DepthFold depth_;
};

}  // namespace lockstep
