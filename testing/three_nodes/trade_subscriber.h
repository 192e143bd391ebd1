// A subscriber of BTCUSDT's trades that moves from node to node, when its connection breaks and
// otherwise of its own accord, and asks by REST for what it missed meanwhile: no trade may be
// missing, come twice on one connection, or say something else on another node.
//
// Threads: the constructor's, and its own; after Stop() everything may be read.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <thread>

#include "base/clock.h"
#include "client/command_builder.h"
#include "client/credentials.h"
#include "client/local_cluster.h"
#include "client/sbe_client.h"

namespace lockstep::testing_system {

struct SeenTrade {
  std::int64_t price_ticks = 0;
  std::int64_t quantity_lots = 0;

  friend bool operator==(const SeenTrade&, const SeenTrade&) = default;
};

class TradeSubscriber {
 public:
  // Begins with the first trade that it sees. `cluster` must outlive it.
  TradeSubscriber(const LocalCluster& cluster, Credentials credentials);
  ~TradeSubscriber();
  TradeSubscriber(const TradeSubscriber&) = delete;
  TradeSubscriber& operator=(const TradeSubscriber&) = delete;

  // Any thread: the id of the newest trade that was taken in, 0: none.
  [[nodiscard]] std::uint64_t last_id() const { return last_id_.load(); }
  [[nodiscard]] std::uint64_t moves() const { return moves_.load(); }

  void Stop();

  // ---- after Stop ----
  [[nodiscard]] const std::string& fault() const { return fault_; }
  [[nodiscard]] const std::map<std::uint64_t, SeenTrade>& trades() const { return trades_; }
  [[nodiscard]] std::uint64_t filled() const { return filled_; }

 private:
  void Run();
  // Subscribes at the node; false: it cannot be reached.
  [[nodiscard]] bool Move(int node);
  void Listen();
  void TakeStreamed(std::uint64_t id, const SeenTrade& trade);
  void Take(std::uint64_t id, const SeenTrade& trade);
  // By REST, from the node that is listened to, all before `id`.
  void FillUpTo(std::uint64_t id);
  // One page of those before `id`. False: the node has none that are missing here.
  bool FillFrom(const std::string& http_address, std::uint64_t id);
  void Fault(const std::string& what);

  const LocalCluster& cluster_;
  const Credentials credentials_;
  SystemClock clock_;
  CommandBuilder commands_;
  std::unique_ptr<SbeClient> client_;
  int node_ = 0;
  std::uint64_t last_on_connection_ = 0;
  std::map<std::uint64_t, SeenTrade> trades_;
  std::uint64_t filled_ = 0;
  std::string fault_;
  std::atomic<std::uint64_t> last_id_{0};
  std::atomic<std::uint64_t> moves_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace lockstep::testing_system
