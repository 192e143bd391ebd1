// What the REST API's answers say, as numbers.
//
// Amounts are exact, in units of 10^-8 of their asset (prices: of the quote asset). Each Parse*
// returns kInvalidArgument with code and text when the answer is a refusal {"code","msg"}, and
// kCorruption when it is not what it should be. Threads: free of state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace lockstep {

// {"code":-2011,"msg":"Unknown order sent."}
struct ApiRefusal {
  int code = 0;
  std::string message;
};

struct SpotFill {
  std::uint64_t trade_id = 0;
  std::int64_t price_e8 = 0;
  std::int64_t quantity_e8 = 0;
  std::int64_t commission_e8 = 0;
  std::string commission_asset;
};

// An order as placing, cancelling or a query tells of it. What the answer does not say is 0 or
// empty.
struct SpotOrder {
  std::uint64_t order_id = 0;
  std::string client_order_id;
  std::string original_client_order_id;  // of a cancel: the order's own
  std::string status;                    // "NEW", "PARTIALLY_FILLED", …
  std::string side;                      // "BUY", "SELL"
  std::int64_t price_e8 = 0;
  std::int64_t quantity_e8 = 0;
  std::int64_t executed_e8 = 0;
  std::int64_t executed_quote_e8 = 0;
  std::int64_t time_ms = 0;  // when the answer's command was done; of a query, when it was placed
  std::vector<SpotFill> fills;  // of placing with newOrderRespType=FULL

  [[nodiscard]] bool IsOpen() const { return status == "NEW" || status == "PARTIALLY_FILLED"; }
};

// The halves of a cancelReplace; one that failed or was not tried is not there.
struct SpotCancelReplace {
  std::optional<SpotOrder> cancelled;
  std::optional<SpotOrder> placed;
};

struct SpotTrade {
  std::uint64_t trade_id = 0;
  std::uint64_t order_id = 0;
  std::int64_t price_e8 = 0;
  std::int64_t quantity_e8 = 0;
  std::int64_t quote_e8 = 0;
  std::int64_t commission_e8 = 0;
  std::string commission_asset;
  bool is_buyer = false;
  bool is_maker = false;
};

struct SpotBalance {
  std::string asset;
  std::int64_t free_e8 = 0;
  std::int64_t locked_e8 = 0;
};

struct SpotDepth {
  using Level = std::pair<std::int64_t, std::int64_t>;  // price, quantity
  std::uint64_t last_update_id = 0;
  std::vector<Level> bids;  // best first
  std::vector<Level> asks;
};

// What a symbol's orders must keep to, of exchangeInfo.
struct SpotSymbol {
  std::string name;
  std::string base_asset;
  std::string quote_asset;
  std::int64_t tick_e8 = 0;
  std::int64_t lot_e8 = 0;
};

// Nothing: the answer is no refusal.
[[nodiscard]] std::optional<ApiRefusal> ParseRefusal(std::string_view body);

[[nodiscard]] Result<SpotOrder> ParseOrder(std::string_view body);
[[nodiscard]] Result<std::vector<SpotOrder>> ParseOrders(std::string_view body);
// Of an amend's answer: the order as it is now.
[[nodiscard]] Result<SpotOrder> ParseAmendedOrder(std::string_view body);
// Also of one that is done half, or not at all (-2021, -2022).
[[nodiscard]] Result<SpotCancelReplace> ParseCancelReplace(std::string_view body);
[[nodiscard]] Result<std::vector<SpotTrade>> ParseTrades(std::string_view body);
[[nodiscard]] Result<std::vector<SpotBalance>> ParseBalances(std::string_view body);
[[nodiscard]] Result<SpotDepth> ParseDepth(std::string_view body);
[[nodiscard]] Result<std::int64_t> ParseServerTimeMs(std::string_view body);
// The first symbol of an exchangeInfo.
[[nodiscard]] Result<SpotSymbol> ParseSymbol(std::string_view body);

// An event of the user data stream: "executionReport" of one order, with what its last trade did.
struct SpotReport {
  std::string execution_type;  // "NEW", "TRADE", "CANCELED", …
  SpotOrder order;
  std::int64_t last_price_e8 = 0;
  std::int64_t last_quantity_e8 = 0;
};
// Nothing: another event, or an answer.
[[nodiscard]] Result<std::optional<SpotReport>> ParseReport(std::string_view message);

}  // namespace lockstep
