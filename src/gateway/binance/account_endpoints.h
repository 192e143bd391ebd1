// The signed endpoints that only read: orders, trades, balances, limits and fees of one account.
#pragma once

#include "gateway/binance/api_call.h"
#include "gateway/binance/engine_queries.h"
#include "gateway/binance/gateway_state.h"
#include "gateway/binance/history_access.h"
#include "gateway/binance/parameter_reader.h"

namespace lockstep {

class AccountEndpoints {
 public:
  AccountEndpoints(GatewayState& state, HistoryAccess& history, EngineQueries& queries)
      : state_(state), history_(history), queries_(queries) {}

  // Each answers `call`, now or later. `reader` has been through the authorization.
  void OrderStatus(const ApiCall& call, ParameterReader& reader);
  void OpenOrders(const ApiCall& call, ParameterReader& reader);
  void AllOrders(const ApiCall& call, ParameterReader& reader);
  void MyTrades(const ApiCall& call, ParameterReader& reader);
  void Account(const ApiCall& call, ParameterReader& reader);
  void OrderRateLimit(const ApiCall& call, ParameterReader& reader);
  void Commission(const ApiCall& call, ParameterReader& reader) const;

 private:
  GatewayState& state_;
  HistoryAccess& history_;
  EngineQueries& queries_;
};

}  // namespace lockstep
