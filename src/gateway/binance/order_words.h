// The words of the dialect for the schema's enums, both ways.
#pragma once

#include <optional>
#include <string_view>

#include "lockstep_sbe/EndReason.h"
#include "lockstep_sbe/OrderStatus.h"
#include "lockstep_sbe/OrderType.h"
#include "lockstep_sbe/SelfTradePrevention.h"
#include "lockstep_sbe/Side.h"
#include "lockstep_sbe/TimeInForce.h"
#include "lockstep_sbe/TradingStatus.h"

namespace lockstep {

[[nodiscard]] std::optional<sbe::Side::Value> ParseSide(std::string_view word);
[[nodiscard]] std::optional<sbe::OrderType::Value> ParseOrderType(std::string_view word);
[[nodiscard]] std::optional<sbe::TimeInForce::Value> ParseTimeInForce(std::string_view word);
[[nodiscard]] std::optional<sbe::SelfTradePrevention::Value> ParseSelfTradePrevention(
    std::string_view word);
// What to say of a type that Binance has and this exchange has not; empty for all others.
[[nodiscard]] std::string_view UnsupportedOrderType(std::string_view word);

[[nodiscard]] std::string_view WordOf(sbe::Side::Value side);
[[nodiscard]] std::string_view WordOf(sbe::OrderType::Value type);
// A MARKET order shows GTC, as on Binance, though it never rests.
[[nodiscard]] std::string_view WordOf(sbe::TimeInForce::Value time_in_force,
                                      sbe::OrderType::Value type);
[[nodiscard]] std::string_view WordOf(sbe::SelfTradePrevention::Value mode);
[[nodiscard]] std::string_view WordOf(sbe::OrderStatus::Value status);
// TRADING, HALT or BREAK: all that clients know.
[[nodiscard]] std::string_view WordOf(sbe::TradingStatus::Value status);

// Why an order is EXPIRED; empty: it is not, or there is no word for it.
[[nodiscard]] std::string_view ExpiryReason(sbe::OrderStatus::Value status,
                                            sbe::EndReason::Value reason,
                                            sbe::OrderType::Value type);

}  // namespace lockstep
