// A plain market of one symbol, in maps and lists, that writes Trade, BookUpdate and
// SymbolDefinition events as the engine would. It knows no accounts: orders come, go, shrink, move
// and are hit at random.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/event_ring.h"
#include "base/strong_id.h"
#include "market_data/order_book_fold.h"

namespace lockstep {

class NaiveMarket {
 public:
  NaiveMarket(SymbolId symbol, EventRing& ring, std::uint64_t seed, std::int64_t price_range)
      : symbol_(symbol), ring_(ring), random_(seed), price_range_(price_range) {}

  // "BTCUSDT", prices of two decimals, quantities of five, unless told otherwise before the first
  // event.
  void SetName(std::string name) { name_ = std::move(name); }
  // Engine time of the entries from now on; until the first call it follows from their positions.
  void SetTimeNs(std::int64_t time_ns) { time_ns_ = time_ns; }

  void WriteDefinition();
  // The same as it stands, as the answer to a query.
  void WriteDefinitionAnswer();
  // The market as a loaded snapshot's image, to any ring.
  void WriteImage(EventRing& ring) const;

  // One random change of the book, as one to several events.
  void Step();
  void AddOrder(BookSide side, std::int64_t price_ticks, std::int64_t quantity_lots);
  // A taker that trades up to `quantity_lots` with the best orders of `maker_side`.
  void Sweep(BookSide maker_side, std::int64_t quantity_lots);
  void EndBatch(std::int64_t position, bool replaying = false);

  // As OrderBookFold would visit them: bids then asks, best price first, in queue order.
  [[nodiscard]] std::vector<FoldedOrder> Orders() const;
  [[nodiscard]] std::uint64_t symbol_sequence() const { return symbol_sequence_; }
  [[nodiscard]] std::uint64_t trade_count() const { return trade_id_; }

 private:
  using Queue = std::list<FoldedOrder>;
  using Levels = std::map<std::int64_t, Queue>;

  Levels& Side(BookSide side) { return side == BookSide::kBuy ? bids_ : asks_; }
  Queue& BestQueue(BookSide side);
  FoldedOrder* RandomOrder();
  void RemoveFromBook(const FoldedOrder& order);
  void WriteDefinitionTo(EventRing& ring, std::uint16_t flags) const;
  void WriteChange(std::uint8_t action, const FoldedOrder& before, const FoldedOrder& after);
  std::int64_t RandomPrice(BookSide side);
  std::uint64_t Roll(std::uint64_t below) { return random_() % below; }

  SymbolId symbol_;
  EventRing& ring_;
  std::mt19937_64 random_;
  std::int64_t price_range_;
  std::string name_ = "BTCUSDT";
  std::int64_t time_ns_ = 0;
  std::int64_t position_ = 0;  // of the last entry
  Levels bids_;
  Levels asks_;
  std::vector<std::uint64_t> ids_;  // of all open orders, in no order
  std::map<std::uint64_t, std::pair<BookSide, std::int64_t>> places_;
  std::uint64_t order_id_ = 0;
  std::uint64_t trade_id_ = 0;
  std::uint64_t aggregate_trade_id_ = 0;
  std::uint64_t symbol_sequence_ = 0;
};

}  // namespace lockstep
