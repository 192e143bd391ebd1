// Fees of a symbol as the dialect writes them.
#pragma once

#include <string>

#include "protocol/reference_data.h"

namespace lockstep {

// The answer of account/commission.
void WriteCommission(std::string& out, const SymbolInfo& symbol);

// The answer of order/test with computeCommissionRates.
void WriteOrderCommission(std::string& out, const SymbolInfo& symbol);

}  // namespace lockstep
