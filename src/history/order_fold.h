// Folds ExecutionReports into rows of orders, fills, changes, client ids and open orders.
//
// A report says everything about its order, so no earlier row is read; many reports of an order
// become one row. Rows are handed over at the end of a log entry only. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/strong_id.h"
#include "history/history.h"
#include "history/open_order_index.h"
#include "history/row_batch.h"

namespace lockstep {

class OrderFold {
 public:
  explicit OrderFold(OpenOrderIndex& open) : open_(open) {}

  // An ExecutionReport of any type but STATUS. Its fill, change and client id go to `rows` at
  // once.
  void Apply(std::span<const std::byte> report, RowBatch& rows);
  // Puts the rows of all orders that changed into `rows` and brings the open orders up to them.
  void Finish(RowBatch& rows);

  // Orders changed since Finish.
  [[nodiscard]] std::size_t changed() const { return changed_.size(); }

 private:
  struct Key {
    std::uint64_t account;
    std::uint64_t order_id;
    std::uint32_t symbol;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };

  StoredOrder& Of(AccountId account, SymbolId symbol, OrderId order_id);

  OpenOrderIndex& open_;
  std::unordered_map<Key, std::size_t, KeyHash> places_;  // in changed_
  std::vector<StoredOrder> changed_;
  std::string value_;  // scratch
};

}  // namespace lockstep
