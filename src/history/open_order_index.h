// Which orders are open, by account: a copy in memory of the store's table of open orders, so that
// an account's open orders are found without passing all those that have ended.
//
// Memory: about 64 bytes for each open order. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strong_id.h"
#include "history/store.h"

namespace lockstep {

class OpenOrderIndex {
 public:
  // Reads the store's table.
  [[nodiscard]] Status Load(const HistoryStore& store);

  [[nodiscard]] bool Contains(AccountId account, SymbolId symbol, OrderId order_id) const;
  // Idempotent, both.
  void Add(AccountId account, SymbolId symbol, OrderId order_id);
  void Remove(AccountId account, SymbolId symbol, OrderId order_id);

  // By symbol and order id; without a symbol those of all.
  [[nodiscard]] std::vector<std::pair<SymbolId, OrderId>> Of(AccountId account,
                                                             std::optional<SymbolId> symbol) const;
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  using Place = std::pair<SymbolId, OrderId>;

  std::unordered_map<std::uint64_t, std::set<Place>> by_account_;
  std::size_t size_ = 0;
};

}  // namespace lockstep
