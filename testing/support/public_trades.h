// Trades of BTCUSDT of --dev as the public REST API tells them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::testing_system {

struct PublicTrade {
  std::uint64_t id = 0;
  std::int64_t price_ticks = 0;
  std::int64_t quantity_lots = 0;
};

// One page of GET historicalTrades. Nothing: the node does not answer.
[[nodiscard]] std::optional<std::vector<PublicTrade>> TradesFrom(const std::string& http_address,
                                                                 std::uint64_t from_id);

// The text between the first `before` and the next `after`; empty: it is not there.
[[nodiscard]] std::string_view Between(std::string_view text, std::string_view before,
                                       std::string_view after);

}  // namespace lockstep::testing_system
