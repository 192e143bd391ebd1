// The dialect's core: one request, by whatever way it came, through limits and authorization to its
// endpoint. Threads: the trading loop alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/binance/account_endpoints.h"
#include "gateway/binance/api_call.h"
#include "gateway/binance/authorization.h"
#include "gateway/binance/gateway_state.h"
#include "gateway/binance/leader_gate.h"
#include "gateway/binance/market_endpoints.h"
#include "gateway/binance/order_desk.h"
#include "gateway/binance/signed_text.h"
#include "gateway/binance/trade_endpoints.h"

namespace lockstep {

class ApiCore {
 public:
  struct Parts {
    GatewayState& state;
    const Authorization& authorization;
    OrderDesk& desk;
    TradeEndpoints& trade;
    AccountEndpoints& account;
    MarketEndpoints& market;
    LeaderGate& gate;
  };
  explicit ApiCore(const Parts& parts) : parts_(parts) {}

  // Counts a request. Over a limit: the answer that says so.
  [[nodiscard]] std::optional<ApiAnswer> TakeWeight(std::string_view address, std::uint32_t weight,
                                                    std::int64_t wall_ns);

  // Fills in call.identity. What is wrong, if something is.
  [[nodiscard]] std::optional<ApiError> Authorize(ApiCall& call, ParameterReader& reader,
                                                  const SignedText& text,
                                                  std::string_view header_key) const;

  // Everything but the WebSocket API's own endpoints: answers `call`, now or later.
  void Run(ApiCall& call, Parameters& parameters, const SignedText& text,
           std::string_view header_key);

  [[nodiscard]] LeaderGate& gate() { return parts_.gate; }
  [[nodiscard]] GatewayState& state() { return parts_.state; }
  [[nodiscard]] const Authorization& authorization() const { return parts_.authorization; }

 private:
  // Sends `call` to the leader, or takes it up again later.
  void Divert(const ApiCall& call, LeaderGate::Need need, const Parameters& parameters);
  void Dispatch(const ApiCall& call, ParameterReader& reader);
  void AnswerPlain(const ApiCall& call, ParameterReader& reader, std::string_view body) const;
  void AnswerTime(const ApiCall& call, ParameterReader& reader) const;

  Parts parts_;
};

}  // namespace lockstep
