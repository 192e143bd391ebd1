// Commands of a trader who trades at random on BTCUSDT of --dev: orders around 60,000.00 of which
// about half meet something, cancels and amendments of what rests.
#pragma once

#include <cstddef>
#include <random>
#include <span>

#include "client/command_builder.h"
#include "testing/support/account_ledger.h"

namespace lockstep::testing_system {

// The span is valid until the next command of `commands`.
[[nodiscard]] std::span<const std::byte> RandomOrderCommand(std::mt19937_64& random,
                                                            CommandBuilder& commands,
                                                            const AccountLedger& ledger);

}  // namespace lockstep::testing_system
