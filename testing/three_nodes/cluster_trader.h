// A client that trades at random through whichever node leads, on a thread of its own, and keeps
// its own books.
//
// Threads: the constructor's, and its own; after Stop() everything may be read.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "client/cluster_client.h"
#include "client/command_builder.h"
#include "client/credentials.h"
#include "testing/support/account_ledger.h"

namespace lockstep::testing_system {

struct ClusterTraderOptions {
  std::vector<std::string> addresses;
  Credentials credentials;
  std::uint64_t seed = 0;
  double orders_per_second = 100;
};

class ClusterTrader {
 public:
  // Begins to trade.
  explicit ClusterTrader(ClusterTraderOptions options);
  ~ClusterTrader();
  ClusterTrader(const ClusterTrader&) = delete;
  ClusterTrader& operator=(const ClusterTrader&) = delete;

  // No further commands; waits until all that were sent are answered, at most for a minute, and
  // ends the thread. Then `fault()` is to be looked at.
  void Stop();

  // Any thread.
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_.load(); }
  // Of its commands, the longest time from submission to answer.
  [[nodiscard]] std::int64_t longest_wait_ns() const { return longest_wait_ns_.load(); }

  // ---- after Stop ----
  // Empty: all is as it must be.
  [[nodiscard]] const std::string& fault() const {
    return fault_.empty() ? ledger_.fault() : fault_;
  }
  [[nodiscard]] AccountLedger& ledger() { return ledger_; }
  [[nodiscard]] const Credentials& credentials() const { return options_.credentials; }
  [[nodiscard]] std::uint64_t replayed() const { return replayed_; }
  [[nodiscard]] const ClusterClientCounters& counters() const { return client_.counters(); }

 private:
  void Run();
  void SubmitDue();
  void TakeOutcome(const RequestId& id, Outcome outcome, std::span<const std::byte> message);
  void Fault(const std::string& what);
  [[nodiscard]] std::string Describe() const;

  const ClusterTraderOptions options_;
  SystemClock clock_;
  std::mt19937_64 random_;
  CommandBuilder commands_;
  AccountLedger ledger_;
  ClusterClient client_;
  std::vector<std::int64_t> submitted_ns_;  // by request id, from 1
  std::int64_t next_order_ns_ = 0;
  std::string fault_;
  std::uint64_t replayed_ = 0;
  std::atomic<std::uint64_t> acknowledged_{0};
  std::atomic<std::int64_t> longest_wait_ns_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace lockstep::testing_system
