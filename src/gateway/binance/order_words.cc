#include "gateway/binance/order_words.h"

#include <array>
#include <cstddef>
#include <utility>

namespace lockstep {
namespace {

template <class Value, std::size_t N>
std::optional<Value> Find(const std::array<std::pair<std::string_view, Value>, N>& words,
                          std::string_view word) {
  for (const auto& [name, value] : words) {
    if (name == word) {
      return value;
    }
  }
  return std::nullopt;
}

template <class Value, std::size_t N>
std::string_view NameOf(const std::array<std::pair<std::string_view, Value>, N>& words,
                        Value value) {
  for (const auto& [name, candidate] : words) {
    if (candidate == value) {
      return name;
    }
  }
  return "NONE";
}

using Words = std::string_view;

constexpr std::array kSides = {std::pair(Words("BUY"), sbe::Side::BUY),
                               std::pair(Words("SELL"), sbe::Side::SELL)};
constexpr std::array kOrderTypes = {std::pair(Words("LIMIT"), sbe::OrderType::LIMIT),
                                    std::pair(Words("MARKET"), sbe::OrderType::MARKET),
                                    std::pair(Words("LIMIT_MAKER"), sbe::OrderType::LIMIT_MAKER)};
constexpr std::array kTimesInForce = {std::pair(Words("GTC"), sbe::TimeInForce::GTC),
                                      std::pair(Words("IOC"), sbe::TimeInForce::IOC),
                                      std::pair(Words("FOK"), sbe::TimeInForce::FOK)};
constexpr std::array kSelfTradePreventions = {
    std::pair(Words("NONE"), sbe::SelfTradePrevention::NONE),
    std::pair(Words("EXPIRE_TAKER"), sbe::SelfTradePrevention::EXPIRE_TAKER),
    std::pair(Words("EXPIRE_MAKER"), sbe::SelfTradePrevention::EXPIRE_MAKER),
    std::pair(Words("EXPIRE_BOTH"), sbe::SelfTradePrevention::EXPIRE_BOTH),
    std::pair(Words("DECREMENT"), sbe::SelfTradePrevention::DECREMENT)};
constexpr std::array kStatuses = {
    std::pair(Words("NEW"), sbe::OrderStatus::NEW),
    std::pair(Words("PARTIALLY_FILLED"), sbe::OrderStatus::PARTIALLY_FILLED),
    std::pair(Words("FILLED"), sbe::OrderStatus::FILLED),
    std::pair(Words("CANCELED"), sbe::OrderStatus::CANCELED),
    std::pair(Words("EXPIRED"), sbe::OrderStatus::EXPIRED),
    std::pair(Words("EXPIRED_IN_MATCH"), sbe::OrderStatus::EXPIRED_IN_MATCH),
    std::pair(Words("REJECTED"), sbe::OrderStatus::REJECTED)};
constexpr std::array kUnsupportedTypes = {
    std::pair(Words("STOP_LOSS"), Words("Stop loss orders are not supported for this symbol.")),
    std::pair(Words("STOP_LOSS_LIMIT"),
              Words("Stop loss limit orders are not supported for this symbol.")),
    std::pair(Words("TAKE_PROFIT"), Words("Take profit orders are not supported for this symbol.")),
    std::pair(Words("TAKE_PROFIT_LIMIT"),
              Words("Take profit limit orders are not supported for this symbol."))};

}  // namespace

std::optional<sbe::Side::Value> ParseSide(std::string_view word) { return Find(kSides, word); }
std::optional<sbe::OrderType::Value> ParseOrderType(std::string_view word) {
  return Find(kOrderTypes, word);
}
std::optional<sbe::TimeInForce::Value> ParseTimeInForce(std::string_view word) {
  return Find(kTimesInForce, word);
}
std::optional<sbe::SelfTradePrevention::Value> ParseSelfTradePrevention(std::string_view word) {
  return Find(kSelfTradePreventions, word);
}
std::string_view UnsupportedOrderType(std::string_view word) {
  return Find(kUnsupportedTypes, word).value_or(std::string_view());
}

std::string_view WordOf(sbe::Side::Value side) { return NameOf(kSides, side); }
std::string_view WordOf(sbe::OrderType::Value type) { return NameOf(kOrderTypes, type); }
std::string_view WordOf(sbe::TimeInForce::Value time_in_force, sbe::OrderType::Value type) {
  return type == sbe::OrderType::MARKET ? "GTC" : NameOf(kTimesInForce, time_in_force);
}
std::string_view WordOf(sbe::SelfTradePrevention::Value mode) {
  return NameOf(kSelfTradePreventions, mode);
}
std::string_view WordOf(sbe::OrderStatus::Value status) { return NameOf(kStatuses, status); }

std::string_view WordOf(sbe::TradingStatus::Value status) {
  switch (status) {
    case sbe::TradingStatus::TRADING:
    case sbe::TradingStatus::POST_ONLY:
      return "TRADING";
    case sbe::TradingStatus::CLOSED:
      return "BREAK";
    default:
      return "HALT";
  }
}

std::string_view ExpiryReason(sbe::OrderStatus::Value status, sbe::EndReason::Value reason,
                              sbe::OrderType::Value type) {
  if (status != sbe::OrderStatus::EXPIRED) {
    return {};
  }
  switch (reason) {
    case sbe::EndReason::FILL_OR_KILL:
      return "UNFILLED_FOK_ORDER_EXPIRED";
    case sbe::EndReason::NO_LIQUIDITY:
      return "INSUFFICIENT_LIQUIDITY";
    case sbe::EndReason::IMMEDIATE_REMAINDER:
      return type == sbe::OrderType::MARKET ? "INSUFFICIENT_LIQUIDITY"
                                            : "UNFILLED_IOC_QUANTITY_EXPIRED";
    default:
      return {};
  }
}

}  // namespace lockstep
