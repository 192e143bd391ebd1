// History as the plainest fold of the events: everything in maps, answered at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/event_ring.h"
#include "base/status.h"
#include "history/history.h"

namespace lockstep {

class MemoryHistory final : public History, private HistoryView {
 public:
  explicit MemoryHistory(EventRing::Reader& reader) : reader_(reader) {}

  // Reads what is on the ring. True: there was something.
  bool Poll();
  // From now on the answers lack something, and say why.
  void SetStatus(Status status) { status_ = std::move(status); }
  void Ask(std::int64_t position, std::function<void(const HistoryView&)> question) override;

 private:
  using OrderKey = std::tuple<std::uint64_t, std::uint32_t, std::uint64_t>;

  [[nodiscard]] Status status() const override { return status_; }
  std::optional<StoredOrder> Order(AccountId account, SymbolId symbol,
                                   OrderId order_id) const override;
  std::optional<StoredOrder> OrderByClientId(AccountId account, SymbolId symbol,
                                             std::string_view client_order_id) const override;
  std::vector<StoredOrder> Orders(AccountId account, SymbolId symbol,
                                  const HistoryRange& range) const override;
  std::vector<StoredOrder> OpenOrders(AccountId account,
                                      std::optional<SymbolId> symbol) const override;
  std::vector<StoredFill> Fills(AccountId account, SymbolId symbol, std::optional<OrderId> order_id,
                                const HistoryRange& range) const override;
  std::vector<StoredChange> Changes(AccountId account, SymbolId symbol, std::int64_t position,
                                    std::uint16_t command_index) const override;
  std::vector<StoredTrade> Trades(SymbolId symbol, const HistoryRange& range) const override;
  std::vector<StoredAggregateTrade> AggregateTrades(SymbolId symbol,
                                                    const HistoryRange& range) const override;
  std::vector<Candle> Candles(SymbolId symbol, CandleInterval interval, const HistoryRange& range,
                              std::int64_t now_ns) const override;

  void OnEvent(std::span<const std::byte> message);

  EventRing::Reader& reader_;
  Status status_ = Status::Ok();
  std::map<OrderKey, StoredOrder> orders_;
  std::vector<StoredFill> fills_;
  std::map<std::tuple<std::int64_t, std::uint16_t>, std::vector<StoredChange>> changes_;
  std::vector<std::pair<SymbolId, StoredTrade>> trades_;
};

}  // namespace lockstep
