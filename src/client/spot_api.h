// The signed REST API for one account: builds, signs, sends, reads.
//
// Each call blocks until there is an answer that says what happened: a lost one is asked for again
// with the same bytes, for at most `patience_ms`. Errors: those of RestClient::SendUntilAnswered
// (the outcome is not known), kInvalidArgument with code and text when the exchange refuses, and
// kCorruption when its answer cannot be read. Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "client/credentials.h"
#include "client/rest_client.h"
#include "client/rest_request.h"
#include "client/spot_answers.h"

namespace lockstep {

struct SpotApiOptions {
  std::uint32_t recv_window_ms = 60'000;  // as long as requests may be repeated
  std::int64_t patience_ms = 30'000;
};

struct OrderFields {
  std::string_view symbol;
  std::string_view side;           // "BUY", "SELL"
  std::string_view type;           // "LIMIT", "MARKET", "LIMIT_MAKER"
  std::string_view time_in_force;  // of LIMIT alone; empty: none
  std::int64_t price_e8 = 0;       // 0: none
  std::int64_t quantity_e8 = 0;
  std::string_view client_order_id;  // empty: the exchange makes one
};

// The parameters of POST order, asking for a FULL answer.
[[nodiscard]] RestParameters PlaceParameters(const OrderFields& order);

class SpotApi {
 public:
  SpotApi(std::string address, Credentials credentials, const SpotApiOptions& options = {});

  [[nodiscard]] Result<SpotOrder> PlaceOrder(const OrderFields& order);
  [[nodiscard]] Result<SpotOrder> CancelOrder(std::string_view symbol, std::uint64_t order_id);
  // The new order is placed whether the old one was still there or not.
  [[nodiscard]] Result<SpotCancelReplace> ReplaceOrder(std::uint64_t cancel_order_id,
                                                       const OrderFields& order);
  // Empty when none was open.
  [[nodiscard]] Result<std::vector<SpotOrder>> CancelOpenOrders(std::string_view symbol);
  [[nodiscard]] Result<std::vector<SpotOrder>> OpenOrders(std::string_view symbol);
  // Pages: at most 1,000 from this id on, ascending.
  [[nodiscard]] Result<std::vector<SpotOrder>> AllOrders(std::string_view symbol,
                                                         std::uint64_t from_order_id);
  [[nodiscard]] Result<std::vector<SpotTrade>> MyTrades(std::string_view symbol,
                                                        std::uint64_t from_trade_id);
  [[nodiscard]] Result<std::vector<SpotBalance>> Account();
  [[nodiscard]] Result<SpotDepth> Depth(std::string_view symbol, std::uint32_t limit);
  [[nodiscard]] Result<SpotSymbol> Symbol(std::string_view symbol);
  [[nodiscard]] Result<std::int64_t> ServerTimeMs();

  // A request stamped with this moment, later than any before it.
  [[nodiscard]] RestRequest Sign(RestMethod method, std::string_view path,
                                 RestParameters parameters);
  [[nodiscard]] RestClient& rest() { return rest_; }

 private:
  // The body of the answer, a refusal's as well.
  [[nodiscard]] Result<std::string> Ask(const RestRequest& request);

  SystemClock clock_;
  RestClient rest_;
  Credentials credentials_;
  SpotApiOptions options_;
  std::int64_t last_timestamp_us_ = 0;
};

}  // namespace lockstep
