// What one REST client knows of its orders: nothing but what answers have acknowledged.
//
// Facts of an order do not depend on the order in which they come (an amend only lowers, a cancel
// is the end), so the ledgers of several clients of one account are one when put together. Threads:
// one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "client/spot_answers.h"

namespace lockstep::testing_system {

struct OrderFacts {
  bool is_placed = false;
  SpotOrder placed;  // as the answer to placing it has it, with its fills as taker
  std::int64_t quantity_e8 = 0;
  std::string client_order_id;  // after an amend, the newest
  bool is_cancelled = false;
  std::int64_t executed_when_cancelled_e8 = 0;
};

class RestLedger {
 public:
  void TakePlaced(const SpotOrder& order);
  void TakeAmended(const SpotOrder& order);
  void TakeCancelled(const SpotOrder& order);
  // All that the other one knows; orders are placed in one ledger and may be cancelled in another.
  void Merge(const RestLedger& other);

  [[nodiscard]] const std::map<std::uint64_t, OrderFacts>& orders() const { return orders_; }
  // Empty: no two answers contradict each other.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  void Fault(const std::string& what, std::uint64_t order_id);

  std::map<std::uint64_t, OrderFacts> orders_;
  std::string fault_;
};

// What the API says of one account, all pages.
struct AccountView {
  std::vector<SpotOrder> orders;
  std::vector<SpotOrder> open_orders;
  std::vector<SpotTrade> trades;
  std::vector<SpotBalance> balances;
};

// An account's ledger, the balances that it began with, and what the API says of it now.
struct AccountBooks {
  std::string name;
  RestLedger ledger;
  std::vector<SpotBalance> first_balances;
  AccountView view;
};

// Empty: orders, open orders, trades and balances are exactly what the ledgers say. The accounts
// traded with each other and themselves alone, on BTCUSDT of `--dev`.
[[nodiscard]] std::string CompareBooks(const std::vector<AccountBooks>& accounts);

}  // namespace lockstep::testing_system
