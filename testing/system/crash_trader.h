// A client that trades at random, keeps its own books, and after a crash of the exchange checks
// them against what the exchange still knows.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "client/command_builder.h"
#include "client/credentials.h"
#include "client/sbe_client.h"
#include "testing/support/account_ledger.h"

namespace lockstep::testing_system {

class CrashTrader {
 public:
  CrashTrader(Credentials credentials, std::uint64_t seed);

  // Logs on and takes in all events since the last one known; then sends every unanswered request
  // again, and some that had been answered, and waits for the answers. Each must have been executed
  // exactly once.
  void Reconnect(const std::string& sbe_address);
  // Asks for open orders and balances and compares them with the books.
  void CompareWithExchange();
  // Asks for the newest events that are in the books once more; the ledger compares each.
  void CompareHistory();

  // Sends random commands while there is room, and takes in what has come. False: the connection is
  // gone.
  bool Trade();

  // Waits until everything that was sent is answered: after this, nothing of this trader's is on
  // its way that could still fill the other's orders.
  void Settle();

  // Empty: all is as it must be.
  [[nodiscard]] const std::string& fault() const {
    return fault_.empty() ? ledger_.fault() : fault_;
  }
  [[nodiscard]] const AccountLedger& ledger() const { return ledger_; }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::uint64_t repeated() const { return repeated_; }
  [[nodiscard]] std::uint64_t repeated_executed_before() const { return repeated_executed_before_; }

 private:
  void Fault(const std::string& what);
  [[nodiscard]] bool SendRandom();
  // One message; false when none came in time or the connection is gone.
  bool TakeOne(std::int64_t timeout_ms);
  void TakeAnswer(const RequestId& id, bool replayed, bool rejected);
  void AwaitResendEnd();
  void Repeat(const Request& request, bool was_answered);

  Credentials credentials_;
  std::mt19937_64 random_;
  CommandBuilder commands_;
  std::unique_ptr<SbeClient> client_;
  AccountLedger ledger_;
  std::deque<Request> outstanding_;  // oldest first
  std::deque<Request> answered_;     // the newest few
  std::string fault_;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t repeated_ = 0;
  std::uint64_t repeated_executed_before_ = 0;
  // Of the message taken last.
  std::uint16_t last_template_ = 0;
  RequestId last_answer_;
  bool connection_lost_ = false;
};

}  // namespace lockstep::testing_system
