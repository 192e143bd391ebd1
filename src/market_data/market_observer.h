// Who looks on while the router folds: what is derived from the market beside the binary streams
// sits behind this, in a room of its own.
//
// Threads: the router's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/strong_id.h"
#include "market_data/depth_fold.h"
#include "market_data/feed_messages.h"
#include "market_data/symbol_book.h"

namespace lockstep {

// The looker-on of one symbol.
class SymbolObserver {
 public:
  virtual ~SymbolObserver() = default;

  // A Trade event with its message header, already folded into the book. Also of an entry that will
  // turn out to be replayed.
  virtual void OnTrade(std::span<const std::byte> message) = 0;

  // Whether OnEntry has any use; asked once for each entry that moved the symbol.
  [[nodiscard]] virtual bool WantsEntries() const = 0;

  // An entry that moved the symbol is complete. `changes`: the levels that it changed, as they
  // stand now, bids first, best first; valid during the call.
  virtual void OnEntry(const FeedStamp& stamp, std::span<const DepthFold::Change> changes) = 0;

  // The same entry was a replayed one: nobody may hear of it.
  virtual void OnDiscard() = 0;
};

class MarketObserver {
 public:
  virtual ~MarketObserver() = default;

  // A turn of the router begins: whatever has been asked by now may be answered once the events
  // that are on the ring by now have been folded.
  virtual void BeginTurn() = 0;

  // AssetDefinition or SymbolDefinition, with its message header; images too.
  virtual void OnDefinition(std::span<const std::byte> message) = 0;

  // A new symbol, after its OnDefinition. `book` and the answer live as long as the router.
  virtual SymbolObserver& OnSymbol(SymbolId symbol, const SymbolBook& book) = 0;

  // After the OnEntry or OnDiscard of all symbols of an entry.
  virtual void OnEntryEnd(bool replaying) = 0;

  // Between entries, everything folded that BeginTurn spoke of. Returns how much was done; 0: wait.
  virtual std::size_t Work() = 0;

  // Whether anybody hears of an entry when it ends. If not, the router need not hurry.
  [[nodiscard]] virtual bool IsHeard() const = 0;

  // Looked at before the router sleeps, and for how long it may: no longer than this.
  [[nodiscard]] virtual bool RequestsWaiting() const = 0;
  [[nodiscard]] virtual std::int64_t LongestSleepNs() const = 0;
};

}  // namespace lockstep
