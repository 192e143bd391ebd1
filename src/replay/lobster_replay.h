// Replays lobster-flow: the maker enters, reduces and cancels every order of the tape as
// LIMIT_MAKER; for each execution the taker sends an opposite LIMIT IOC of that quantity at that
// price, and the maker that the exchange chose is compared with the tape's.
//
// When the two differ, the level's orders are cancelled and entered again in the tape's order and
// quantities, outside the count, so that one difference is not counted twice. An order's client
// order id is the tape's id in decimal.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "replay/replay.h"

namespace lockstep {

class LobsterReplay final : public Replay {
 public:
  explicit LobsterReplay(const ReplayMarket& market);

  [[nodiscard]] Status OnEvent(const TapeEvent& event) override;
  [[nodiscard]] Status Finish() override;
  void Report(ReplayReport& report) const override;

 private:
  // A side and a price in the tape's ticks.
  using LevelKey = std::pair<bool, std::int64_t>;
  struct Order {
    LevelKey level;
    std::int64_t tape_leaves = 0;      // as the tape has it
    std::int64_t exchange_leaves = 0;  // as the exchange reported it
    std::int64_t exchange_quantity = 0;
  };

  [[nodiscard]] Status Add(const TapeEvent& event);
  [[nodiscard]] Status Reduce(const TapeEvent& event);
  [[nodiscard]] Status Cancel(const TapeEvent& event);
  [[nodiscard]] Status Execute(const TapeEvent& event);
  // Sends the taker's order and waits until both sides have all its reports.
  [[nodiscard]] Status Take(const TapeEvent& event);
  void Compare(const TapeEvent& event);
  [[nodiscard]] Status ReenterLevel(const LevelKey& key, std::uint64_t executed_order);
  [[nodiscard]] Status Enter(std::uint64_t order_id, Order& order);
  [[nodiscard]] Status Withdraw(std::uint64_t order_id);
  void Forget(std::uint64_t order_id);
  void OnMakerEvent(const OrderEvent& event);
  void OnTakerEvent(const OrderEvent& event);

  ReplayMarket market_;
  std::unordered_map<std::uint64_t, Order> orders_;        // by the tape's id
  std::map<LevelKey, std::vector<std::uint64_t>> levels_;  // ids in the tape's order
  // The execution under way.
  std::uint64_t taker_fills_ = 0;
  std::vector<std::uint64_t> makers_;  // whom the exchange chose, by the tape's ids
  std::uint64_t trades_ = 0;
  std::uint64_t known_ = 0;
  std::uint64_t known_match_ = 0;
  std::uint64_t queued_ = 0;
  std::uint64_t queued_match_ = 0;
  std::uint64_t levels_reentered_ = 0;
};

}  // namespace lockstep
