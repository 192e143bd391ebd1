#include "history/open_order_index.h"

#include <string_view>

namespace lockstep {

Status OpenOrderIndex::Load(const HistoryStore& store) {
  constexpr std::size_t kKeyBytes = 1 + 8 + 4 + 8;
  HistoryCursor cursor(store, HistoryKey(HistoryTable::kOpenOrders));
  for (bool more = cursor.SeekToFirst(); more; more = cursor.Next()) {
    const std::string_view key = cursor.key();
    if (key.size() != kKeyBytes) {
      return {StatusCode::kCorruption, "history: a key of an open order has not its length"};
    }
    Add(AccountId(KeyNumber64(key, 1)), SymbolId(KeyNumber32(key, 9)),
        OrderId(KeyNumber64(key, 13)));
  }
  return cursor.status();
}

bool OpenOrderIndex::Contains(AccountId account, SymbolId symbol, OrderId order_id) const {
  const auto own = by_account_.find(account.value());
  return own != by_account_.end() && own->second.contains({symbol, order_id});
}

void OpenOrderIndex::Add(AccountId account, SymbolId symbol, OrderId order_id) {
  if (by_account_[account.value()].emplace(symbol, order_id).second) {
    ++size_;
  }
}

void OpenOrderIndex::Remove(AccountId account, SymbolId symbol, OrderId order_id) {
  const auto own = by_account_.find(account.value());
  if (own == by_account_.end()) {
    return;
  }
  size_ -= own->second.erase({symbol, order_id});
  if (own->second.empty()) {
    by_account_.erase(own);
  }
}

std::vector<std::pair<SymbolId, OrderId>> OpenOrderIndex::Of(AccountId account,
                                                             std::optional<SymbolId> symbol) const {
  const auto own = by_account_.find(account.value());
  if (own == by_account_.end()) {
    return {};
  }
  const std::set<Place>& all = own->second;
  if (!symbol) {
    return {all.begin(), all.end()};
  }
  return {all.lower_bound({*symbol, OrderId()}),
          all.lower_bound({SymbolId(symbol->value() + 1), OrderId()})};
}

}  // namespace lockstep
