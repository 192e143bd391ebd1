// The streams of one symbol that somebody subscribes to, and the market they speak of.
//
// Folds every trade, whether anybody subscribes or not. Threads: the router's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "market_data/market_observer.h"
#include "market_data/streams/stream.h"
#include "market_data/streams/symbol_market.h"

namespace lockstep {

class SymbolStreams final : public SymbolObserver {
 public:
  explicit SymbolStreams(const SymbolBook& book) : market_(book) {}

  // Trades up to entry `position` are in `seed` already, which may be null: none of this symbol.
  void Seed(std::int64_t position, const SymbolSeed* seed);

  // `stream` is told of each entry until it is removed.
  void Add(Stream& stream) { streams_.push_back(&stream); }
  void Remove(Stream& stream) { std::erase(streams_, &stream); }

  // An image has set the book to `symbol_sequence`.
  void OnImage(std::uint64_t symbol_sequence);

  void OnTrade(std::span<const std::byte> message) override;
  [[nodiscard]] bool WantsEntries() const override { return !streams_.empty(); }
  void OnEntry(const FeedStamp& stamp, std::span<const DepthFold::Change> changes) override;
  void OnDiscard() override { OnImage(market_.book().symbol_sequence()); }

  [[nodiscard]] SymbolMarket& market() { return market_; }

 private:
  SymbolMarket market_;
  std::int64_t seed_position_ = INT64_MIN;
  std::vector<Stream*> streams_;
  std::vector<TradeTick> trades_;  // of the present entry, while somebody subscribes
};

}  // namespace lockstep
