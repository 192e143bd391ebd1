#include "testing/support/random_orders.h"

#include <cstdint>

#include "lockstep_sbe/Side.h"
#include "lockstep_sbe/TimeInForce.h"

namespace lockstep::testing_system {
namespace {

constexpr std::uint32_t kSymbol = 1;
constexpr std::size_t kOpenOrders = 200;

}  // namespace

std::span<const std::byte> RandomOrderCommand(std::mt19937_64& random, CommandBuilder& commands,
                                              const AccountLedger& ledger) {
  const auto below = [&random](std::uint64_t bound) { return random() % bound; };
  const auto& open = ledger.open_orders();
  if (!open.empty() && (open.size() > kOpenOrders || below(4) == 0)) {
    const auto at = open.lower_bound(open.begin()->first +
                                     below(open.rbegin()->first - open.begin()->first + 1));
    const auto& [order_id, order] = *at;
    if (order.leaves_lots > 2 && below(3) == 0) {
      return commands.AmendOrder(kSymbol, {.order_id = order_id}, order.quantity_lots - 1);
    }
    return commands.CancelOrder(kSymbol, {.order_id = order_id});
  }
  const bool is_buy = below(2) == 0;
  const auto price_ticks = static_cast<std::int64_t>(5'999'000 + below(2'000));
  return commands.NewOrder(
      {.symbol = kSymbol,
       .side = is_buy ? sbe::Side::BUY : sbe::Side::SELL,
       .time_in_force = below(5) == 0 ? sbe::TimeInForce::IOC : sbe::TimeInForce::GTC,
       .price_ticks = price_ticks,
       .quantity_lots = static_cast<std::int64_t>(10 + below(200))});
}

}  // namespace lockstep::testing_system
