// The load and the observers of `lockstep bench failover`: a client that sends orders at a fixed
// rate through whichever node leads, and a subscriber of one node's market data.
//
// Threads: each has one of its own; what is public may be called by the one that made it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "client/cluster_client.h"
#include "client/credentials.h"
#include "client/sbe_client.h"

namespace lockstep {

// An order rests far from the market, the next command cancels it.
class FailoverLoad {
 public:
  FailoverLoad(std::vector<std::string> addresses, const Credentials& credentials,
               double orders_per_second);
  ~FailoverLoad();
  FailoverLoad(const FailoverLoad&) = delete;
  FailoverLoad& operator=(const FailoverLoad&) = delete;

  // From now on, the first answer to a command that was submitted later than this is looked for.
  void Arm();
  // Monotonic time of that answer; 0: none yet.
  [[nodiscard]] std::int64_t first_answer_ns() const { return first_answer_ns_.load(); }

  [[nodiscard]] std::uint64_t answered() const { return answered_.load(); }
  [[nodiscard]] std::uint64_t rejected() const { return rejected_.load(); }
  [[nodiscard]] std::uint64_t unknown() const { return unknown_.load(); }

 private:
  void Run(double orders_per_second);
  void TakeOutcome(const RequestId& id, Outcome outcome);

  SystemClock clock_;
  ClusterClient client_;
  std::vector<std::int64_t> submitted_ns_;  // by request id, from 1
  std::atomic<std::int64_t> armed_ns_{INT64_MAX};
  std::atomic<std::int64_t> first_answer_ns_{0};
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<std::uint64_t> rejected_{0};
  std::atomic<std::uint64_t> unknown_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// Depth of BTCUSDT at one node, and the longest silence.
class DepthListener {
 public:
  [[nodiscard]] static Result<std::unique_ptr<DepthListener>> Start(const std::string& sbe_address,
                                                                    const Credentials& credentials);
  ~DepthListener();
  DepthListener(const DepthListener&) = delete;
  DepthListener& operator=(const DepthListener&) = delete;

  // Forgets silences that have ended before now.
  void Arm() { longest_ns_.store(0); }
  // Between two messages of which the second came since Arm.
  [[nodiscard]] std::int64_t longest_silence_ns() const { return longest_ns_.load(); }
  [[nodiscard]] std::uint64_t messages() const { return messages_.load(); }
  [[nodiscard]] bool has_gap() const { return has_gap_.load(); }

 private:
  explicit DepthListener(std::unique_ptr<SbeClient> client);
  void Run();

  std::unique_ptr<SbeClient> client_;
  std::atomic<std::int64_t> longest_ns_{0};
  std::atomic<std::uint64_t> messages_{0};
  std::atomic<bool> has_gap_{false};  // in the numbers of the updates
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace lockstep
