// Replays bitstamp-l3: every created order as LIMIT GTC, a change as amend or move, a deletion as
// cancel. The exchange matches for itself, so by the time of a change or deletion it may have
// executed the order: that is counted, not sent.
//
// Orders that rest go by the maker's connection, orders that meet a resting one by the taker's; to
// know which, the replay keeps the exchange's book as its reports tell it. An order's client order
// id is the tape's id in decimal.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>

#include "replay/replay.h"

namespace lockstep {

class BitstampReplay final : public Replay {
 public:
  explicit BitstampReplay(const ReplayMarket& market);

  [[nodiscard]] Status OnEvent(const TapeEvent& event) override;
  [[nodiscard]] Status Finish() override;
  void Report(ReplayReport& report) const override;

 private:
  struct Order {
    OrderLine* line = nullptr;
    bool is_buy = false;
    std::int64_t price_ticks = 0;
    std::int64_t leaves = 0;    // in the exchange
    std::int64_t quantity = 0;  // in the exchange, executed part included
    std::int64_t tape_leaves = 0;
  };

  [[nodiscard]] Status Add(const TapeEvent& event);
  [[nodiscard]] Status Change(const TapeEvent& event);
  [[nodiscard]] Status Cancel(const TapeEvent& event);
  // Makes `line` the one that speaks: first everything sent on the other is answered.
  [[nodiscard]] Status TakeTurn(OrderLine& line);
  // Waits until both accounts' events so far have been taken in.
  [[nodiscard]] Status Settle();
  [[nodiscard]] bool Crosses(bool is_buy, std::int64_t price_ticks) const;
  void AddToBook(const Order& order);
  void RemoveFromBook(const Order& order);
  void OnOrderEvent(const OrderEvent& event);

  ReplayMarket market_;
  OrderLine* speaking_;
  std::unordered_map<std::uint64_t, Order> orders_;  // open in the exchange, by the tape's id
  std::unordered_map<std::uint64_t, bool>
      executed_;  // by the exchange, before the tape was done with them
  std::map<std::int64_t, std::uint64_t> bids_;  // price → open orders
  std::map<std::int64_t, std::uint64_t> asks_;
  std::uint64_t fills_ = 0;
  std::uint64_t already_filled_ = 0;
  std::uint64_t unknown_orders_ = 0;
};

}  // namespace lockstep
