// One account's own books, kept from nothing but the private events that its sessions received:
// what the exchange has acknowledged and must still know after any crash.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/strong_id.h"

namespace lockstep::testing_system {

struct OpenOrder {
  std::int64_t price_ticks = 0;
  std::int64_t quantity_lots = 0;
  std::int64_t leaves_lots = 0;
  std::int64_t cumulative_lots = 0;

  friend bool operator==(const OpenOrder&, const OpenOrder&) = default;
};

struct Balances {
  std::int64_t base_free = 0;
  std::int64_t base_locked = 0;
  std::int64_t quote_free = 0;
  std::int64_t quote_locked = 0;

  friend bool operator==(const Balances&, const Balances&) = default;
};

// A command whose answer has not come, or had come before the crash.
struct Request {
  RequestId id;
  std::vector<std::byte> bytes;
};

class AccountLedger {
 public:
  // Takes in an ExecutionReport or BalanceUpdate. Numbers must come one after the other; what was
  // taken in before must come again exactly as it was; no request may make two orders. Otherwise
  // `fault()` says what is wrong.
  void TakeNumbered(std::span<const std::byte> message);

  [[nodiscard]] const std::string& fault() const { return fault_; }
  [[nodiscard]] std::uint64_t last_sequence() const { return last_sequence_; }
  [[nodiscard]] const std::map<std::uint64_t, OpenOrder>& open_orders() const {
    return open_orders_;
  }
  [[nodiscard]] const Balances& balances() const { return balances_; }
  [[nodiscard]] std::size_t fill_count() const { return fills_.size(); }
  // Whether an event caused by this request has been taken in.
  [[nodiscard]] bool HasSeen(const RequestId& id) const {
    return seen_requests_.contains({id.high, id.low});
  }
  // (trade id, own order id) → quantity. An account that meets itself has two of one trade.
  using Fills = std::map<std::pair<std::uint64_t, std::uint64_t>, std::int64_t>;
  [[nodiscard]] const Fills& fills() const { return fills_; }

 private:
  void TakeReport(std::span<const std::byte> message);
  void Fault(const std::string& what);

  std::uint64_t last_sequence_ = 0;
  std::unordered_map<std::uint64_t, std::uint64_t> content_;  // sequence → hash of what it said
  std::map<std::uint64_t, OpenOrder> open_orders_;
  Fills fills_;
  // Request id → the order that it made, 0: none. Of other sessions of the account too.
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> seen_requests_;
  Balances balances_;
  std::string fault_;
};

}  // namespace lockstep::testing_system
