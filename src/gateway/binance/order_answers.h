// Answers to order commands, made from what the engine did.
//
// The makers keep their requests by value: they run when the events come.
#pragma once

#include <optional>
#include <string>

#include "gateway/binance/api_call.h"
#include "gateway/binance/command_outcome.h"
#include "gateway/binance/order_request.h"
#include "protocol/reference_data.h"

namespace lockstep {

// How answers are written for one client.
struct AnswerStyle {
  const ReferenceData& reference;
  bool microseconds = false;
};

[[nodiscard]] ApiAnswer AnswerPlace(const AnswerStyle& style, const PlaceRequest& request,
                                    const CommandOutcome& outcome);
[[nodiscard]] ApiAnswer AnswerCancel(const AnswerStyle& style, const CancelRequest& request,
                                     const CommandOutcome& outcome);
[[nodiscard]] ApiAnswer AnswerCancelAll(const AnswerStyle& style, const RequestId& id,
                                        const CommandOutcome& outcome);
[[nodiscard]] ApiAnswer AnswerAmend(const AnswerStyle& style, const CommandOutcome& outcome);
[[nodiscard]] ApiAnswer AnswerCancelReplace(const AnswerStyle& style,
                                            const CancelReplaceRequest& request,
                                            const CommandOutcome& outcome);

// The two halves of a cancelReplace, as the answer names them. `place` null: not attempted.
[[nodiscard]] ApiAnswer CombineHalves(const ApiAnswer& cancel, const ApiAnswer* place);

}  // namespace lockstep
