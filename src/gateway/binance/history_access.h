// History's answers, brought back to the trading loop.
#pragma once

#include <functional>
#include <utility>

#include "gateway/binance/api_call.h"
#include "gateway/binance/api_error.h"
#include "gateway/binance/gateway_state.h"
#include "gateway/binance/order_desk.h"
#include "gateway/http/io_thread.h"
#include "history/history.h"

namespace lockstep {

class HistoryAccess final : public OutcomeRebuilder {
 public:
  HistoryAccess(const GatewayState& state, History& history, IoThread& trading)
      : state_(state), history_(history), trading_(trading) {}

  // Calls `question(view)` on history's thread, on all that anybody can have been told of, and
  // `then(its result)` on the loop. Where history lacks something, `call` is refused instead: half
  // a list would pass for a whole one.
  template <class Question, class Then>
  void Ask(const ApiCall& call, Question question, Then then) {
    history_.Ask(state_.PositionToRead(),
                 [&trading = trading_, call = ApiCall(call), question = std::move(question),
                  then = std::move(then)](const HistoryView& view) mutable {
                   auto rows = question(view);
                   // Moved: what answers a request ends on the loop too.
                   if (view.status().ok()) {
                     trading.Post([rows = std::move(rows), call = std::move(call),
                                   then = std::move(then)] { then(rows); });
                   } else {
                     trading.Post([call = std::move(call), then = std::move(then)] {
                       call.Refuse(MakeError(ErrorKind::kDisconnected));
                     });
                   }
                 });
  }

  void Rebuild(AccountId account, SymbolId symbol, const Replayed& replayed,
               std::function<void(CommandOutcome)> done) override;

 private:
  const GatewayState& state_;
  History& history_;
  IoThread& trading_;
};

}  // namespace lockstep
