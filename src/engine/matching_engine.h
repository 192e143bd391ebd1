// The market: order books, ledger and their rules, as a pure function of the log. docs/matching.md
// is what it does.
//
// Shape: all memory is taken at construction from one mapping sized by EngineLimits; nothing is
// allocated afterwards. Determinism: no clock, randomness, I/O, floating point, pointer order or
// unordered iteration. The same entries give the same events, the same snapshot bytes and the same
// digest on every machine. Threads: one at a time. WriteSnapshot also in a forked child.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/event_sink.h"
#include "base/state_machine.h"
#include "base/status.h"

namespace lockstep {

// Sizes of the pools. Exceeding one is answered with EXCHANGE_FULL (or REQUEST_TABLE_FULL); it
// changes nothing. All replicas of a cluster must have the same.
struct EngineLimits {
  std::uint32_t max_accounts = 65'536;
  std::uint32_t max_assets = 64;
  std::uint32_t max_symbols = 256;
  std::uint32_t max_orders = 1U << 21;           // open at one time, all symbols together
  std::uint32_t max_account_symbols = 1U << 18;  // pairs (account, symbol) that ever had an order
  std::uint32_t max_requests = 1U << 22;         // remembered request ids
  std::uint32_t max_sources = 1'024;             // of deposits and withdrawals
  // Takes all memory from the system at once (about 1.3 GB with these sizes), so that no command
  // waits for a page.
  bool prefault = false;

  static EngineLimits ForTests();  // small pools, so that a thousand engines can live in one test
};

class MatchingEngine final : public StateMachine {
 public:
  // `sink` must outlive the engine.
  MatchingEngine(const EngineLimits& engine_limits, EventSink& sink);
  ~MatchingEngine() override;
  MatchingEngine(const MatchingEngine&) = delete;
  MatchingEngine& operator=(const MatchingEngine&) = delete;

  // Besides loading, writes the loaded assets, symbols and resting orders to the sink as
  // AssetDefinition, SymbolDefinition and BookUpdate(ADD) events with flags bit 1 ("image") set, so
  // that folds over events can start from a snapshot.
  [[nodiscard]] Status LoadSnapshot(SnapshotReader& reader) override;
  void Apply(std::int64_t position, std::int64_t timestamp_ns,
             std::span<const std::byte> entry) override;
  void OnLeadership(std::int64_t term, std::int32_t leader) override;
  [[nodiscard]] bool WriteSnapshot(SnapshotWriter& writer) const override;
  [[nodiscard]] std::uint64_t Digest() const override;
  [[nodiscard]] std::int64_t NextDeadlineNs() const override;

  // Answers one Query message (with its message header) into the sink, without changing anything.
  // Account rights are the gateway's business: the account in the command header is believed.
  void Query(std::span<const std::byte> query) const;

  // A full walk that checks every invariant: conservation for each asset, locks against orders,
  // levels against orders, digest against a fresh one. kCorruption with the first thing that does
  // not hold. For tests and `lockstep inspect audit`.
  [[nodiscard]] Status Audit() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
