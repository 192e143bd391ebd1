// The matching engine behind its driver and a ring, with the router on its own thread, as in the
// process; fed with random orders of a few accounts on one symbol.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/event_ring.h"
#include "base/strong_id.h"
#include "client/command_builder.h"
#include "engine/matching_engine.h"
#include "market_data/events_router.h"
#include "market_data/order_book_fold.h"
#include "market_data/streams/stream_publisher.h"
#include "sequencer/state_machine_driver.h"

namespace lockstep {

class EngineMarket {
 public:
  static constexpr SymbolId kSymbol = SymbolId(1);

  // kByHand: the router works in the test's thread, in Route, and time outside the engine moves by
  // Pass alone.
  enum class Routing : std::uint8_t { kOwnThread, kByHand };

  explicit EngineMarket(std::uint64_t seed, Routing routing = Routing::kOwnThread);
  ~EngineMarket() { router_.Stop(); }
  EngineMarket(const EngineMarket&) = delete;
  EngineMarket& operator=(const EngineMarket&) = delete;

  // Creates assets, symbol and accounts with funds. Once, on an engine without a loaded snapshot.
  void SetUp();
  void Load(std::span<const std::byte> snapshot);
  [[nodiscard]] std::vector<std::byte> Snapshot() const;
  // Until now, entries are replayed ones.
  void Lead() { driver_.OnLeadership(1, 0); }

  // One entry of that many random commands.
  void ApplyRandomEntry(int commands);

  // What OPEN_ORDERS answers for all accounts, by order id.
  [[nodiscard]] std::vector<FoldedOrder> OpenOrders();
  [[nodiscard]] std::uint64_t trades() const { return trades_; }
  [[nodiscard]] std::uint64_t symbol_sequence() const { return symbol_sequence_; }
  [[nodiscard]] std::int64_t position() const { return position_; }
  [[nodiscard]] EventsRouter& router() { return router_; }
  [[nodiscard]] StreamPublisher& streams() { return streams_; }

  // By hand: all that the router finds to do. After each entry or two: the ring is small.
  void Route();
  void Pass(std::int64_t ns);

 private:
  static constexpr std::uint64_t kAccounts = 3;

  // The account that the gateway would fill in.
  std::span<const std::byte> From(std::uint64_t account, std::span<const std::byte> command);
  std::span<const std::byte> RandomCommand();
  std::span<const std::byte> RandomNewOrder();
  void Apply(const std::vector<std::vector<std::byte>>& commands);
  // Looks at all events that the engine has written, as a gateway would.
  void ReadEvents();
  std::uint64_t Roll(std::uint64_t below) { return random_() % below; }

  SystemClock clock_;
  EventRing ring_;
  EventRing::Reader& reader_;
  MatchingEngine engine_;
  StateMachineDriver driver_;
  SimulatedClock stream_clock_{1'000'000};
  EventRing::Reader& router_reader_;
  StreamPublisher streams_;
  EventsRouter router_;
  CommandBuilder commands_{1};
  std::mt19937_64 random_;
  std::int64_t position_ = 0;
  std::uint64_t last_order_id_ = 0;
  std::uint64_t trades_ = 0;
  std::uint64_t symbol_sequence_ = 0;
  std::vector<FoldedOrder> rows_;  // of the query under way
  bool more_rows_ = false;
  bool query_ended_ = false;
};

}  // namespace lockstep
