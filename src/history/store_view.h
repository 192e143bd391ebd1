// Answers to questions, read from the store.
//
// Threads: the one that writes the store and keeps the open orders; lives for one question.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "history/history.h"
#include "history/open_order_index.h"
#include "history/store.h"

namespace lockstep {

class StoreView final : public HistoryView {
 public:
  // `status`: what there is to say before anything was read.
  StoreView(const HistoryStore& store, const OpenOrderIndex& open, Status status)
      : store_(store), open_(open), status_(std::move(status)) {}

  [[nodiscard]] Status status() const override { return status_; }
  [[nodiscard]] std::optional<StoredOrder> Order(AccountId account, SymbolId symbol,
                                                 OrderId order_id) const override;
  [[nodiscard]] std::optional<StoredOrder> OrderByClientId(
      AccountId account, SymbolId symbol, std::string_view client_order_id) const override;
  [[nodiscard]] std::vector<StoredOrder> Orders(AccountId account, SymbolId symbol,
                                                const HistoryRange& range) const override;
  [[nodiscard]] std::vector<StoredOrder> OpenOrders(AccountId account,
                                                    std::optional<SymbolId> symbol) const override;
  [[nodiscard]] std::vector<StoredFill> Fills(AccountId account, SymbolId symbol,
                                              std::optional<OrderId> order_id,
                                              const HistoryRange& range) const override;
  [[nodiscard]] std::vector<StoredChange> Changes(AccountId account, SymbolId symbol,
                                                  std::int64_t position,
                                                  std::uint16_t command_index) const override;
  [[nodiscard]] std::vector<StoredTrade> Trades(SymbolId symbol,
                                                const HistoryRange& range) const override;
  [[nodiscard]] std::vector<StoredAggregateTrade> AggregateTrades(
      SymbolId symbol, const HistoryRange& range) const override;
  [[nodiscard]] std::vector<Candle> Candles(SymbolId symbol, CandleInterval interval,
                                            const HistoryRange& range,
                                            std::int64_t now_ns) const override;

 private:
  template <class Value>
  Value ValueOr(Result<Value> result) const;
  void Note(const Status& status) const;

  const HistoryStore& store_;
  const OpenOrderIndex& open_;
  mutable Status status_;  // the first that was not ok
};

}  // namespace lockstep
