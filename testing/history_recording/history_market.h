// The matching engine behind its driver and a ring, fed with random commands of a few accounts on
// two symbols; remembers the entries, so that another engine can replay them, and what history
// should make of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/event_ring.h"
#include "engine/matching_engine.h"
#include "sequencer/state_machine_driver.h"
#include "testing/history_recording/naive_history.h"
#include "testing/support/commands.h"

namespace lockstep {

struct LoggedEntry {
  std::int64_t position;
  std::int64_t timestamp_ns;
  std::vector<std::byte> bytes;
};

class HistoryMarket {
 public:
  static constexpr std::uint64_t kAccounts = 3;
  static constexpr std::uint32_t kSymbols = 2;

  // The same seed gives the same entries.
  explicit HistoryMarket(std::uint64_t seed, std::size_t ring_bytes = std::size_t{4} << 20U);

  [[nodiscard]] EventRing& ring() { return ring_; }
  // For the recorder.
  EventRing::Reader& Attach() { return ring_.Attach(); }

  // Creates assets, symbols and accounts with funds.
  void SetUp();
  // One entry of that many random commands; time goes on by 0 to `longest_step_ns`.
  void ApplyRandomEntry(int commands, std::int64_t longest_step_ns = 90'000'000'000);
  void Apply(std::span<const testing::Command> commands, std::int64_t step_ns = 1'000'000);
  // As the log does after a start.
  void Replay(std::span<const LoggedEntry> entries);
  void Load(std::span<const std::byte> snapshot);
  [[nodiscard]] std::vector<std::byte> Snapshot() const;
  // Until now, entries are replayed ones.
  void Lead() { driver_.OnLeadership(1, 0); }
  // Lets the engine answer a query about all open orders of an account.
  void QueryOpenOrders(std::uint64_t account);

  [[nodiscard]] const NaiveHistory& naive() const { return naive_; }
  [[nodiscard]] const std::vector<LoggedEntry>& entries() const { return entries_; }
  [[nodiscard]] std::int64_t position() const { return position_; }
  [[nodiscard]] std::int64_t now_ns() const { return now_ns_; }
  // How often a reader of the ring held the engine up for long.
  [[nodiscard]] int stalls() const { return stalls_; }

 private:
  testing::Command RandomCommand();
  testing::Command RandomOrder(std::uint64_t account, std::uint32_t symbol);
  std::string RandomClientId();
  void ApplyEntry(LoggedEntry entry);
  void ReadEvents();
  std::uint64_t Roll(std::uint64_t below) { return random_() % below; }

  SystemClock clock_;
  int stalls_ = 0;
  EventRing ring_;
  EventRing::Reader& reader_;
  MatchingEngine engine_;
  StateMachineDriver driver_;
  NaiveHistory naive_;
  std::vector<LoggedEntry> entries_;
  std::mt19937_64 random_;
  std::int64_t position_ = 0;
  std::int64_t now_ns_;
  std::vector<std::uint64_t> last_order_id_ = std::vector<std::uint64_t>(kSymbols + 1);
};

}  // namespace lockstep
