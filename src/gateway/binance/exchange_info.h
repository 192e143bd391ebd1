// The exchange's symbols and limits: GET exchangeInfo.
#pragma once

#include "gateway/binance/api_call.h"
#include "gateway/binance/gateway_state.h"
#include "gateway/binance/parameter_reader.h"

namespace lockstep {

void AnswerExchangeInfo(const ApiCall& call, ParameterReader& reader, const GatewayState& state);

}  // namespace lockstep
