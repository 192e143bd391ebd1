#include "testing/system/rest_ledger.h"

namespace lockstep::testing_system {

void RestLedger::Fault(const std::string& what, std::uint64_t order_id) {
  if (fault_.empty()) {
    fault_ = "order " + std::to_string(order_id) + " " + what;
  }
}

void RestLedger::TakePlaced(const SpotOrder& order) {
  OrderFacts& facts = orders_[order.order_id];
  if (facts.is_placed) {
    return Fault("was placed by two requests", order.order_id);
  }
  facts.is_placed = true;
  facts.placed = order;
  if (facts.client_order_id.empty()) {
    facts.client_order_id = order.client_order_id;
    facts.quantity_e8 = order.quantity_e8;
  }
}

void RestLedger::TakeAmended(const SpotOrder& order) {
  OrderFacts& facts = orders_[order.order_id];
  if (!facts.client_order_id.empty() && order.quantity_e8 >= facts.quantity_e8) {
    return Fault("was amended, but not to less", order.order_id);
  }
  facts.quantity_e8 = order.quantity_e8;
  facts.client_order_id = order.client_order_id;
}

void RestLedger::TakeCancelled(const SpotOrder& order) {
  OrderFacts& facts = orders_[order.order_id];
  if (facts.is_cancelled) {
    return Fault("was cancelled by two requests", order.order_id);
  }
  facts.is_cancelled = true;
  facts.executed_when_cancelled_e8 = order.executed_e8;
}

void RestLedger::Merge(const RestLedger& other) {
  if (fault_.empty()) {
    fault_ = other.fault_;
  }
  for (const auto& [order_id, facts] : other.orders_) {
    OrderFacts& known = orders_[order_id];
    if (facts.is_placed) {
      if (known.is_placed) {
        Fault("was placed by two clients", order_id);
      }
      known.is_placed = true;
      known.placed = facts.placed;
    }
    if (!facts.client_order_id.empty()) {  // each client amends its own orders alone
      known.quantity_e8 = facts.quantity_e8;
      known.client_order_id = facts.client_order_id;
    }
    if (facts.is_cancelled) {
      if (known.is_cancelled) {
        Fault("was cancelled by two clients", order_id);
      }
      known.is_cancelled = true;
      known.executed_when_cancelled_e8 = facts.executed_when_cancelled_e8;
    }
  }
}

}  // namespace lockstep::testing_system
