// Events of made-up orders, for measuring who stores them: each order is new, and a while later
// filled against the next one or cancelled; private reports and trades as the engine writes them.
//
// Deterministic. Time goes on by 25 µs with each order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>

#include "base/event_ring.h"
#include "lockstep_sbe/ExecType.h"
#include "lockstep_sbe/OrderStatus.h"

namespace lockstep {

class OrderStream {
 public:
  static constexpr std::uint64_t kAccounts = 200;
  static constexpr std::uint32_t kSymbols = 2;
  static constexpr std::int64_t kFirstNs = 1'795'514'400'000'000'000;
  static constexpr std::int64_t kStepNs = 25'000;

  explicit OrderStream(EventRing& ring) : ring_(ring) {}

  // One log entry of that many new orders, and what becomes of older ones.
  void WriteEntry(int orders);

  [[nodiscard]] std::int64_t position() const { return position_; }
  [[nodiscard]] std::int64_t now_ns() const { return now_ns_; }
  [[nodiscard]] std::uint64_t fills() const { return fills_; }

 private:
  struct Order {
    std::uint64_t id;
    std::uint64_t account;
    std::uint32_t symbol;
    bool buy;
  };

  void WriteOrder();
  void WriteReport(const Order& order, sbe::ExecType::Value type, sbe::OrderStatus::Value status,
                   bool is_maker);
  void WriteTrade(const Order& maker, const Order& taker);
  void WriteBatchEnd();

  EventRing& ring_;
  std::mt19937_64 random_{1};
  std::deque<Order> open_;
  std::uint64_t order_id_[kSymbols + 1] = {};
  std::uint64_t trade_id_[kSymbols + 1] = {};
  std::uint64_t fills_ = 0;
  std::int64_t position_ = 0;
  std::int64_t now_ns_ = kFirstNs;
};

}  // namespace lockstep
