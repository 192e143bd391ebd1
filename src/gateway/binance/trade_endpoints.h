// The endpoints that place, change and cancel orders.
#pragma once

#include <cstdint>
#include <functional>

#include "base/strong_id.h"
#include "gateway/binance/api_call.h"
#include "gateway/binance/engine_queries.h"
#include "gateway/binance/gateway_state.h"
#include "gateway/binance/order_desk.h"
#include "gateway/binance/parameter_reader.h"

namespace lockstep {

class TradeEndpoints {
 public:
  TradeEndpoints(GatewayState& state, OrderDesk& desk, EngineQueries& queries)
      : state_(state), desk_(desk), queries_(queries) {}

  // Each answers `call`, now or later. `reader` has been through the authorization.
  void Place(const ApiCall& call, ParameterReader& reader);
  void Test(const ApiCall& call, ParameterReader& reader) const;
  void Cancel(const ApiCall& call, ParameterReader& reader);
  void CancelOpenOrders(const ApiCall& call, ParameterReader& reader);
  void Amend(const ApiCall& call, ParameterReader& reader);
  void CancelReplace(const ApiCall& call, ParameterReader& reader);

 private:
  // Asks the engine for the order's status first, if the cancel depends on it: `then(true)` when it
  // may be cancelled.
  void CheckRestrictions(const ApiCall& call, const CancelRequest& request,
                         std::function<void(bool)> then);
  void SubmitPlace(const ApiCall& call, const PlaceRequest& request);
  void SubmitCancel(const ApiCall& call, const CancelRequest& request);
  void SubmitCancelReplace(const ApiCall& call, const CancelReplaceRequest& request);
  void AnswerCancelNotAllowed(const ApiCall& call, const CancelReplaceRequest& request);
  void CancelOnly(const ApiCall& call, const CancelReplaceRequest& request, ApiAnswer over_limit);
  // What the answer to an order needs of its call, when the engine has done it.
  struct Placing {
    AccountId account;
    std::int64_t received_ns;
    bool microseconds;
  };
  [[nodiscard]] static Placing PlacingOf(const ApiCall& call) {
    return {call.identity.account, call.received_ns, call.microseconds};
  }
  // The order counts of an answer, or the order given back when it was refused.
  void CountOrder(const Placing& placing, bool was_placed, ApiAnswer& answer);

  GatewayState& state_;
  OrderDesk& desk_;
  EngineQueries& queries_;
};

}  // namespace lockstep
