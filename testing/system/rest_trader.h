// A REST client that trades at random and keeps a ledger of what was acknowledged. After a crash of
// the exchange it sends its unanswered request again, and some that had been answered.
//
// Shape: one connection, one request at a time; it cancels and amends its own orders alone, but for
// DELETE openOrders. Threads: one at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "client/credentials.h"
#include "client/spot_api.h"
#include "testing/system/rest_ledger.h"

namespace lockstep::testing_system {

class RestTrader {
 public:
  // `name` makes its client order ids its own; `recv_window_ms`, of no two traders the same, its
  // requests: what two clients of one account say alike in the same microsecond is one request.
  RestTrader(std::string name, Credentials credentials, std::uint32_t recv_window_ms,
             std::uint64_t seed);

  // Connects to a (re)started exchange and repeats: what had been answered must be answered with
  // the same bytes, what had not must be answered now.
  void Reconnect(const std::string& address);
  // One random request and its answer. False: the exchange is gone, or there is a fault.
  bool Trade();

  [[nodiscard]] const RestLedger& ledger() const { return ledger_; }
  // Empty: all is as it must be.
  [[nodiscard]] const std::string& fault() const {
    return fault_.empty() ? ledger_.fault() : fault_;
  }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::uint64_t repeated() const { return repeated_; }
  // Requests that a crash had left without an answer.
  [[nodiscard]] std::uint64_t recovered() const { return recovered_; }
  // Of those, the ones that had been done before the crash and were refused nothing.
  [[nodiscard]] std::uint64_t done_before() const { return done_before_; }

 private:
  enum class Kind : std::uint8_t { kPlace, kCancel, kAmend, kCancelReplace, kCancelAll };
  struct Sent {
    Kind kind = Kind::kPlace;
    RestRequest request;
    RestAnswer answer;  // once there is one
  };

  void Fault(const std::string& what);
  Sent RandomRequest();
  RestParameters RandomOrder();
  std::uint64_t RandomOpenOrder();
  void TakeAnswer(const Sent& sent);
  void TakePlaced(const SpotOrder& order);
  void TakeCancelled(const SpotOrder& order);
  [[nodiscard]] std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }

  std::string name_;
  Credentials credentials_;
  SpotApiOptions options_;
  std::mt19937_64 random_;
  std::unique_ptr<SpotApi> api_;
  RestLedger ledger_;
  std::set<std::uint64_t> open_;  // own orders that may still be open
  std::optional<Sent> unanswered_;
  std::deque<Sent> answered_;  // the newest few
  std::uint64_t order_count_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t repeated_ = 0;
  std::uint64_t recovered_ = 0;
  std::uint64_t done_before_ = 0;
  std::int64_t last_done_ms_ = 0;  // by the newest answer that tells
  std::string fault_;
};

}  // namespace lockstep::testing_system
