// What an exchange says of an account over the binary protocol, for comparison with a ledger.
//
// Each waits for the whole answer; numbered events that come in between go to the ledger. Errors:
// those of SbeClient, and kUnavailable when the node does not answer questions.
#pragma once

#include <cstdint>
#include <map>

#include "base/status.h"
#include "client/command_builder.h"
#include "client/sbe_client.h"
#include "testing/support/account_ledger.h"

namespace lockstep::testing_system {

using OpenOrders = std::map<std::uint64_t, OpenOrder>;  // by order id

[[nodiscard]] Result<OpenOrders> AskOpenOrders(SbeClient& client, CommandBuilder& commands,
                                               AccountLedger& ledger);

struct BalancesAnswer {
  Balances balances;
  std::uint64_t private_sequence = 0;  // the account's last at that moment
  std::int64_t position = 0;           // of the log
};
[[nodiscard]] Result<BalancesAnswer> AskBalances(SbeClient& client, CommandBuilder& commands,
                                                 AccountLedger& ledger);

}  // namespace lockstep::testing_system
